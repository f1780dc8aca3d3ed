"""Carriers' media streams as frames: pipecat's serializers, with marks, `stop` and a bounded hang-up."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from loguru import logger
from pipecat.frames.frames import CancelFrame, CancelWorkerFrame, EndFrame, Frame
from pipecat.runner.types import CallData
from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.serializers.exotel import ExotelFrameSerializer
from pipecat.serializers.plivo import PlivoFrameSerializer
from pipecat.serializers.telnyx import TelnyxFrameSerializer
from pipecat.serializers.twilio import TwilioFrameSerializer

from frontdesk.playout import Playout
from frontdesk.telephony.twilio import TwilioAccount

# How long the carrier's REST API may take to hang up before the socket is closed anyway, in seconds: at the
# end of a conversation, and when the session is torn down, which must be over within 2 s.
HANG_UP_TIMEOUT_S = 5.0
TEAR_DOWN_TIMEOUT_S = 1.0

# How many messages of one call are complained about.
MAX_COMPLAINTS = 5

STOPPED = "the carrier stopped the stream"


class CarrierMessages(FrameSerializer):
    """What every carrier's stream says beyond audio; put before a carrier's own serializer."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.playout = Playout()
        self.stopped = False
        self.unreadable = 0

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """A frame for the wire. An end hangs up by REST, bounded, unless the carrier has ended the call."""
        if not isinstance(frame, EndFrame | CancelFrame):
            return await super().serialize(frame)  # type: ignore[safe-super]  # a carrier's serializer follows
        if self.stopped:
            return None
        timeout_s = HANG_UP_TIMEOUT_S if isinstance(frame, EndFrame) else TEAR_DOWN_TIMEOUT_S
        try:
            async with asyncio.timeout(timeout_s):
                return await super().serialize(frame)  # type: ignore[safe-super]
        except TimeoutError:
            logger.warning(f"The carrier did not hang up within {timeout_s:g} s; closing the socket")
            return None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """A message from the wire; one that cannot be read is logged and skipped."""
        message = _parsed(data)
        if message is None:
            self._unreadable("it is not a JSON object")
            return None
        event = message.get("event")
        if event == "stop":
            self.stopped = True
            return CancelWorkerFrame(reason=STOPPED)
        if event == "mark":
            self.playout.reached(str(_section(message, "mark").get("name")))
            return None
        try:
            return await super().deserialize(data)  # type: ignore[safe-super]
        except (ValueError, TypeError, AttributeError) as error:
            self._unreadable(f"{str(event)[:40]!r}: {type(error).__name__}")
            return None

    def _unreadable(self, why: str) -> None:
        """Say so, though not fifty times a second."""
        self.unreadable += 1
        if self.unreadable <= MAX_COMPLAINTS:
            logger.warning(f"A carrier message could not be read: {why}")
        if self.unreadable == MAX_COMPLAINTS:
            logger.warning("Further messages of this call that cannot be read are skipped without a word")


def _parsed(data: str | bytes) -> dict[str, Any] | None:
    try:
        message = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return message if isinstance(message, dict) else None


def _section(message: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    section = message.get(key)
    return section if isinstance(section, Mapping) else {}


class TwilioSerializer(CarrierMessages, TwilioFrameSerializer):
    """Twilio Media Streams."""


class TelnyxSerializer(CarrierMessages, TelnyxFrameSerializer):
    """Telnyx media streaming."""


class PlivoSerializer(CarrierMessages, PlivoFrameSerializer):
    """Plivo audio streaming."""


class ExotelSerializer(CarrierMessages, ExotelFrameSerializer):
    """Exotel voicebot streaming."""


def twilio(call: CallData, environ: Mapping[str, str]) -> CarrierMessages:
    """Twilio's serializer, which hangs up by REST where the environment has credentials."""
    account = TwilioAccount.of(environ)
    can_hang_up = _can_hang_up(call, bool(account), "Twilio", "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
    serializer = TwilioSerializer(
        stream_sid=call.stream_id or "",
        call_sid=call.call_id,
        account_sid=account and account.sid,
        auth_token=account and account.auth_token,
        api_key_sid=account and account.api_key,
        api_key_secret=account and account.api_secret,
        region=account and account.region,
        edge=account and account.edge,
        base_url=account and account.base_url,
        params=TwilioFrameSerializer.InputParams(auto_hang_up=can_hang_up),
    )
    serializer.playout = Playout(
        lambda name: {"event": "mark", "streamSid": call.stream_id, "mark": {"name": name}}
    )
    return serializer


def telnyx(call: CallData, environ: Mapping[str, str]) -> CarrierMessages:
    """Telnyx's serializer, which hangs up by REST where the environment has `TELNYX_API_KEY`."""
    key = environ.get("TELNYX_API_KEY")
    can_hang_up = _can_hang_up(call, bool(key), "Telnyx", "TELNYX_API_KEY")
    return TelnyxSerializer(
        stream_id=call.stream_id or "",
        call_control_id=call.call_id,
        outbound_encoding=call.get("outbound_encoding") or "PCMU",
        inbound_encoding="PCMU",
        api_key=key,
        params=TelnyxFrameSerializer.InputParams(auto_hang_up=can_hang_up),
    )


def plivo(call: CallData, environ: Mapping[str, str]) -> CarrierMessages:
    """Plivo's serializer, which hangs up by REST where the environment has its credentials."""
    auth_id, token = environ.get("PLIVO_AUTH_ID"), environ.get("PLIVO_AUTH_TOKEN")
    has_credentials = bool(auth_id and token)
    can_hang_up = _can_hang_up(call, has_credentials, "Plivo", "PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN")
    return PlivoSerializer(
        stream_id=call.stream_id or "",
        call_id=call.call_id,
        auth_id=auth_id,
        auth_token=token,
        params=PlivoFrameSerializer.InputParams(auto_hang_up=can_hang_up),
    )


def exotel(call: CallData, environ: Mapping[str, str]) -> CarrierMessages:
    """Exotel's serializer; its calls end with the socket."""
    return ExotelSerializer(stream_sid=call.stream_id or "", call_sid=call.call_id)


def _can_hang_up(call: CallData, has_credentials: bool, carrier: str, variables: str) -> bool:
    """Whether a call can be ended by REST; says why not."""
    if not has_credentials:
        logger.warning(f"No {carrier} credentials ({variables}): the call is answered, not hung up by REST")
    elif not call.call_id:
        logger.warning(f"{carrier} gave no id of the call: it is answered, not hung up by REST")
    return bool(has_credentials and call.call_id)
