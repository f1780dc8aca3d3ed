"""How OpenAI puts a reply on the wire: in chunks, or as one completion."""

import json
import re
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.openai import ReplyLike

ARGUMENT_PIECE = 7
"""Characters of a tool call's arguments in one chunk: few, so that they always come in pieces."""


def chunks(body: Mapping[str, Any], reply: "ReplyLike", name: str, created: int) -> list[dict[str, Any]]:
    """The chunks of a streamed reply, without the `[DONE]` that ends it."""
    with_usage = bool((body.get("stream_options") or {}).get("include_usage"))
    base = {"id": name, "object": "chat.completion.chunk", "created": created, "model": body["model"]}
    base |= {"service_tier": "default", "system_fingerprint": "fp_fake"}
    if with_usage:
        base["usage"] = None

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return base | {"choices": [choice]}

    parts = [chunk({"role": "assistant", "content": "" if reply.text else None, "refusal": None})]
    parts += [chunk({"content": piece}) for piece in re.findall(r"\s*\S+\s*$|\s*\S+", reply.text)]
    for index, call in enumerate(reply.tool_calls):
        parts += [chunk({"tool_calls": [delta]}) for delta in _call_deltas(index, call)]
    parts.append(chunk({}, _finish_reason(reply)))
    if with_usage:
        parts.append(base | {"choices": [], "usage": usage(body, reply)})
    return parts


def completion(body: Mapping[str, Any], reply: "ReplyLike", name: str, created: int) -> dict[str, Any]:
    """The whole reply as one object."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None, "refusal": None}
    if reply.tool_calls:
        message["tool_calls"] = [
            {"id": _call_id(), "type": "function"}
            | {"function": {"name": call.name, "arguments": written(call.arguments)}}
            for call in reply.tool_calls
        ]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish_reason(reply)}
    return {
        "id": name,
        "object": "chat.completion",
        "created": created,
        "model": body["model"],
        "choices": [choice],
        "usage": usage(body, reply),
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    }


def usage(body: Mapping[str, Any], reply: "ReplyLike") -> dict[str, Any]:
    """Token counts, at four characters a token."""
    asked = len(json.dumps([body["messages"], body.get("tools") or []])) // 4
    answered = len(reply.text) // 4 + sum(len(written(call.arguments)) // 4 + 8 for call in reply.tool_calls)
    return {
        "prompt_tokens": asked,
        "completion_tokens": answered,
        "total_tokens": asked + answered,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def written(arguments: Mapping[str, Any] | str) -> str:
    """Arguments as the model writes them; a text is what it writes in place of JSON."""
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _call_deltas(index: int, call: Any) -> list[dict[str, Any]]:
    text = written(call.arguments)
    first = {"index": index, "id": _call_id(), "type": "function"}
    deltas: list[dict[str, Any]] = [first | {"function": {"name": call.name, "arguments": ""}}]
    for start in range(0, len(text), ARGUMENT_PIECE):
        piece = text[start : start + ARGUMENT_PIECE]
        deltas.append({"index": index, "function": {"arguments": piece}})
    return deltas


def _finish_reason(reply: "ReplyLike") -> str:
    return "tool_calls" if reply.tool_calls else "stop"


def _call_id() -> str:
    return f"call_{uuid.uuid4().hex[:24]}"
