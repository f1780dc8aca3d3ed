"""Placeholders in prompts and start messages: which there are, and what they become in a call."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from frontdesk.call import Call

# What every call can tell, whatever the agent file says; these names cannot be inputs of one's own.
CALL_FACTS = ("caller_number", "called_number", "direction", "current_timestamp")

# The longest value that a session may put into a prompt, in characters.
MAX_VALUE = 500

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# `{{name}}` is the way to write `{name}` itself.
_PLACEHOLDER = re.compile(r"\{(\{[A-Za-z_][A-Za-z0-9_]*\})\}|\{([A-Za-z_][A-Za-z0-9_]*)\}")

Value = str | bool | int | float


def unknown_placeholders(text: str, known: Collection[str]) -> list[str]:
    """The names in `{name}` that nothing fills, each once, in the order of the text."""
    names = (match[2] for match in _PLACEHOLDER.finditer(text) if match[2])
    return [name for name in dict.fromkeys(names) if name not in known]


def fill(text: str, values: Mapping[str, Value]) -> str:
    """The text with each `{name}` replaced, in one pass: a value that holds a placeholder stays as it is.

    A brace that is no placeholder stays, and so does a name that `values` lacks.
    """

    def replacement(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        return spoken(values[match[2]]) if match[2] in values else match[0]

    return _PLACEHOLDER.sub(replacement, text)


def spoken(value: Value) -> str:
    """A value as it is written in a prompt: `true` and `false` as in the agent file."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def tamed(value: Value) -> Value:
    """A value from outside on one line, of bounded length, so that it cannot pass for a new role."""
    if not isinstance(value, str):
        return value
    visible = "".join(character if character.isprintable() else " " for character in value)
    return " ".join(visible.split())[:MAX_VALUE]


def call_facts(call: Call, local_start: datetime) -> dict[str, Value]:
    """The inputs that every call has; `local_start` is when it began in the agent's timezone."""
    return {
        "caller_number": tamed(call.from_number or "unknown"),
        "called_number": tamed(call.to_number or "unknown"),
        "direction": call.direction.value,
        "current_timestamp": timestamp(local_start),
    }


def timestamp(moment: datetime) -> str:
    """A moment as prompts give it: `2026-03-03, Tuesday. Time: 15:04.`"""
    return f"{moment:%Y-%m-%d}, {_WEEKDAYS[moment.weekday()]}. Time: {moment:%H:%M}."


def in_language(texts: Mapping[str, str], language: str) -> str | None:
    """The text for a language: `es-MX`, else `es`, else `en`, else the first; None when there is none."""
    for code in (language, language.split("-")[0], "en"):
        if code in texts:
            return texts[code]
    return next(iter(texts.values()), None)
