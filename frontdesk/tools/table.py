"""Frontdesk's own tools by name."""

from importlib import import_module

from frontdesk.tools.options import Function

# name → "module:function", imported when an agent has the tool.
TOOLS: dict[str, str] = {
    "await_call_transfer": "frontdesk.tools.await_call_transfer:await_call_transfer",
    "book_appointment": "frontdesk.tools.book_appointment:book_appointment",
    "cancel_appointment": "frontdesk.tools.cancel_appointment:cancel_appointment",
    "end_call": "frontdesk.tools.end_call:end_call",
    "get_available_time_slots": "frontdesk.tools.get_available_time_slots:get_available_time_slots",
    "get_weekday": "frontdesk.tools.get_weekday:get_weekday",
    "send_dtmf": "frontdesk.tools.send_dtmf:send_dtmf",
    "send_sms": "frontdesk.tools.send_sms:send_sms",
    "switch_language": "frontdesk.tools.switch_language:switch_language",
    "take_message": "frontdesk.tools.take_message:take_message",
    "transfer_call": "frontdesk.tools.transfer_call:transfer_call",
}


def load_tool(name: str) -> Function:
    """The function behind a name of the table."""
    module, function = TOOLS[name].split(":")
    loaded: Function = getattr(import_module(module), function)
    return loaded
