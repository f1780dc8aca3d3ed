"""Times of day as people say them: "half past two", "two thirty", "2:30 p.m.", "at ten"."""

import re
from collections.abc import Callable
from datetime import time

from frontdesk.services.embedded.dialogue.span import Span

DAYPARTS = {"morning": (0, 12), "afternoon": (12, 17), "evening": (17, 24)}
"""Part of the day → its first hour and the hour it ends at."""

_PART = r"(?: in the| this| at| tomorrow|) (?P<part>morning|afternoon|evening|night|tonight)\b"
_TAIL = re.compile(rf"(?: ?oclock\b)?(?: (?P<half>am|pm)\b|{_PART})?")
_H = r"(?P<h>\d{1,2})"
_CUE = r"(?:at|around|about|by|after|before|from|at about|at around|make (?:it|that)|till|until|like)"
_NOT_BARE = (
    r"(?<!that )(?<!this )(?<!\dst )(?<!\dnd )(?<!\drd )(?<!last )(?<!no )(?<!which )(?<!any )"
    r"(?<!other )(?<!every )(?<!the )(?<!:)"
)
_NOT_COUNTED = (
    r"(?! (?:of|days?|weeks?|months?|years?|people|persons?|minutes?|hours?|more|moment|second|times|1s)\b)"
    r"(?![:/\d])"
)

Reader = Callable[[re.Match[str]], tuple[int, int] | None]


def find(text: str, *, loose: bool, earliest: int) -> list[Span[time]]:
    """Every time in `text` (as `words.normalise` gives it), in order, never overlapping.

    `loose`: a bare number is a time as well, and "to 30" is "2:30" (a time was asked for).
    `earliest`: hours before it said without "a.m." are in the afternoon: with 7, "at two" is 14:00.
    """
    spans: list[Span[time]] = []
    for pattern, reader in _READERS + (_LOOSE if loose else []):
        for match in pattern.finditer(text):
            tail = _TAIL.match(text, match.end())
            end = tail.end() if tail else match.end()
            if any(match.start() < span.end and span.start < end for span in spans):
                continue
            said = (tail["half"] or _half(tail["part"])) if tail else None
            value = _clock(match, reader, said or _half(_part_elsewhere(text)), earliest)
            if value is not None:
                spans.append(Span(value, match.start(), end))
    return sorted(spans, key=lambda span: span.start)


def find_daypart(text: str) -> Span[str] | None:
    """The part of the day that was named, if one was."""
    match = re.search(
        r"\b(morning|afternoon|evening|tonight|lunch ?time|after work)\b(?! (?:sir|madam|emma)\b)", text
    )
    # "Good morning" greets.
    if not match or re.search(r"\bgood $", text[: match.start()]):
        return None
    word = match.group(1)
    part = {"tonight": "evening", "after work": "evening"}.get(word, "afternoon" if "lunch" in word else word)
    return Span(part, match.start(), match.end())


def _clock(match: re.Match[str], reader: Reader, half: str | None, earliest: int) -> time | None:
    read = reader(match)
    if read is None or not (0 <= read[0] <= 24 and 0 <= read[1] <= 59):
        return None
    hour, minute = read
    if half == "pm" and hour < 12:
        hour += 12
    elif half == "am" and hour == 12:
        hour = 0
    elif half is None and 0 < hour < earliest and "exact" not in match.groupdict():
        hour += 12
    return time(hour % 24, minute)


def _half(part: str | None) -> str | None:
    if part is None:
        return None
    return "am" if part == "morning" else "pm"


def _part_elsewhere(text: str) -> str | None:
    found = find_daypart(text)
    return found.value if found else None


def _plain(match: re.Match[str]) -> tuple[int, int]:
    return int(match["h"]), int(match.groupdict().get("m") or 0)


def _half_past(match: re.Match[str]) -> tuple[int, int]:
    return int(match["h"]), 30


def _minutes(match: re.Match[str]) -> int:
    return 15 if "quarter" in match["q"] else int(match["q"].split()[0])


def _past(match: re.Match[str]) -> tuple[int, int]:
    return int(match["h"]), _minutes(match)


def _to(match: re.Match[str]) -> tuple[int, int] | None:
    minutes = _minutes(match)
    return ((int(match["h"]) - 2) % 12 + 1, 60 - minutes) if 0 < minutes < 60 else None


def _misheard(match: re.Match[str]) -> tuple[int, int]:
    return {"to": 2, "too": 2, "for": 4}[match["word"]], int(match["m"])


def _rows(rows: list[tuple[str, Reader]]) -> list[tuple[re.Pattern[str], Reader]]:
    return [(re.compile(rf"\b{pattern}(?!\w)"), reader) for pattern, reader in rows]


_MINUTES = r"(?P<q>a quarter|quarter|5|10|20|25|\d{1,2} minutes?)"
_READERS = _rows(
    [
        (rf"{_H}:(?P<m>\d\d)", _plain),
        (rf"half(?: past)? {_H}", _half_past),
        (rf"{_MINUTES} (?:past|after) {_H}", _past),
        (rf"(?<!from ){_MINUTES} (?:to|of|till|before) {_H}", _to),
        (rf"{_H} (?:oh|o|0) (?P<m>\d)", _plain),
        (r"(?P<exact>oh |o |0 ?)?(?P<h>\d)(?P<m>00)(?= hours?\b)", _plain),
        (r"(?P<exact>oh |o |0 )(?P<h>\d)(?P<m>00)", _plain),
        (r"(?<!\d )(?P<exact>)(?P<h>0\d|1\d|2[0-4])(?P<m>\d\d)(?: hours?)?", _plain),
        (r"(?<!\d )(?P<h>[1-9])(?P<m>[0-5][05])(?! \d)", _plain),
        (rf"(?<!\d ){_H} (?P<m>[1-5]\d|0\d)(?! \d|\d| hours| minutes| days| people)", _plain),
        (rf"{_CUE} (?P<word>to|too|for) (?P<m>[1-5]\d)", _misheard),
        (r"(?P<word>to|too|for) (?P<m>30|15|45)(?= [ap]m\b)", _misheard),
        (rf"{_H}(?= oclock\b| am\b| pm\b|{_PART})", _plain),
        (r"(?P<exact>noon|lunch ?time)", lambda match: (12, 0)),
        (r"(?P<exact>midnight)", lambda match: (0, 0)),
        (rf"{_CUE} {_H}{_NOT_COUNTED}", _plain),
    ]
)
_LOOSE = _rows(
    [
        (r"(?P<word>to|too|for) (?P<m>30|15|45)", _misheard),
        (rf"{_NOT_BARE}(?<!\d ){_H}{_NOT_COUNTED}(?! \d)", _plain),
    ]
)
