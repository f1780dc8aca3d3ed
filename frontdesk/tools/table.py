"""Every tool by its name."""

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

# name → "module:function", imported when an agent has the tool.
TOOLS: dict[str, str] = {
    "book_appointment": "frontdesk.tools.book_appointment:book_appointment",
    "end_call": "frontdesk.tools.end_call:end_call",
    "get_available_time_slots": "frontdesk.tools.get_available_time_slots:get_available_time_slots",
}

# `async def tool(ctx: ToolContext, …) -> dict`: its docstring is what the LLM reads.
Tool = Callable[..., Awaitable[dict[str, Any]]]


def load_tool(name: str) -> Tool:
    """The function behind a name of the table."""
    module, function = TOOLS[name].split(":")
    tool: Tool = getattr(import_module(module), function)
    return tool
