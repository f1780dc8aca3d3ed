"""One connection to Deepgram's Flux endpoint, /v2/listen."""

import asyncio
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.fakes.connection import Connection, Message
from tests.fakes.speech import SpeechDetector
from tests.fakes.words import spread

if TYPE_CHECKING:
    from tests.fakes.deepgram import FakeDeepgram

UPDATE_S = 0.25
EAGER_SHARE = 0.5
"""How much of the end-of-turn silence has passed when an eager end of turn is predicted."""
RANGES = {"eot_threshold": (0.5, 1.0), "eager_eot_threshold": (0.3, 0.9), "eot_timeout_ms": (500, 60000)}
DEFAULTS: dict[str, float | None] = {
    "eot_threshold": 0.7,
    "eager_eot_threshold": None,
    "eot_timeout_ms": 5000,
}


class FluxSession:
    """Turns: their start, their words as they come, a predicted end, the end."""

    def __init__(self, vendor: "FakeDeepgram", connection: Connection) -> None:
        query = connection.request.query
        self._vendor = vendor
        self._connection = connection
        self._request_id = str(uuid.uuid4())
        self._thresholds = dict(DEFAULTS)
        self._thresholds.update({key: float(query[key]) for key in RANGES if key in query})
        self._keyterms = query.getall("keyterm", [])
        self._speech = SpeechDetector(int(query["sample_rate"]), vendor.threshold)
        self._turn_index = 0
        self._next_update_s = 0.0
        self._eager_text: str | None = None

    async def run(self) -> None:
        """Serve the connection until it ends."""
        await asyncio.sleep(self._vendor.faults.first_byte_delay_s)
        await self._send("Connected")
        async for message in self._connection.messages():
            if isinstance(message, bytes):
                for frame in self._speech.frames(message):
                    await self._hear(frame)
            elif await self._control(message):
                await self._connection.close()
                return

    async def _hear(self, frame: bytes) -> None:
        if self._speech.hear(frame):
            self._next_update_s = self._speech.heard_s + UPDATE_S
            await self._turn_info("StartOfTurn", self._vendor.partial(0.0), 0.05)
        if not self._speech.speaking:
            return
        silence_s, end_s = self._speech.silence_s, self._silence_to_end_s()
        if self._eager_text is not None and silence_s == 0:
            await self._resume()
        elif silence_s >= end_s:
            natural = self._thresholds["eot_threshold"] != 1.0
            await self._end_turn("model" if natural else "timeout")
        elif self._eager_due(silence_s, end_s):
            await self._predict_end()
        elif self._speech.heard_s >= self._next_update_s:
            self._next_update_s = self._speech.heard_s + UPDATE_S
            await self._turn_info("Update", self._partial(), 0.1)

    def _silence_to_end_s(self) -> float:
        timeout_s = (self._thresholds["eot_timeout_ms"] or 0) / 1000
        return timeout_s if self._thresholds["eot_threshold"] == 1.0 else self._vendor.silence_s

    def _eager_due(self, silence_s: float, end_s: float) -> bool:
        wanted = self._thresholds["eager_eot_threshold"] is not None and self._eager_text is None
        return wanted and silence_s >= end_s * EAGER_SHARE

    async def _predict_end(self) -> None:
        text = await self._vendor.hear(bytes(self._speech.pcm), self._speech.sample_rate)
        self._eager_text = text
        if text:
            await self._turn_info("EagerEndOfTurn", text, 0.6)

    async def _resume(self) -> None:
        predicted, self._eager_text = self._eager_text, None
        if predicted:
            await self._turn_info("TurnResumed", self._partial(), 0.1)

    async def _end_turn(self, trigger: str) -> None:
        pcm = bytes(self._speech.pcm)
        text = self._eager_text or await self._vendor.hear(pcm, self._speech.sample_rate)
        await asyncio.sleep(self._vendor.faults.first_byte_delay_s)
        self._vendor.settle(text, pcm)
        await self._turn_info("EndOfTurn", text, 0.9, trigger=trigger)
        self._eager_text = None
        self._turn_index += 1
        self._speech.reset()

    def _partial(self) -> str:
        spoken_s = self._speech.last_voice_s - self._speech.started_at_s
        return self._vendor.partial(spoken_s / (spoken_s + 2 * UPDATE_S))

    async def _turn_info(self, event: str, text: str, confidence: float, **more: str) -> None:
        start = self._speech.started_at_s
        words = [
            {"word": word, "confidence": 0.97, "start": round(start + begin, 3), "end": round(start + end, 3)}
            for word, begin, end in spread(text, self._speech.last_voice_s - start)
        ]
        await self._send(
            "TurnInfo",
            event=event,
            turn_index=self._turn_index,
            audio_window_start=round(start, 3),
            audio_window_end=round(self._speech.heard_s, 3),
            transcript=text,
            words=words,
            end_of_turn_confidence=confidence,
            **more,
        )

    async def _control(self, message: Message | None) -> bool:
        """Answer a control message; True when it ends the connection."""
        match message:
            case {"type": "Configure"}:
                await self._configure(message or {})
            case {"type": "ForceEndTurn"}:
                if self._speech.speaking:
                    await self._end_turn("manual")
            case {"type": "CloseStream"}:
                if self._speech.speaking:
                    await self._turn_info("Update", self._partial(), 0.3)
                return True
            case _:
                reason = "The message is not one that this endpoint knows."
                await self._send("Error", code="UNPARSABLE_CLIENT_MESSAGE", description=reason)
                return True
        return False

    async def _configure(self, message: Mapping[str, Any]) -> None:
        asked = message.get("thresholds") or {}
        for key, value in asked.items():
            low, high = RANGES.get(key, (0, -1))
            if value is not None and not low <= value <= high:
                reason = f"{key} must be between {low} and {high}."
                await self._send("ConfigureFailure", code="INVALID_THRESHOLD", description=reason)
                return
        self._thresholds.update(asked)
        self._keyterms = message.get("keyterms", self._keyterms)
        known = {key: message[key] for key in ("language_hints", "numerals") if key in message}
        await self._send("ConfigureSuccess", thresholds=self._thresholds, keyterms=self._keyterms, **known)

    async def _send(self, kind: str, **fields: Any) -> None:
        numbered = {"request_id": self._request_id, "sequence_id": len(self._connection.sent)}
        await self._connection.send({"type": kind} | numbered | fields)
