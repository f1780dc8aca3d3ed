"""Days and times as an LLM writes them."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from typing import Annotated, Any

from pydantic import AfterValidator

from frontdesk.errors import ToolError


def parse_day(text: str) -> date:
    """`2026-03-03`, or a ToolError that says so."""
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()
    except ValueError:
        raise ToolError(f"date must be a day as YYYY-MM-DD, such as 2026-03-03; not {text[:40]!r}") from None


def parse_time(text: str) -> time:
    """`14:30`, or a ToolError that says so."""
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()
    except ValueError:
        raise ToolError(f"time must be HH:MM in 24 hours, such as 14:30; not {text[:40]!r}") from None


def slot_text(slot: datetime) -> str:
    """A slot in its local time: `2026-03-03T14:30`."""
    return f"{slot:%Y-%m-%dT%H:%M}"


def _as_one_writes(parse: Callable[[str], Any], form: str) -> AfterValidator:
    """Have what can be read be written in one way, so that the same is the same; the rest stays as it is."""

    def rewrite(text: str) -> str:
        with suppress(ToolError):
            return f"{parse(text):{form}}"
        return text

    return AfterValidator(rewrite)


# What an LLM gives for a day or a time, to be read by parse_day and parse_time.
DayText = Annotated[str, _as_one_writes(parse_day, "%Y-%m-%d")]
TimeText = Annotated[str, _as_one_writes(parse_time, "%H:%M")]
