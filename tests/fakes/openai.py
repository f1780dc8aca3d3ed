"""OpenAI: chat completions, streamed or whole, and the list of models."""

import asyncio
import inspect
import json
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

from tests.fakes.faults import Faults
from tests.fakes.openai_chunks import chunks, completion
from tests.fakes.openai_messages import problem_with
from tests.fakes.server import FakeServer


@dataclass(frozen=True)
class ToolCall:
    """One function that the model asks for; `arguments` as a text are written as they are."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What the model answers: text, tool calls, or both."""

    text: str = ""
    tool_calls: Sequence[ToolCall] = ()


class ReplyLike(Protocol):
    """Anything that has the attributes of a Reply."""

    @property
    def text(self) -> str: ...
    @property
    def tool_calls(self) -> Sequence[Any]: ...


Respond = Callable[[list[dict[str, Any]], list[dict[str, Any]]], ReplyLike | Awaitable[ReplyLike]]


@dataclass
class Completion:
    """One completion, asked and answered: `finished` once all was sent, `ended` also when cut off."""

    body: dict[str, Any]
    reply: ReplyLike
    finished: bool = False
    ended: bool = False


class FakeOpenAI(FakeServer):
    """It answers with what `respond(messages, tools)` says, or with the next of `replies`.

    `completions` has every answer begun. With neither brain nor replies left it refuses with HTTP 400.
    """

    def __init__(
        self,
        *,
        api_key: str = "openai-key",
        replies: Iterable[ReplyLike | str] = (),
        respond: Respond | None = None,
        models: Sequence[str] = ("gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano"),
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults=faults)
        self.api_key = api_key
        self.replies = list(replies)
        self.respond = respond
        self.models = list(models)
        self.completions: list[Completion] = []

    @property
    def base_url(self) -> str:
        """The HTTP address with the version in it, as OpenAI's clients take it."""
        return f"{super().base_url}/v1"

    def routes(self) -> list[web.RouteDef]:
        """Completions and models."""
        return [web.post("/v1/chat/completions", self._complete), web.get("/v1/models", self._list_models)]

    def allows(self, request: web.Request) -> bool:
        """`Bearer KEY`."""
        return request.headers.get("Authorization") == f"Bearer {self.api_key}"

    def refusal(self, request: web.Request, status: int) -> web.Response:
        """OpenAI's error object."""
        kind, code = {
            401: ("invalid_request_error", "invalid_api_key"),
            429: ("insufficient_quota", "insufficient_quota"),
        }.get(status, ("server_error" if status >= 500 else "invalid_request_error", None))
        return _error(status, "Incorrect API key provided." if status == 401 else "Refused.", kind, code)

    async def _list_models(self, _: web.Request) -> web.Response:
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "openai"} for name in self.models]
        return web.json_response({"object": "list", "data": models})

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
        except ValueError:
            return _error(400, "We could not parse the JSON body of your request.")
        if problem := problem_with(body):
            return _error(400, problem)
        reply = await self._reply(body)
        if reply is None:
            return _error(400, "This stand-in has no reply left.")
        record = Completion(body, reply)
        self.completions.append(record)
        self.changed()
        await asyncio.sleep(self.faults.first_byte_delay_s)
        name, created = f"chatcmpl-{uuid.uuid4().hex}", int(time.time())
        if body.get("stream"):
            return await self._stream(request, record, chunks(body, reply, name, created))
        record.finished = record.ended = True
        return web.json_response(completion(body, reply, name, created))

    async def _reply(self, body: Mapping[str, Any]) -> ReplyLike | None:
        if self.respond:
            answer = self.respond(body["messages"], body.get("tools") or [])
            return await answer if inspect.isawaitable(answer) else answer
        if not self.replies:
            return None
        reply = self.replies.pop(0)
        return Reply(reply) if isinstance(reply, str) else reply

    async def _stream(
        self, request: web.Request, record: Completion, parts: list[dict[str, Any]]
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        try:
            for sent, data in enumerate([*(json.dumps(part) for part in parts), "[DONE]"]):
                if self.faults.take_drop(sent) and request.transport:
                    request.transport.abort()
                await response.write(f"data: {data}\n\n".encode())
                await asyncio.sleep(self.faults.message_delay_s)
            await response.write_eof()
            record.finished = True
        except ConnectionResetError:
            pass  # The client went, or the faults dropped it: what was not sent stays unsent.
        finally:
            record.ended = True
            self.changed()
        return response


def _error(
    status: int, message: str, kind: str = "invalid_request_error", code: str | None = None
) -> web.Response:
    error = {"message": message, "type": kind, "param": None, "code": code}
    return web.json_response({"error": error}, status=status)
