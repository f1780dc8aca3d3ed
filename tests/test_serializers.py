"""Carriers' messages: what is not understood is skipped, and no REST API holds up an end."""

import asyncio
import base64
import json
from typing import Any

import pytest
from pipecat.frames.frames import (
    CancelFrame,
    CancelWorkerFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    OutputTransportMessageFrame,
)
from pipecat.runner.types import CallData
from pipecat.serializers.base_serializer import FrameSerializer

from frontdesk import serializers
from frontdesk.playout import Playout
from frontdesk.serializers import STOPPED, CarrierMessages
from tests.quick import GARBAGE, lines_with

CALL = CallData(stream_id="MZ1", call_id="CA1")
TWILIO = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token"}


class Carrier(FrameSerializer):
    """A carrier whose REST API takes `delay_s` to hang up, and whose messages are all audio."""

    delay_s = 0.0
    asked = 0

    async def serialize(self, frame: Frame) -> str | bytes | None:
        if isinstance(frame, EndFrame | CancelFrame):
            self.asked += 1
            await asyncio.sleep(self.delay_s)
        return "sent"

    async def deserialize(self, data: str | bytes) -> Frame | None:
        return InputAudioRawFrame(audio=b"\0\0", sample_rate=8000, num_channels=1)


class Serializer(CarrierMessages, Carrier):
    """The messages of a carrier, on top of it."""


async def test_stop_ends_the_call_without_asking_the_carrier_to() -> None:
    serializer = Serializer()
    frame = await serializer.deserialize('{"event": "stop"}')
    assert isinstance(frame, CancelWorkerFrame) and frame.reason == STOPPED
    assert await serializer.serialize(CancelFrame()) is None
    assert serializer.asked == 0


@pytest.mark.parametrize("end", [EndFrame(), CancelFrame()])
async def test_an_end_of_ours_asks_the_carrier_to_hang_up(end: Frame) -> None:
    serializer = Serializer()
    assert await serializer.serialize(end) == "sent"
    assert serializer.asked == 1


@pytest.mark.parametrize(
    ("end", "bound"), [(EndFrame(), "HANG_UP_TIMEOUT_S"), (CancelFrame(), "TEAR_DOWN_TIMEOUT_S")]
)
async def test_a_carrier_that_takes_too_long_is_not_waited_for(
    end: Frame, bound: str, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    monkeypatch.setattr(serializers, bound, 0.01)
    serializer = Serializer()
    serializer.delay_s = 600.0
    assert await serializer.serialize(end) is None
    assert len(lines_with(logged, "did not hang up within 0.01 s")) == 1


async def test_a_mark_is_told_to_the_playout_and_goes_no_further() -> None:
    serializer = Serializer()
    serializer.playout = Playout(lambda name: {"mark": name})
    serializer.playout.mark()
    assert await serializer.deserialize('{"event": "mark", "mark": {"name": "heard-0"}}') is None
    assert await serializer.playout.heard(0)


CARRIERS = {
    "twilio": serializers.twilio,
    "telnyx": serializers.telnyx,
    "plivo": serializers.plivo,
    "exotel": serializers.exotel,
}


@pytest.mark.parametrize("name", CARRIERS)
@pytest.mark.parametrize("message", GARBAGE, ids=range(len(GARBAGE)))
async def test_garbage_is_skipped(name: str, message: str) -> None:
    serializer = CARRIERS[name](CALL, {})
    assert await serializer.deserialize(message) is None


@pytest.mark.parametrize("name", CARRIERS)
async def test_binary_garbage_is_skipped(name: str) -> None:
    assert await CARRIERS[name](CALL, {}).deserialize(b"\xff\xfe\x00") is None


async def test_garbage_is_logged_without_its_content(logged: list[str]) -> None:
    await serializers.twilio(CALL, TWILIO).deserialize('"4111 1111 1111 1111')
    assert len(logged) == 1 and "4111" not in logged[0]


async def test_a_flood_of_garbage_does_not_flood_the_log(logged: list[str]) -> None:
    serializer = serializers.twilio(CALL, TWILIO)
    for _ in range(100):
        await serializer.deserialize("garbage")
    assert len(logged) == serializers.MAX_COMPLAINTS + 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("twilio", {"event": "media", "media": {"payload": base64.b64encode(b"\xff" * 160).decode()}}),
        ("telnyx", {"event": "media", "media": {"payload": base64.b64encode(b"\xff" * 160).decode()}}),
        ("plivo", {"event": "media", "media": {"payload": base64.b64encode(b"\xff" * 160).decode()}}),
        ("exotel", {"event": "media", "media": {"payload": base64.b64encode(b"\0" * 320).decode()}}),
    ],
)
async def test_audio_is_audio(name: str, message: dict[str, Any]) -> None:
    serializer = CARRIERS[name](CALL, {})
    serializer._sample_rate = 8000  # type: ignore[attr-defined]  # set up by the transport
    frame = await serializer.deserialize(json.dumps(message))
    assert isinstance(frame, InputAudioRawFrame)
    assert len(frame.audio) == 320


async def test_a_mark_of_twilio_names_its_stream() -> None:
    serializer = serializers.twilio(CALL, TWILIO)
    assert serializer.playout is not None
    mark = serializer.playout.mark()
    assert isinstance(mark, OutputTransportMessageFrame)
    written = await serializer.serialize(mark)
    assert written is not None
    assert json.loads(written) == {"event": "mark", "streamSid": "MZ1", "mark": {"name": "heard-0"}}


@pytest.mark.parametrize(
    "environ",
    [
        TWILIO,
        {"TWILIO_ACCOUNT_ID": "AC1", "TWILIO_AUTH_TOKEN": "token"},
        {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_API_KEY": "SK1", "TWILIO_API_SECRET": "secret"},
        TWILIO | {"TWILIO_API_KEY": "SK1", "TWILIO_API_SECRET": "secret"},
        TWILIO | {"TWILIO_REGION": "ie1"},
        TWILIO | {"TWILIO_API_KEY": "SK1"},
    ],
)
async def test_twilio_credentials_in_any_form_are_taken_without_a_warning(
    environ: dict[str, str], logged: list[str]
) -> None:
    serializers.twilio(CALL, environ)
    assert logged == []


@pytest.mark.parametrize(
    "environ", [{}, {"TWILIO_AUTH_TOKEN": "token"}, {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_API_KEY": "SK1"}]
)
async def test_twilio_without_whole_credentials_warns_once_and_answers(
    environ: dict[str, str], logged: list[str]
) -> None:
    serializer = serializers.twilio(CALL, environ)
    assert len(lines_with(logged, "No Twilio credentials")) == len(logged) == 1
    assert await serializer.serialize(EndFrame()) is None


async def test_twilio_without_a_call_id_cannot_hang_up_but_answers(logged: list[str]) -> None:
    serializers.twilio(CallData(stream_id="MZ1"), TWILIO)
    assert len(logged) == 1


@pytest.mark.parametrize("name", ["telnyx", "plivo"])
async def test_a_carrier_that_gives_no_call_id_is_answered_all_the_same(name: str, logged: list[str]) -> None:
    keys = {"TELNYX_API_KEY": "key", "PLIVO_AUTH_ID": "id", "PLIVO_AUTH_TOKEN": "token"}
    serializer = CARRIERS[name](CallData(stream_id="MZ1"), keys)
    assert await serializer.serialize(EndFrame()) is None
    assert len(lines_with(logged, "gave no id of the call")) == 1
