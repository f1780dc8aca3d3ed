"""What OpenAI refuses in a chat completion request."""

from collections.abc import Iterable, Mapping
from typing import Any

ROLES = {"system", "developer", "user", "assistant", "tool"}


def problem_with(body: Any) -> str | None:
    """OpenAI's complaint about a request body, or None when it would be served."""
    if not isinstance(body, dict) or not isinstance(body.get("model"), str):
        return "you must provide a model parameter"
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return "Invalid 'messages': empty array. Expected an array with minimum length 1."
    for tool in body.get("tools") or []:
        if tool.get("type") != "function" or not tool.get("function", {}).get("name"):
            return "Invalid 'tools': each must be of type 'function' and have a name."
    return _problem_in_order(messages)


def _problem_in_order(messages: Iterable[Mapping[str, Any]]) -> str | None:
    """Each tool call must be answered, at once, and nothing else may be."""
    open_calls: set[str] = set()
    for index, message in enumerate(messages):
        role = message.get("role")
        if role not in ROLES:
            return f"Invalid value: '{role}'. Supported values are {sorted(ROLES)}. (messages[{index}].role)"
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                return (
                    "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
                )
            open_calls.discard(message["tool_call_id"])
        elif open_calls:
            return (
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
                f"'tool_call_id'. These did not have response messages: {', '.join(sorted(open_calls))}"
            )
        else:
            open_calls = {call["id"] for call in message.get("tool_calls") or []}
    return f"tool_call_ids without response messages: {sorted(open_calls)}" if open_calls else None
