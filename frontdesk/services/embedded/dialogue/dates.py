"""Days as people say them: "next Tuesday", "the third of March", "in three days"."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from difflib import get_close_matches
from itertools import chain

from frontdesk.services.embedded.dialogue.span import Span

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTHS = "january february march april may june july august september october november december"
MONTHS = _MONTHS.split()
_SHORT = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4}
_SHORT_MONTHS = {name[:3]: at for at, name in enumerate(MONTHS, 1)} | {"sept": 9}
_LOOKALIKES = {"birthday", "someday", "yesterday", "holiday", "everyday", "workday", "weekday", "midday"}

_WEEKDAY = "(?:" + "|".join([*WEEKDAYS, *sorted(_SHORT, key=len, reverse=True)]) + ")s?"
_MONTH = "(?:" + "|".join([*MONTHS, *sorted(_SHORT_MONTHS, key=len, reverse=True)]) + ")"
_YEAR = r"(?: (?P<year>20\d\d|20 \d\d))?"
_MOST_DAYS_AHEAD = 366

Reader = Callable[[re.Match[str], date], date | None]


def find(text: str, today: date) -> list[Span[date]]:
    """Every day named in `text` (as `spelled` and `words.normalise` give it), in order, never overlapping."""
    spans: list[Span[date]] = []
    for pattern, reader in _READERS:
        for match in pattern.finditer(text):
            if any(match.start() < span.end and span.start < match.end() for span in spans):
                continue
            value = reader(match, today)
            if value is not None:
                spans.append(Span(value, match.start(), match.end()))
    return sorted(spans, key=lambda span: span.start)


def spelled(text: str) -> str:
    """Misheard weekdays put right: "wensday at 10" → "wednesday at 10"."""

    def right(match: re.Match[str]) -> str:
        word = match.group()
        if word.rstrip("s") in WEEKDAYS or word in _LOOKALIKES:
            return word
        return next(iter(get_close_matches(word, WEEKDAYS, n=1, cutoff=0.8)), word)

    return re.sub(r"\b[a-z]{3,}days?\b", right, text)


def _weekday(name: str) -> int:
    name = name.rstrip("s") if name.rstrip("s") in WEEKDAYS else name
    return WEEKDAYS.index(name) if name in WEEKDAYS else _SHORT.get(name, _SHORT.get(name.rstrip("s"), 0))


def _coming(day: int, today: date) -> date:
    return today + timedelta(days=(day - today.weekday() - 1) % 7 + 1)


def _next_week(day: int, today: date) -> date:
    return today + timedelta(days=7 - today.weekday() + day)


def _calendar(match: re.Match[str], today: date) -> date | None:
    month = match["month"]
    number = MONTHS.index(month) + 1 if month in MONTHS else _SHORT_MONTHS[month]
    return _upcoming(number, int(match["day"]), match["year"], today)


def _slashed(match: re.Match[str], today: date) -> date | None:
    return _upcoming(int(match["month"]), int(match["day"]), match["year"], today)


def _upcoming(month: int, day: int, year: str | None, today: date) -> date | None:
    """That day in the year named, else the first one not past; None when there is no such day."""
    if year:
        spoken = int(year.replace(" ", ""))
        return _day(spoken + 2000 if spoken < 100 else spoken, month, day)
    # Eight years reach over the longest gap between two 29ths of February.
    candidates = (_day(today.year + ahead, month, day) for ahead in range(9))
    return next((found for found in candidates if found and found >= today), None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day_of_month(match: re.Match[str], today: date) -> date | None:
    months = (
        (today.year + (today.month - 1 + ahead) // 12, (today.month - 1 + ahead) % 12 + 1)
        for ahead in range(3)
    )
    candidates = (_day(year, month, int(match["day"])) for year, month in months)
    return next((found for found in candidates if found and found >= today), None)


def _ahead(match: re.Match[str], today: date) -> date | None:
    number = 1 if match["n"] in ("a", "the") else 2 if match["n"] == "a couple of" else int(match["n"])
    days = number * (7 if match["unit"].startswith("week") else 1)
    return today + timedelta(days=days) if days <= _MOST_DAYS_AHEAD else None


def _week_from(match: re.Match[str], today: date) -> date:
    weeks = 1 if match["n"] in ("a", "", None) else int(match["n"])
    named = match["from"]
    start = (
        today
        if named == "today"
        else today + timedelta(1)
        if named == "tomorrow"
        else _coming(_weekday(named), today)
    )
    return start + timedelta(weeks=min(weeks, 52))


def _iso(match: re.Match[str], today: date) -> date | None:
    return _day(*(int(part) for part in match.group().split("-")))


def _compile(rows: list[tuple[str, Reader]]) -> list[tuple[re.Pattern[str], Reader]]:
    return [(re.compile(rf"\b(?:{pattern})\b"), reader) for pattern, reader in rows]


_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_ORDINAL = r"(?P<day>\d{1,2})(?:st|nd|rd|th)"
_LED = rf"(?:{_WEEKDAY} (?:the )?)?"
_NAMED = rf"(?P<w>{_WEEKDAY})"
_READERS = _compile(
    list(
        chain(
            [(r"\d{4}-\d\d-\d\d", _iso)],
            [(rf"{_LED}(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})(?:/(?P<year>\d{{2}}|\d{{4}}))?", _slashed)],
            [(rf"{_LED}(?P<month>{_MONTH}) (?:the )?{_DAY}{_YEAR}(?!:)", _calendar)],
            [(rf"{_LED}{_DAY} (?:day )?(?:of )?(?P<month>{_MONTH}){_YEAR}", _calendar)],
            [(r"(?:the )?day after tomorrow", lambda match, today: today + timedelta(2))],
            [(rf"(?P<n>a|\d) weeks? (?:from|on|after) (?P<from>{_WEEKDAY}|today|tomorrow)", _week_from)],
            [(rf"(?P<n>)week on (?P<from>{_WEEKDAY})|(?:this )?(?P<w>{_WEEKDAY}) (?:week|after next)",
              lambda match, today: _coming(_weekday(match["from"] or match["w"]), today) + timedelta(7))],
            [(rf"{_NAMED} (?:of )?next week|next week (?:on )?(?P<v>{_WEEKDAY})|next (?P<u>{_WEEKDAY})",
              lambda match, today: _next_week(_weekday(match["w"] or match["v"] or match["u"]), today))],
            [(r"in (?P<n>a|\d{1,3}|a couple of) (?P<unit>days?|weeks?)", _ahead)],
            [(r"(?P<n>a|\d{1,3}) (?P<unit>days?|weeks?) from (?:now|today)", _ahead)],
            [(rf"{_LED}the {_ORDINAL}(?! 1\b| choice| option| time| slot)", _day_of_month)],
            [(rf"(?:{_WEEKDAY}|on) {_ORDINAL}", _day_of_month)],
            [(rf"(?:this |the coming |this coming )?{_NAMED}",
              lambda match, today: _coming(_weekday(match["w"]), today))],
            [(r"tomorrow|tomorow", lambda match, today: today + timedelta(1))],
            [(r"today|tonight|this (?:morning|afternoon|evening)", lambda match, today: today)],
            [(r"next week", lambda match, today: _next_week(0, today))],
            [(r"(?:this|the|at the) weekend", lambda match, today: _coming(5, today))],
        )
    )
)  # fmt: skip
