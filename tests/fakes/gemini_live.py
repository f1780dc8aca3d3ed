"""Gemini Live: a model that hears and speaks, over one WebSocket."""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.fakes.certificate import served_with
from tests.fakes.faults import Faults
from tests.fakes.gemini_session import GeminiSession
from tests.fakes.openai import Reply, ReplyLike, Respond
from tests.fakes.server import FakeServer

PATH = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"

Synthesize = Callable[[str, int], Awaitable[bytes]]


class FakeGeminiLive(FakeServer):
    """It hears a turn, from the client's activity start to its end, as the next of `lines`, and answers.

    The answer is what `respond(messages, tools)` says, or the next of `replies`; with neither it is silent.
    Told to say something word for word it says it (`obey`). It does not hear turns by itself: a session that
    leaves its automatic activity detection on is refused. `certificate` is what it shows, because Google's
    client speaks TLS only; the client trusts it where SSL_CERT_FILE names it.
    """

    def __init__(
        self,
        *,
        synthesize: Synthesize,
        certificate: Path,
        api_key: str = "google-key",
        lines: Iterable[str] = (),
        replies: Iterable[ReplyLike | str] = (),
        respond: Respond | None = None,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults=faults, tls=served_with(certificate))
        self.synthesize = synthesize
        self.api_key = api_key
        self.lines = list(lines)
        self.replies = list(replies)
        self.respond = respond
        self.sessions: list[GeminiSession] = []

    def routes(self) -> list[web.RouteDef]:
        """The one endpoint."""
        return [web.get(PATH, self._open)]

    def allows(self, request: web.Request) -> bool:
        """Everybody: a wrong key is found out when the session is set up."""
        return True

    def refusal(self, request: web.Request, status: int) -> web.Response:
        """Google's error object."""
        return web.json_response({"error": {"code": status, "message": "Refused."}}, status=status)

    def obey(self, told: str) -> ReplyLike:
        """Say what is to be said: all that follows the first empty line."""
        return Reply(told.partition("\n\n")[2])

    async def hear(self, pcm: bytes) -> str:
        """What a turn says; nothing where there was no sound."""
        return self.lines.pop(0) if pcm and self.lines else ""

    async def reply(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> ReplyLike | None:
        """What the model says next; None when it says nothing."""
        if self.respond:
            answer = self.respond(messages, tools)
            return await answer if inspect.isawaitable(answer) else answer
        if not self.replies:
            return None
        reply = self.replies.pop(0)
        return Reply(reply) if isinstance(reply, str) else reply

    async def _open(self, request: web.Request) -> web.StreamResponse:
        connection = await self.open_socket(request)
        if request.headers.get("x-goog-api-key") != self.api_key:
            await connection.close(1007, "API key not valid. Please pass a valid API key.")
            return connection.socket
        session = GeminiSession(self, connection)
        self.sessions.append(session)
        await session.run()
        return connection.socket
