"""Placeholders in prompts and start messages: which there are, and what they become in a call."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontdesk.agent.nearest import nearest
from frontdesk.call import Call
from frontdesk.language import base_language

# What every call can tell, whatever the agent file says; beside them stands `metadata.<key>`.
CALL_FACTS = ("caller_number", "called_number", "direction", "current_timestamp")

METADATA = "metadata."

# What stands for a fact that a call does not have.
UNKNOWN = "unknown"

# The longest value that a session may put into a prompt, in characters.
MAX_VALUE = 500

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# `{{name}}` is the way to write `{name}` itself.
_NAME = r"metadata(?:\.[A-Za-z0-9_-]+)+|[A-Za-z_][A-Za-z0-9_]*"
_PLACEHOLDER = re.compile(rf"\{{(\{{(?:{_NAME})\}})\}}|\{{({_NAME})\}}")

# Words in braces, which are no placeholder where they hold a blank or a hyphen.
_BRACES = re.compile(r"\{[ \w.-]{1,64}\}")

Value = str | bool | int | float


@dataclass(frozen=True)
class Text:
    """A text as the agent file has it, its placeholders not filled; None where the file has none.

    `language` is the code that the file gives it under, None for a text that stands there without one.
    """

    text: str | None = None
    language: str | None = None


def placeholders(text: str) -> list[str]:
    """The names in `{name}`, each once, in the order of the text."""
    return list(dict.fromkeys(match[2] for match in _PLACEHOLDER.finditer(text) if match[2]))


def unknown_placeholders(text: str, known: Collection[str]) -> list[str]:
    """The names in `{name}` that nothing fills, each once, in the order of the text."""
    return [name for name in placeholders(text) if name not in known and not name.startswith(METADATA)]


def near_placeholders(text: str, known: Collection[str]) -> Iterator[tuple[str, str]]:
    """What stands in braces and is no placeholder, but nearly one: (as written, the name that it is near)."""
    for written in dict.fromkeys(_BRACES.findall(_PLACEHOLDER.sub("", text))):
        name = re.sub(r"[ -]+", "_", written.strip("{} ").lower())
        near = [name] if name.startswith(METADATA) else nearest(name, known, cutoff=0.8)
        yield from ((written, meant) for meant in near)


def fill(text: str, values: Mapping[str, Value]) -> str:
    """The text with each `{name}` replaced, in one pass: a value that holds a placeholder stays as it is.

    A brace that is no placeholder stays, and so does a name that `values` lacks; metadata that it lacks
    becomes "unknown".
    """

    def replacement(match: re.Match[str]) -> str:
        name = match[2]
        if match[1]:
            return match[1]
        if name in values:
            return spoken(values[name])
        return UNKNOWN if name.startswith(METADATA) else match[0]

    return _PLACEHOLDER.sub(replacement, text)


def spoken(value: Value) -> str:
    """A value as it is written in a prompt: `true` and `false` as in the agent file."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def tamed(value: Value) -> Value:
    """A value from outside on one line, of bounded length, so that it cannot pass for a new role."""
    if not isinstance(value, str):
        return value if len(str(value)) <= MAX_VALUE else str(value)[:MAX_VALUE]
    visible = "".join(character if character.isprintable() else " " for character in value)
    return " ".join(visible.split())[:MAX_VALUE]


def call_facts(call: Call, local_start: datetime) -> dict[str, Value]:
    """The inputs that every call has; `local_start` is when it began in the agent's timezone."""
    return {
        "caller_number": tamed(call.from_number or UNKNOWN),
        "called_number": tamed(call.to_number or UNKNOWN),
        "direction": call.direction.value,
        "current_timestamp": timestamp(local_start),
        **{f"{METADATA}{name}": value for name, value in _flat(call.session.metadata)},
    }


def _flat(metadata: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    """Metadata by the dotted name that a placeholder gives it; a list as JSON."""
    for key, value in metadata.items():
        if isinstance(value, Mapping):
            yield from ((f"{key}.{name}", inner) for name, inner in _flat(value))
        elif value is not None:
            plain = value if isinstance(value, Value) else json.dumps(value, ensure_ascii=False, default=str)
            yield key, tamed(plain)


def timestamp(moment: datetime) -> str:
    """A moment as prompts give it: `2026-03-03, Tuesday. Time: 15:04.`"""
    return f"{moment:%Y-%m-%d}, {_WEEKDAYS[moment.weekday()]}. Time: {moment:%H:%M}."


def in_language(texts: Mapping[str, str], language: str) -> Text:
    """The text for a language: `es-MX`, else `es`, else `en`, else the first; none when there is none."""
    for code in (language, base_language(language), "en", *texts):
        if code in texts:
            return Text(texts[code], code)
    return Text()
