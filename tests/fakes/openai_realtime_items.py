"""The items of an OpenAI realtime conversation, and how a mind for chat completions reads them."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from tests.fakes.openai_chunks import written

Item = dict[str, Any]


def new_id(kind: str) -> str:
    """An id as OpenAI gives them."""
    return f"{kind}_{uuid.uuid4().hex[:20]}"


def message_item(role: str, content: list[dict[str, Any]], status: str = "completed") -> Item:
    """A message of either side."""
    return {
        "id": new_id("item"),
        "object": "realtime.item",
        "type": "message",
        "status": status,
        "role": role,
        "content": content,
    }


def call_item(name: str) -> Item:
    """A function that the model calls; its arguments come in pieces."""
    return {
        "id": new_id("item"),
        "object": "realtime.item",
        "type": "function_call",
        "status": "in_progress",
        "name": name,
        "call_id": new_id("call"),
        "arguments": "",
    }


def chat_messages(instructions: str, items: Iterable[Item], heard: Mapping[str, str]) -> list[dict[str, Any]]:
    """The conversation as messages of a chat completion; `heard` is what was said in an item of audio."""
    messages: list[dict[str, Any]] = [{"role": "system", "content": instructions}] if instructions else []
    for item in items:
        match item:
            case {"type": "function_call"}:
                call = {"name": item["name"], "arguments": item["arguments"]}
                calls = [{"id": item["call_id"], "type": "function", "function": call}]
                messages.append({"role": "assistant", "content": None, "tool_calls": calls})
            case {"type": "function_call_output"}:
                output = {"role": "tool", "tool_call_id": item["call_id"], "content": item["output"]}
                messages.append(output)
            case _:
                messages.append({"role": item["role"], "content": heard.get(item["id"]) or _text(item)})
    return messages


def chat_tools(tools: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A session's tools as a chat completion has them."""
    return [
        {"type": "function", "function": {k: v for k, v in tool.items() if k != "type"}} for tool in tools
    ]


def arguments_of(call: Any) -> str:
    """A tool call's arguments as the model writes them."""
    return written(call.arguments)


def _text(item: Item) -> str:
    return " ".join(part.get("text") or part.get("transcript") or "" for part in item.get("content") or [])
