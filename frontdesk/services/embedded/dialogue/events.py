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
    """A tool was called; `result` is None while it runs and when it was cancelled."""

    tool: str
    result: Mapping[str, Any] | None
    cancelled: bool = False


Event = Said | Spoke | Called


def events(messages: Iterable[Mapping[str, Any]]) -> list[Event]:
    """The events in order; messages of the system or the developer are none, but for late results of tools."""
    messages = list(messages)
    results = _results(messages)
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
                result = results.get(call.get("id"))
                cancelled = result is _CALLED_OFF
                found.append(Called(name, None if cancelled else result, cancelled))
    return found


def _results(messages: Iterable[Mapping[str, Any]]) -> dict[Any, Mapping[str, Any]]:
    results: dict[Any, Mapping[str, Any]] = {}
    for message in messages:
        if message.get("role") not in ("tool", "developer"):
            continue
        content = _text(message.get("content"))
        value = _parsed(content)
        if isinstance(value, dict) and value.get("type") == "async_tool":
            if value.get("status") == "finished":
                results[value.get("tool_call_id")] = _mapping(_parsed(str(value.get("result"))))
        elif message["role"] == "tool" and content != _UNFINISHED:
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
