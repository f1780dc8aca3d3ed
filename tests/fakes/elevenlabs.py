"""ElevenLabs: text to speech over its WebSocket with several contexts."""

import base64
from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.fakes.cartesia import tone
from tests.fakes.connection import Connection, Message
from tests.fakes.faults import Faults
from tests.fakes.server import FakeServer

Synthesize = Callable[[str, int], Awaitable[bytes]]

CHUNK_S = 0.2


class FakeElevenLabs(FakeServer):
    """It speaks with `synthesize(text, sample_rate)` (16-bit mono PCM); `spoken` has what it said."""

    def __init__(
        self,
        *,
        api_key: str = "elevenlabs-key",
        synthesize: Synthesize | None = None,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults=faults)
        self.api_key = api_key
        self.synthesize = synthesize or tone
        self.spoken: list[str] = []

    def routes(self) -> list[web.RouteDef]:
        """The WebSocket of a voice."""
        return [web.get("/v1/text-to-speech/{voice}/multi-stream-input", self._open)]

    def allows(self, request: web.Request) -> bool:
        """The key in a header of its own."""
        return request.headers.get("xi-api-key") == self.api_key

    def refusal(self, request: web.Request, status: int) -> web.Response:
        """ElevenLabs' error object."""
        detail = {"status": "invalid_api_key" if status == 401 else "error", "message": "Refused."}
        return web.json_response({"detail": detail}, status=status)

    async def _open(self, request: web.Request) -> web.StreamResponse:
        output = request.query.get("output_format", "")
        if not output.startswith("pcm_") or not request.query.get("model_id"):
            return self.refusal(request, 400)
        connection = await self.open_socket(request)
        texts: dict[str, str] = {}
        async for message in connection.messages():
            if not isinstance(message, dict):
                continue
            if message.get("close_socket"):
                await connection.close()
                break
            await self._take(connection, texts, message, int(output.removeprefix("pcm_")))
        return connection.socket

    async def _take(self, connection: Connection, texts: dict[str, str], message: Message, rate: int) -> None:
        name = message.get("context_id", "")
        texts[name] = texts.get(name, "") + (message.get("text") or "")
        if message.get("flush") or message.get("close_context"):
            await self._say(connection, name, texts.pop(name, "").strip(), rate)
        if message.get("close_context"):
            await connection.send({"isFinal": True, "contextId": name})

    async def _say(self, connection: Connection, name: str, text: str, rate: int) -> None:
        if not text:
            return
        pcm = await self.synthesize(text, rate)
        size = int(rate * CHUNK_S) * 2
        for start in range(0, len(pcm), size):
            audio = base64.b64encode(pcm[start : start + size]).decode()
            alignment = _alignment(text, len(pcm) / 2 / rate) if start == 0 else None
            await connection.send({"audio": audio, "contextId": name, "alignment": alignment})
        self.spoken.append(text)
        self.changed()


def _alignment(text: str, duration_s: float) -> dict[str, list[str] | list[int]]:
    """When each character is said, in milliseconds, all of the same length."""
    each = int(duration_s * 1000 / len(text))
    starts = [index * each for index in range(len(text))]
    return {"chars": list(text), "charStartTimesMs": starts, "charDurationsMs": [each] * len(text)}
