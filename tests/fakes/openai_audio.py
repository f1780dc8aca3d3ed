"""OpenAI's audio: text to speech and speech to text over HTTP; Groq has the same under its own path."""

import io
import wave
from collections.abc import Iterable

from aiohttp import web

from tests.fakes.cartesia import tone
from tests.fakes.faults import Faults
from tests.fakes.server import FakeServer

PCM_RATE = 24000
"""The rate, in Hz, of the audio without a header that OpenAI sends."""


class FakeOpenAIAudio(FakeServer):
    """It says a tone for each text and hears the next of `lines`. `path` is what its address ends with."""

    def __init__(
        self,
        *,
        api_key: str = "openai-key",
        path: str = "/v1",
        lines: Iterable[str] = (),
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults=faults)
        self.api_key = api_key
        self.path = path
        self.lines = list(lines)

    @property
    def base_url(self) -> str:
        """The HTTP address with its path in it."""
        return f"{super().base_url}{self.path}"

    def routes(self) -> list[web.RouteDef]:
        """Speech and transcriptions."""
        return [
            web.post(f"{self.path}/audio/speech", self._speak),
            web.post(f"{self.path}/audio/transcriptions", self._hear),
        ]

    def allows(self, request: web.Request) -> bool:
        """`Bearer KEY`."""
        return request.headers.get("Authorization") == f"Bearer {self.api_key}"

    def refusal(self, request: web.Request, status: int) -> web.Response:
        """OpenAI's error object."""
        return web.json_response({"error": {"message": "Refused.", "type": "error"}}, status=status)

    async def _speak(self, request: web.Request) -> web.Response:
        asked = self.requests[-1].body
        pcm = await tone(asked["input"], PCM_RATE)
        return web.Response(body=pcm if asked["response_format"] == "pcm" else _wav(pcm))

    async def _hear(self, _: web.Request) -> web.Response:
        return web.json_response({"text": self.lines.pop(0) if self.lines else ""})


def _wav(pcm: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(PCM_RATE)
        writer.writeframes(pcm)
    return file.getvalue()
