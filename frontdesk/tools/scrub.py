"""Secrets taken out of texts, in whatever form they have got there."""

import html
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

HIDDEN = "[hidden]"


def scrubbed(text: str, secrets: Iterable[str]) -> str:
    """The text without the secrets: as they are, percent-encoded, or as JSON or HTML write them."""
    pattern = _pattern(tuple(secrets))
    return pattern.sub(HIDDEN, text) if pattern else text


def scrubbed_data(value: Any, secrets: Iterable[str]) -> Any:
    """The same for JSON: its texts, its keys, and numbers that hold a secret."""
    pattern = _pattern(tuple(secrets))
    return _without(pattern, value) if pattern else value


def _without(pattern: re.Pattern[str], value: Any) -> Any:
    match value:
        case str():
            return pattern.sub(HIDDEN, value)
        case Mapping():
            return {_without(pattern, key): _without(pattern, each) for key, each in value.items()}
        case list() | tuple():
            return [_without(pattern, each) for each in value]
        case int() | float() if pattern.search(str(value)):
            return HIDDEN
        case _:
            return value


@lru_cache(maxsize=64)
def _pattern(secrets: tuple[str, ...]) -> re.Pattern[str] | None:
    # The longest first: one secret may begin like another.
    known = sorted(filter(None, secrets), key=len, reverse=True)
    return re.compile("|".join(way for secret in known for way in _ways(secret))) if known else None


def _ways(secret: str) -> Iterable[str]:
    """Patterns for a secret as it is, and with any of its characters encoded."""
    yield re.escape(secret)
    yield "".join(_character(character) for character in secret)


def _character(character: str) -> str:
    percent = "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))
    escaped = {
        json.dumps(character)[1:-1],
        html.escape(character),
        f"\\{character}" if character == "/" else "",
    }
    space = {"+"} if character == " " else set()
    forms = sorted({percent, character, *escaped, *space} - {""}, key=len, reverse=True)
    # What matched is not tried another way, so that no text takes long; hexadecimal digits in either case.
    return f"(?>{'|'.join(_either_case(form, character) for form in forms)})"


def _either_case(form: str, character: str) -> str:
    return re.escape(form) if form == character else f"(?i:{re.escape(form)})"
