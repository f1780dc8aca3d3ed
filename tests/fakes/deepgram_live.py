"""One connection to Deepgram's live endpoint, /v1/listen."""

import asyncio
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.fakes.connection import Connection, Message
from tests.fakes.speech import SpeechDetector
from tests.fakes.words import spread

if TYPE_CHECKING:
    from tests.fakes.deepgram import FakeDeepgram

INTERIM_S = 0.5


class LiveSession:
    """Results as speech goes on and at its end, and an answer to each control message."""

    def __init__(self, vendor: "FakeDeepgram", connection: Connection) -> None:
        query = connection.request.query
        self._vendor = vendor
        self._connection = connection
        self._request_id = str(uuid.uuid4())
        self._model = query.get("model", "general")
        self._interim = query.get("interim_results") == "true"
        self._vad_events = query.get("vad_events") == "true"
        self._utterance_end_s = float(query.get("utterance_end_ms", "0")) / 1000
        self._endpoint_s = _endpointing(query.get("endpointing"), vendor.silence_s)
        self._speech = SpeechDetector(int(query["sample_rate"]), vendor.threshold)
        self._next_interim_s = 0.0
        self._spoken_until_s = 0.0
        self._utterance_end_due = False

    async def run(self) -> None:
        """Serve the connection until it ends, or nothing has come for the vendor's idle timeout."""
        messages = aiter(self._connection.messages())
        while True:
            try:
                async with asyncio.timeout(self._vendor.idle_timeout_s):
                    message = await anext(messages)
            except StopAsyncIteration:
                return
            except TimeoutError:
                reason = "Deepgram did not receive audio data or a text message within the timeout window."
                await self._connection.close(1011, f"{reason} See NET-0001"[:123])
                return
            if isinstance(message, bytes):
                await self._hear(message)
            elif await self._control(message):
                return

    async def _hear(self, audio: bytes) -> None:
        for frame in self._speech.frames(audio):
            if self._speech.hear(frame):
                await self._speech_started()
            if self._speech.speaking:
                await self._while_speaking()
            elif self._utterance_end_due and self._speech.silence_s >= self._utterance_end_s:
                self._utterance_end_due = False
                end = round(self._spoken_until_s, 3)
                await self._connection.send({"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": end})

    async def _speech_started(self) -> None:
        self._next_interim_s = self._speech.started_at_s + INTERIM_S
        if self._vad_events:
            at = round(self._speech.started_at_s, 3)
            await self._connection.send({"type": "SpeechStarted", "channel": [0], "timestamp": at})

    async def _while_speaking(self) -> None:
        if self._endpoint_s is not None and self._speech.silence_s >= self._endpoint_s:
            await self._finish(from_finalize=False)
        elif self._interim and self._speech.heard_s >= self._next_interim_s:
            self._next_interim_s += INTERIM_S
            spoken_s = self._speech.heard_s - self._speech.started_at_s
            text = self._vendor.partial(min(1.0, spoken_s / (spoken_s + INTERIM_S)))
            await self._result(text, is_final=False, speech_final=False)

    async def _finish(self, from_finalize: bool) -> None:
        """Give the transcript of what has been said and not yet been given."""
        text = ""
        if self._speech.speaking:
            pcm = bytes(self._speech.pcm)
            text = await self._vendor.hear(pcm, self._speech.sample_rate)
            await asyncio.sleep(self._vendor.faults.first_byte_delay_s)
            self._vendor.settle(text, pcm)
            self._spoken_until_s = self._speech.last_voice_s
            self._utterance_end_due = self._utterance_end_s > 0 and bool(text)
        await self._result(text, is_final=True, speech_final=bool(text), from_finalize=from_finalize)
        self._speech.reset()

    async def _result(
        self, text: str, *, is_final: bool, speech_final: bool, from_finalize: bool = False
    ) -> None:
        start = self._speech.started_at_s if self._speech.speaking else self._speech.heard_s
        until = self._speech.last_voice_s if self._speech.speaking else start
        words: list[Any] = [
            {"word": word.lower().strip(".,?!"), "punctuated_word": word, "confidence": 0.98}
            | {"start": round(start + begin, 3), "end": round(start + end, 3)}
            for word, begin, end in spread(text, until - start)
        ]
        alternative = {"transcript": text, "confidence": 0.98 if text else 0.0, "words": words}
        model = {"name": self._model, "version": "2025-01-01.0", "arch": "nova-3"}
        await self._connection.send(
            {
                "type": "Results",
                "channel_index": [0, 1],
                "duration": round(self._speech.heard_s - start, 3),
                "start": round(start, 3),
                "is_final": is_final,
                "speech_final": speech_final,
                "channel": {"alternatives": [alternative]},
                "metadata": {"request_id": self._request_id, "model_info": model, "model_uuid": "fake"},
                "from_finalize": from_finalize,
            }
        )

    async def _control(self, message: Message | None) -> bool:
        """Answer a control message; True when it ends the connection."""
        match message:
            case {"type": "KeepAlive"}:
                pass
            case {"type": "Finalize"}:
                await self._finish(from_finalize=True)
            case {"type": "CloseStream"}:
                await self._close()
                return True
            case _:
                error = "The message is not one that this endpoint knows."
                await self._connection.send(
                    {"type": "Error", "variant": "SchemaError", "description": error, "message": str(message)}
                )
        return False

    async def _close(self) -> None:
        if self._speech.speaking:
            await self._finish(from_finalize=False)
        await self._connection.send(
            {
                "type": "Metadata",
                "transaction_key": "deprecated",
                "request_id": self._request_id,
                "sha256": "0" * 64,
                "created": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "duration": round(self._speech.heard_s, 3),
                "channels": 1,
            }
        )
        await self._connection.close()


def _endpointing(asked: str | None, default_s: float) -> float | None:
    """Seconds of silence that end an utterance; None when only Finalize does."""
    if asked == "false":
        return None
    return float(asked) / 1000 if asked and asked.isdigit() else default_s
