"""Replies from templates: "On {date|day} I have {offered|times}."."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from frontdesk.services.embedded.dialogue.words import ordinal

PLACEHOLDER = re.compile(r"\{([a-z_][\w.]*)(?:\|(\w+))?\}")

_HOURS = ["twelve", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
_MINUTES = {10: "ten", 15: "fifteen", 20: "twenty", 30: "thirty", 40: "forty", 45: "forty-five", 50: "fifty"}


def fill(template: str, values: Mapping[str, Any]) -> str:
    """The template with its placeholders replaced; one without a value becomes nothing."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1])
        return "" if found is None else FILTERS[match[2] or "plain"](found)

    return re.sub(r"\s+([,.?!]|\s)", r"\1", PLACEHOLDER.sub(value, template)).strip()


def _plain(value: Any) -> str:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return joined([_plain(item) for item in value], "and")
    return str(value)


def day(value: Any) -> str:
    """ "Tuesday, March 3rd"."""
    return f"{value:%A, %B} {ordinal(value.day)}" if isinstance(value, date) else _plain(value)


def clock(value: Any) -> str:
    """ "2:30 PM", "10 AM", "noon"."""
    if not isinstance(value, (time, datetime)):
        return _plain(value)
    if (value.hour, value.minute) == (12, 0):
        return "noon"
    minutes = f":{value:%M}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes} {value:%p}"


def spoken(value: Any, after: str = "") -> str:
    """ "two thirty", "ten o'clock"; on the hour `after` stands for "o'clock"."""
    if not isinstance(value, (time, datetime)):
        return _plain(value)
    if (value.hour, value.minute) == (12, 0):
        return "noon"
    hour = _HOURS[value.hour % 12]
    if value.minute == 0:
        return f"{hour} {after}".strip()
    return f"{hour} {_MINUTES.get(value.minute) or ('oh ' if value.minute < 10 else '') + str(value.minute)}"


def times(values: Any) -> str:
    """ "ten o'clock, ten thirty and two"."""
    if not isinstance(values, (list, tuple)):
        return spoken(values, "o'clock")
    return joined([spoken(value, "" if at else "o'clock") for at, value in enumerate(values)], "and")


def slots(values: Any) -> str:
    """Times with their days: "Tuesday, March 3rd at ten o'clock and two, and …"."""
    if not isinstance(values, (list, tuple)) or not all(isinstance(value, datetime) for value in values):
        return _plain(values)
    days = [(key, list(group)) for key, group in groupby(sorted(values), key=lambda value: value.date())]
    parts = [f"{day(key)} at {times(group)}" for key, group in days]
    return parts[0] if len(parts) == 1 else ", and ".join([", ".join(parts[:-1]), parts[-1]]) if parts else ""


def digits(value: Any) -> str:
    """A number digit by digit, in the groups of a telephone number: "5 5 5, 1 2 3, 4 5 6 7"."""
    plus, number = ("plus ", value[1:]) if str(value).startswith("+") else ("", str(value))
    groups = [number[:-10], number[-10:-7], number[-7:-4], number[-4:]]
    return plus + ", ".join(" ".join(group) for group in groups if group)


def first(value: Any) -> str:
    """The first word: of "Sarah Miller", "Sarah"."""
    return (_plain(value).split() or [""])[0]


def joined(parts: list[str], word: str) -> str:
    """ "a, b and c"."""
    return f" {word} ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


FILTERS: dict[str, Callable[[Any], str]] = {
    "plain": _plain,
    "day": day,
    "clock": clock,
    "times": times,
    "slots": slots,
    "digits": digits,
    "first": first,
}
