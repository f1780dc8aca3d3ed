"""Frontdesk's own tools by name."""

from importlib import import_module

from frontdesk.tools.options import Function

# name → "module:function", imported when an agent has the tool.
TOOLS: dict[str, str] = {
    "book_appointment": "frontdesk.tools.book_appointment:book_appointment",
    "end_call": "frontdesk.tools.end_call:end_call",
    "get_available_time_slots": "frontdesk.tools.get_available_time_slots:get_available_time_slots",
}


def load_tool(name: str) -> Function:
    """The function behind a name of the table."""
    module, function = TOOLS[name].split(":")
    loaded: Function = getattr(import_module(module), function)
    return loaded
