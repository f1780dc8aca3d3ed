"""OpenAI's realtime API: a model that hears and speaks, over one WebSocket."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web

from tests.fakes.faults import Faults
from tests.fakes.openai import Reply, ReplyLike, Respond
from tests.fakes.openai_realtime_response import Response
from tests.fakes.openai_realtime_session import RealtimeSession
from tests.fakes.server import FakeServer

Synthesize = Callable[[str, int], Awaitable[bytes]]
Transcribe = Callable[[bytes, int], Awaitable[str]]


class FakeOpenAIRealtime(FakeServer):
    """It hears an utterance as the next of `lines`, or as what `transcribe` makes of it, and answers.

    The answer is what `respond(messages, tools)` says, or the next of `replies`; with neither it fails.
    Told to say something word for word, with nothing else to go by, it says it (`obey`). Its server hears
    turns by the energy of the sound: `threshold` is the RMS, of 32768, over which sound is speech.
    `transcript_delay_s` is how long it takes to write down what was said, `think_delay_s` how long it thinks
    of an answer; what it is told to say it need not think of.
    """

    def __init__(
        self,
        *,
        synthesize: Synthesize,
        api_key: str = "openai-key",
        lines: Iterable[str] = (),
        transcribe: Transcribe | None = None,
        replies: Iterable[ReplyLike | str] = (),
        respond: Respond | None = None,
        threshold: float = 250.0,
        transcript_delay_s: float = 0.0,
        think_delay_s: float = 0.0,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults=faults)
        self.synthesize = synthesize
        self.api_key = api_key
        self.lines = list(lines)
        self.transcribe = transcribe
        self.replies = list(replies)
        self.respond = respond
        self.threshold = threshold
        self.transcript_delay_s = transcript_delay_s
        self.think_delay_s = think_delay_s
        self.sessions: list[RealtimeSession] = []

    @property
    def base_url(self) -> str:
        """The HTTP address with the version in it, as OpenAI's clients take it."""
        return f"{super().base_url}/v1"

    @property
    def url(self) -> str:
        """The WebSocket."""
        return self.ws_url("/v1/realtime")

    @property
    def responses(self) -> list[Response]:
        """Every answer begun, in order, of all sessions."""
        return [response for session in self.sessions for response in session.responses]

    def routes(self) -> list[web.RouteDef]:
        """OpenAI's endpoint, and Azure's."""
        return [web.get("/v1/realtime", self._open), web.get("/openai/v1/realtime", self._open)]

    def allows(self, request: web.Request) -> bool:
        """`Bearer KEY`, or Azure's header."""
        headers = request.headers
        return self.api_key in (
            headers.get("api-key"),
            headers.get("Authorization", "").removeprefix("Bearer "),
        )

    def refusal(self, request: web.Request, status: int) -> web.Response:
        """OpenAI's error object."""
        code = {401: "invalid_api_key", 429: "insufficient_quota"}.get(status)
        kind = "server_error" if status >= 500 else "invalid_request_error"
        message = "Incorrect API key provided." if status == 401 else "Refused."
        error = {"message": message, "type": kind, "param": None, "code": code}
        return web.json_response({"error": error}, status=status)

    def obey(self, instructions: str) -> ReplyLike:
        """Say what is to be said: all that follows the first empty line."""
        return Reply(instructions.partition("\n\n")[2])

    async def hear(self, pcm: bytes, sample_rate: int) -> str:
        """What an utterance says."""
        if self.transcribe:
            return await self.transcribe(pcm, sample_rate)
        return self.lines.pop(0) if self.lines else ""

    async def reply(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> ReplyLike | None:
        """What the model says next; None when it cannot."""
        await asyncio.sleep(self.think_delay_s)
        if self.respond:
            answer = self.respond(messages, tools)
            return await answer if inspect.isawaitable(answer) else answer
        if not self.replies:
            return None
        reply = self.replies.pop(0)
        return Reply(reply) if isinstance(reply, str) else reply

    async def _open(self, request: web.Request) -> web.StreamResponse:
        connection = await self.open_socket(request)
        session = RealtimeSession(self, connection)
        self.sessions.append(session)
        await session.run()
        return connection.socket
