"""Anthropic: messages, streamed or whole."""

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from aiohttp import web

from tests.fakes.faults import Faults
from tests.fakes.openai import Reply, ReplyLike
from tests.fakes.openai_chunks import written
from tests.fakes.server import FakeServer

ARGUMENT_PIECE = 7
"""Characters of a tool call's input in one event: few, so that they always come in pieces."""


class FakeAnthropic(FakeServer):
    """It answers with the next of `replies`; with none left it refuses with HTTP 400."""

    def __init__(
        self,
        *,
        api_key: str = "anthropic-key",
        replies: Iterable[ReplyLike | str] = (),
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults=faults)
        self.api_key = api_key
        self.replies = list(replies)

    def routes(self) -> list[web.RouteDef]:
        """Messages."""
        return [web.post("/v1/messages", self._answer)]

    def allows(self, request: web.Request) -> bool:
        """The key and the version, each in a header of its own."""
        return request.headers.get("x-api-key") == self.api_key and "anthropic-version" in request.headers

    def refusal(self, request: web.Request, status: int) -> web.Response:
        """Anthropic's error object."""
        kind = {401: "authentication_error", 429: "rate_limit_error", 529: "overloaded_error"}.get(status)
        return _error(status, kind or ("api_error" if status >= 500 else "invalid_request_error"), "Refused.")

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read())
        problem = _problem_with(body) or ("" if self.replies else "This stand-in has no reply left.")
        if problem:
            return _error(400, "invalid_request_error", problem)
        reply = self.replies.pop(0)
        events = list(_events(body, Reply(reply) if isinstance(reply, str) else reply))
        if not body.get("stream"):
            return web.json_response(_whole(events))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        for event in events:
            await response.write(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode())
        await response.write_eof()
        return response


def _problem_with(body: Any) -> str:
    """Anthropic's complaint about a request body, or nothing."""
    if not body.get("model") or not isinstance(body.get("max_tokens"), int):
        return "model: Field required; max_tokens: Field required"
    messages = body.get("messages") or []
    if not messages or messages[0]["role"] != "user":
        return "messages: first message must use the user role"
    if any(message["role"] not in ("user", "assistant") for message in messages):
        return "messages: unexpected role; system is a top-level parameter"
    if any("input_schema" not in tool for tool in body.get("tools") or []):
        return "tools: input_schema: Field required"
    used = {part["id"] for part in _parts(messages, "tool_use")}
    answered = {part["tool_use_id"] for part in _parts(messages, "tool_result")}
    return "" if used == answered else "messages: `tool_use` ids were found without `tool_result` blocks"


def _parts(messages: list[dict[str, Any]], kind: str) -> Iterator[dict[str, Any]]:
    for message in messages:
        if isinstance(message["content"], list):
            yield from (part for part in message["content"] if part["type"] == kind)


def _events(body: dict[str, Any], reply: ReplyLike) -> Iterator[dict[str, Any]]:
    message = {"id": f"msg_{uuid.uuid4().hex}", "type": "message", "role": "assistant", "content": []}
    start = message | {"model": body["model"], "stop_reason": None, "stop_sequence": None}
    yield {"type": "message_start", "message": start | {"usage": {"input_tokens": 12, "output_tokens": 1}}}
    blocks = [({"type": "text", "text": ""}, _text_deltas(reply.text))] if reply.text else []
    blocks += [(_use(call), _input_deltas(call)) for call in reply.tool_calls]
    for index, (block, deltas) in enumerate(blocks):
        yield {"type": "content_block_start", "index": index, "content_block": block}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    reason = "tool_use" if reply.tool_calls else "end_turn"
    delta = {"stop_reason": reason, "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 7}}
    yield {"type": "message_stop"}


def _use(call: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{uuid.uuid4().hex[:24]}", "name": call.name, "input": {}}


def _text_deltas(text: str) -> list[dict[str, Any]]:
    pieces = re.findall(r"\s*\S+\s*$|\s*\S+", text)
    return [{"type": "text_delta", "text": piece} for piece in pieces]


def _input_deltas(call: Any) -> list[dict[str, Any]]:
    text = written(call.arguments)
    starts = range(0, len(text), ARGUMENT_PIECE)
    return [
        {"type": "input_json_delta", "partial_json": text[start : start + ARGUMENT_PIECE]} for start in starts
    ]


def _whole(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The same answer as one object; tool calls are only ever streamed here."""
    text = "".join(
        event["delta"].get("text", "") for event in events if "index" in event and "delta" in event
    )
    message: dict[str, Any] = events[0]["message"]
    content = [{"type": "text", "text": text}]
    return message | {"content": content, "stop_reason": "end_turn"}


def _error(status: int, kind: str, message: str) -> web.Response:
    return web.json_response({"type": "error", "error": {"type": kind, "message": message}}, status=status)
