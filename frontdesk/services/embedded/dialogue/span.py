"""Something found in what was said, and where."""

import re
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_DENIED = re.compile(
    r"\b(?:not|instead of|rather than|isnt|except|but not|not on|not at|not the) (?:on |at |the )?$"
)


@dataclass(frozen=True)
class Span(Generic[T]):
    """A value, with its first and one past its last character in the text."""

    value: T
    start: int
    end: int


def preferred(spans: list[Span[T]], text: str) -> T | None:
    """The one that was meant: the last ("Tuesday, no, Wednesday"), of alternatives the first, none denied."""
    meant = [span for span in spans if not _DENIED.search(text[: span.start])]
    if not meant:
        return None
    chosen = meant[-1]
    for earlier in reversed(meant[:-1]):
        if text[earlier.end : chosen.start].strip() not in ("or", "or on", "or at", "or maybe"):
            break
        chosen = earlier
    return chosen.value


def blank(text: str, spans: list[Span[T]]) -> str:
    """The text with every span replaced by bars of its length, so that nothing else is read into it."""
    for span in spans:
        text = text[: span.start] + "|" * (span.end - span.start) + text[span.end :]
    return text
