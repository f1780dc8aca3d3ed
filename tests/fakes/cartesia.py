"""Cartesia: text to speech over its WebSocket."""

import uuid
from collections.abc import Awaitable, Callable

import numpy as np
from aiohttp import web

from tests.fakes.cartesia_context import Context
from tests.fakes.connection import Connection, Message
from tests.fakes.faults import Faults
from tests.fakes.server import FakeServer

Synthesize = Callable[[str, int], Awaitable[bytes]]

CHARACTER_S = 0.06


class FakeCartesia(FakeServer):
    """It speaks with `synthesize(text, sample_rate)` (16-bit mono PCM), by default a tone, 60 ms a character.

    `contexts` has every context opened, in order, with its text, and whether it was cancelled or done.
    """

    def __init__(
        self,
        *,
        api_key: str = "cartesia-key",
        synthesize: Synthesize | None = None,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults=faults)
        self.api_key = api_key
        self.synthesize = synthesize or tone
        self.contexts: list[Context] = []

    @property
    def url(self) -> str:
        """The WebSocket endpoint."""
        return self.ws_url("/tts/websocket")

    def routes(self) -> list[web.RouteDef]:
        """The WebSocket."""
        return [web.get("/tts/websocket", self._speak)]

    def allows(self, request: web.Request) -> bool:
        """The key as a header or in the query."""
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        given = request.headers.get("X-API-Key") or request.query.get("api_key") or bearer
        return given == self.api_key

    def refusal(self, request: web.Request, status: int) -> web.Response:
        """Cartesia's error object."""
        title = {401: "Invalid API key", 402: "Credit limit reached"}.get(status, "Refused")
        return _refusal(status, title)

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        if not (request.headers.get("Cartesia-Version") or request.query.get("cartesia_version")):
            return _refusal(400, "Missing Cartesia-Version")
        connection = await self.open_socket(request)
        live: dict[str, Context] = {}
        try:
            async for message in connection.messages():
                if isinstance(message, dict) and message.get("context_id"):
                    await self._take(connection, live, message)
                else:
                    await connection.send(_error("Invalid message", "A JSON object with a context_id.", None))
        finally:
            for context in live.values():
                context.stop()
        return connection.socket

    async def _take(self, connection: Connection, live: dict[str, Context], message: Message) -> None:
        name = message["context_id"]
        context = live.get(name)
        if message.get("cancel"):
            if context:
                context.cancel()
            return
        if context and context.cancelled:
            return
        if problem := _problem(message):
            await connection.send(_error("Invalid request", problem, name))
            return
        if context is None or context.done:
            context = live[name] = Context(connection, message, self.synthesize, self.faults)
            self.contexts.append(context)
        context.add(message)


async def tone(text: str, sample_rate: int) -> bytes:
    """A tone as long as the text would take to say, as 16-bit mono PCM."""
    at = np.arange(int(len(text) * CHARACTER_S * sample_rate)) / sample_rate
    return (8000 * np.sin(2 * np.pi * 220 * at)).astype("<i2").tobytes()


def _problem(message: Message) -> str | None:
    output = message.get("output_format") or {}
    if not message.get("model_id"):
        return "model_id is required."
    if not (message.get("voice") or {}).get("id"):
        return "voice.id is required."
    if output.get("container") != "raw" or output.get("encoding") not in ("pcm_s16le", "pcm_f32le"):
        return "This stand-in speaks raw pcm_s16le and pcm_f32le."
    if not isinstance(output.get("sample_rate"), int):
        return "output_format.sample_rate is required."
    return None


def _error(title: str, text: str, context_id: str | None) -> Message:
    error = {"type": "error", "done": True, "status_code": 400, "error_code": None, "title": title}
    return error | {"message": text, "request_id": str(uuid.uuid4()), "context_id": context_id}


def _refusal(status: int, title: str) -> web.Response:
    error = {"error_code": None, "title": title, "message": title, "request_id": str(uuid.uuid4())}
    return web.json_response(error, status=status)
