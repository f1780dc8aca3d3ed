"""Deepgram: text to speech over its WebSocket."""

from aiohttp import web

from tests.fakes.cartesia import tone
from tests.fakes.connection import Connection
from tests.fakes.faults import Faults
from tests.fakes.server import FakeServer


class FakeDeepgramSpeak(FakeServer):
    """It says a tone for all that it was given since the last flush; `spoken` has each text that it said."""

    def __init__(self, *, api_key: str = "deepgram-key", faults: Faults | None = None) -> None:
        super().__init__(faults=faults)
        self.api_key = api_key
        self.spoken: list[str] = []

    def routes(self) -> list[web.RouteDef]:
        """The WebSocket."""
        return [web.get("/v1/speak", self._open)]

    def allows(self, request: web.Request) -> bool:
        """`Token KEY`."""
        return request.headers.get("Authorization") == f"Token {self.api_key}"

    def refusal(self, request: web.Request, status: int) -> web.Response:
        """Deepgram's error, with its reason in a header."""
        return web.json_response({"err_code": "ERROR"}, status=status, headers={"dg-error": "Refused."})

    async def _open(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("encoding") != "linear16" or not request.query.get("model"):
            return self.refusal(request, 400)
        connection = await self.open_socket(request)
        rate, text = int(request.query["sample_rate"]), ""
        async for message in connection.messages():
            match message:
                case {"type": "Speak", "text": str(more)}:
                    text += more
                case {"type": "Flush"}:
                    await self._say(connection, text, rate)
                    text = ""
                case {"type": "Close"}:
                    await connection.close()
        return connection.socket

    async def _say(self, connection: Connection, text: str, rate: int) -> None:
        self.spoken.append(text)
        await connection.socket.send_bytes(await tone(text, rate))
        await connection.send({"type": "Flushed", "sequence_id": len(self.spoken)})
