"""Twilio Media Streams messages (twilio.com/docs/voice/media-streams/websocket-messages)."""

import base64
import binascii
import itertools
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from frontdesk.simulator import mulaw
from frontdesk.simulator.clock import SAMPLE_RATE
from frontdesk.simulator.wire import Clear, Invalid, Mark, Media, Message


def new_sid(prefix: str) -> str:
    """An identifier in Twilio's form: two letters (CA call, MZ stream, AC account) and 32 hex digits."""
    return prefix + secrets.token_hex(16)


@dataclass
class TwilioWire:
    """The carrier's side of one bidirectional stream (`<Connect><Stream>`)."""

    custom_parameters: Mapping[str, str] = field(default_factory=dict)
    call_sid: str = field(default_factory=lambda: new_sid("CA"))
    stream_sid: str = field(default_factory=lambda: new_sid("MZ"))
    account_sid: str = field(default_factory=lambda: new_sid("AC"))

    def __post_init__(self) -> None:
        self._sequence = itertools.count(1)
        self._chunk = itertools.count(1)
        self._samples = 0

    def opening(self) -> list[str]:
        """`connected`, then `start`."""
        connected = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
        start = {
            "accountSid": self.account_sid,
            "streamSid": self.stream_sid,
            "callSid": self.call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": SAMPLE_RATE, "channels": 1},
            "customParameters": dict(self.custom_parameters),
        }
        return [json.dumps(connected), self._message("start", start)]

    def media(self, pcm: bytes) -> str:
        """One `media` message; `timestamp` is the frame's start in ms since the stream's start."""
        body = {
            "track": "inbound",
            "chunk": str(next(self._chunk)),
            "timestamp": str(self._samples * 1000 // SAMPLE_RATE),
            "payload": base64.b64encode(mulaw.encode(pcm)).decode(),
        }
        self._samples += len(pcm) // 2
        return self._message("media", body)

    def dtmf(self, digit: str) -> str:
        return self._message("dtmf", {"track": "inbound_track", "digit": digit})

    def mark(self, name: str) -> str:
        return self._message("mark", {"name": name})

    def stop(self) -> str:
        return self._message("stop", {"accountSid": self.account_sid, "callSid": self.call_sid})

    def decode(self, raw: str | bytes) -> Message:
        """`media`, `mark` or `clear`; anything else is `Invalid`, as Twilio would report it."""
        if isinstance(raw, bytes):
            return Invalid("a binary message; Twilio takes JSON text only")
        try:
            message = json.loads(raw)
        except ValueError:
            return Invalid(f"not JSON: {raw[:80]!r}")
        if not isinstance(message, dict):
            return Invalid(f"not a JSON object: {raw[:80]!r}")
        if message.get("streamSid") != self.stream_sid:
            return Invalid(f"streamSid {message.get('streamSid')!r} is not this stream's: {raw[:80]!r}")
        return _decode_event(message)

    def _message(self, event: str, body: dict[str, Any]) -> str:
        sequence = str(next(self._sequence))
        return json.dumps(
            {"event": event, "sequenceNumber": sequence, event: body, "streamSid": self.stream_sid}
        )


def _decode_event(message: dict[str, Any]) -> Message:
    match message:
        case {"event": "media", "media": {"payload": str(payload)}}:
            try:
                return Media(mulaw.decode(base64.b64decode(payload, validate=True)))
            except binascii.Error:
                return Invalid("media.payload is not base64")
        case {"event": "mark", "mark": {"name": str(name)}}:
            return Mark(name)
        case {"event": "clear"}:
            return Clear()
        case _:
            return Invalid(f"no such message: {json.dumps(message)[:80]}")
