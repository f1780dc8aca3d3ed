"""`{name}` in a text of a request, encoded as that text needs it."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from frontdesk.agent.prompts import METADATA, fill, placeholders, spoken

# What fills placeholders: JSON by name. A name without a value is an argument that was left out.
Values = Mapping[str, Any]

Encode = Callable[[str], str]


def alone(text: str) -> str | None:
    """The name in a text that is one placeholder and nothing else."""
    name = next(iter(placeholders(text)), None)
    return name if text == f"{{{name}}}" else None


def written(value: Any) -> str:
    """A value as text: nothing for null, lists and mappings as JSON."""
    if value is None:
        return ""
    if isinstance(value, str | bool | int | float):
        return spoken(value)
    return json.dumps(value, ensure_ascii=False)


def filled(text: str, values: Values, encode: Encode = str) -> str:
    """The text with each `{name}` replaced and encoded; nothing stands for what was left out.

    What stands for metadata that the call does not have is the same as in prompts.
    """
    known = [name for name in placeholders(text) if name in values or not name.startswith(METADATA)]
    return fill(text, {name: encode(written(values.get(name))) for name in known})


def pairs(text: str, values: Values, encode: Encode) -> str:
    """`a={x}&b={y}` filled: a pair whose value is only what was left out goes, a list becomes a pair for
    each of its items."""
    return "&".join(each for pair in text.split("&") for each in _pair(pair, values, encode))


def _pair(pair: str, values: Values, encode: Encode) -> Iterator[str]:
    key, equals, value = pair.rpartition("=") if alone(pair) is None else ("", "", pair)
    name = alone(value)
    if name is None:
        yield filled(pair, values, encode)
        return
    given = values.get(name)
    start = filled(key, values, encode) + equals
    for item in given if isinstance(given, list) else [] if given is None else [given]:
        yield start + encode(written(item))
