"""What happened in a conversation, read from messages in OpenAI's chat format."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_UNFINISHED = "IN_PROGRESS"
_CANCELLED = "CANCELLED"
_CALLED_OFF: Mapping[str, Any] = {"error": "cancelled"}


@dataclass(frozen=True)
class Said:
    """One turn of the caller, of one or several messages."""

    text: str


@dataclass(frozen=True)
class Spoke:
    """Words of the agent that the caller heard."""

    text: str


@dataclass(frozen=True)
class Called:
    """A tool was called; `result` is None while it runs and when it was cancelled.

    A result that came after the conversation had gone on is a second event, where it came.
    """

    tool: str
    result: Mapping[str, Any] | None
    cancelled: bool = False


Event = Said | Spoke | Called


def events(messages: Iterable[Mapping[str, Any]]) -> list[Event]:
    """The events in order; of the system and the developer only late results of tools count."""
    messages = list(messages)
    results = _results(messages)
    tools: dict[Any, str] = {}
    found: list[Event] = []
    for message in messages:
        text = _text(message.get("content"))
        if message.get("role") == "user" and text:
            last = found[-1] if found else None
            if isinstance(last, Said):
                found[-1] = Said(f"{last.text} {text}")
            else:
                found.append(Said(text))
        elif message.get("role") == "assistant":
            if text:
                found.append(Spoke(text))
            for call in message.get("tool_calls") or ():
                name = (call.get("function") or {}).get("name") or ""
                tools[call.get("id")] = name
                result = results.get(call.get("id"))
                cancelled = result is _CALLED_OFF
                found.append(Called(name, None if cancelled else result, cancelled))
        elif message.get("role") == "developer" and (late := _late(message)) and late[0] in tools:
            found.append(Called(tools[late[0]], late[1], cancelled=late[1] is None))
    return found


def _late(message: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any] | None] | None:
    """Call id and result, when this says that an asynchronous tool is done; a cancelled one has no result."""
    value = _parsed(_text(message.get("content")))
    if not isinstance(value, dict) or value.get("type") != "async_tool" or value.get("status") == "running":
        return None
    result = value.get("result")
    return value.get("tool_call_id"), None if result is None else _mapping(_parsed(str(result)))


def _results(messages: Iterable[Mapping[str, Any]]) -> dict[Any, Mapping[str, Any]]:
    results: dict[Any, Mapping[str, Any]] = {}
    for message in messages:
        content = _text(message.get("content"))
        if message.get("role") != "tool" or content == _UNFINISHED:
            continue
        value = _parsed(content)
        if not (isinstance(value, dict) and value.get("type") == "async_tool"):
            called_off = content == _CANCELLED
            results[message.get("tool_call_id")] = _CALLED_OFF if called_off else _mapping(value)
    return results


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {"value": value}


def _text(content: Any) -> str:
    """The text of a message whose content is a string, a list of parts, or nothing."""
    if isinstance(content, str):
        return content.strip()
    parts = content if isinstance(content, list) else []
    return " ".join(str(part.get("text") or "") for part in parts if isinstance(part, Mapping)).strip()
