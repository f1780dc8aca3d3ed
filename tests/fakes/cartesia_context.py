"""One Cartesia context: the pieces of one utterance, spoken in order until it is finished or cancelled."""

import asyncio
import base64
from collections.abc import Awaitable, Callable

import numpy as np

from tests.fakes.connection import Connection, Message
from tests.fakes.faults import Faults
from tests.fakes.words import spread

CHUNK_S = 0.2


class Context:
    """Speaks the transcripts that it is given, one after the other; after `cancel` it sends nothing more."""

    def __init__(
        self,
        connection: Connection,
        message: Message,
        synthesize: Callable[[str, int], Awaitable[bytes]],
        faults: Faults,
    ) -> None:
        self.id: str = message["context_id"]
        self.voice: str = message["voice"]["id"]
        self.language: str | None = message.get("language")
        self.transcripts: list[str] = []
        self.cancelled = False
        self.done = False
        self.audio_s = 0.0
        self._connection = connection
        self._synthesize = synthesize
        self._faults = faults
        self._format = message["output_format"]
        self._pieces: asyncio.Queue[Message] = asyncio.Queue()
        self._flushes = 0
        self._task = asyncio.create_task(self._run())

    @property
    def text(self) -> str:
        """All that it was given to say."""
        return "".join(self.transcripts)

    def add(self, message: Message) -> None:
        """Take one more piece of text; without `continue` it is the last."""
        self.transcripts.append(message.get("transcript") or "")
        self._pieces.put_nowait(message)

    def cancel(self) -> None:
        """The client has been interrupted: silence, at once."""
        self.cancelled = not self.done
        self.stop()

    def stop(self) -> None:
        """End the task; the socket may be gone."""
        self._task.cancel()

    async def _run(self) -> None:
        try:
            await self._speak()
        except Exception as error:
            # The client must not wait for a voice that has failed; the test's own log has the traceback.
            await self._send("error", done=True, status_code=500, title="Internal error", message=str(error))
            raise

    async def _speak(self) -> None:
        await asyncio.sleep(self._faults.first_byte_delay_s)
        while True:
            piece = await self._pieces.get()
            if (piece.get("transcript") or "").strip():
                await self._say(piece)
            if piece.get("flush") or piece.get("max_buffer_delay_ms") == 0:
                await self._flush()
            if not piece.get("continue"):
                break
        self.done = True
        await self._send("done", done=True)

    async def _say(self, piece: Message) -> None:
        rate: int = self._format["sample_rate"]
        pcm = await self._synthesize(piece["transcript"], rate)
        started_s = self.audio_s
        size = int(rate * CHUNK_S) * 2
        for start in range(0, len(pcm), size):
            chunk = pcm[start : start + size]
            data = base64.b64encode(self._encode(chunk)).decode()
            await self._send("chunk", data=data, step_time=1.0)
            self.audio_s += len(chunk) / 2 / rate
            if start == 0 and piece.get("add_timestamps"):
                await self._timestamps(piece["transcript"], started_s, len(pcm) / 2 / rate)
            await asyncio.sleep(self._faults.message_delay_s)

    async def _timestamps(self, text: str, start_s: float, duration_s: float) -> None:
        words = spread(text, duration_s)
        timed = {
            "words": [word for word, _, _ in words],
            "start": [round(start_s + start, 3) for _, start, _ in words],
            "end": [round(start_s + end, 3) for _, _, end in words],
        }
        await self._send("timestamps", word_timestamps=timed)

    async def _flush(self) -> None:
        self._flushes += 1
        await self._send("flush_done", flush_done=True, flush_id=self._flushes)

    def _encode(self, pcm: bytes) -> bytes:
        if self._format["encoding"] == "pcm_s16le":
            return pcm
        return (np.frombuffer(pcm, dtype="<i2") / 32768).astype("<f4").tobytes()

    async def _send(self, kind: str, done: bool = False, **fields: object) -> None:
        head: Message = {"type": kind, "done": done, "status_code": 206, "context_id": self.id}
        await self._connection.send(head | fields)
