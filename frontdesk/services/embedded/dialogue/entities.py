"""What a turn says about the slots of a script."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from frontdesk.services.embedded.dialogue import answers, dates, names, patterns, phones, times
from frontdesk.services.embedded.dialogue.script import Script, Slot
from frontdesk.services.embedded.dialogue.span import blank, preferred
from frontdesk.services.embedded.dialogue.utterance import Utterance

Values = dict[str, Any]

_PICK = re.compile(
    r"\b(?:the |option |number )?(?P<n>\d)(?:st|nd|rd|th)?(?: (?:1|option|choice|time|slot))\b"
    r"|\bthe (?P<nth>\d)(?:st|nd|rd|th)\b(?! of)|\b(?:option|number) (?P<number>\d)\b"
)
_FIRST = re.compile(
    r"\b(earliest|soonest|first available|either|any of (?:them|those)|whichever|you (?:choose|pick)|"
    r"i dont mind)\b"
)
_LAST = re.compile(r"\b(?:the )?(last|latest)(?: 1| option| time)?\b")


class Reading:
    """Reads one turn with the slots as they stand and the slot that was asked for."""

    def __init__(self, script: Script, values: Mapping[str, Any], expected: str | None, now: datetime):
        self._slots, self._values, self._expected, self._now = script.slots, values, expected, now

    def read(self, said: Utterance) -> Values:
        """Slot → value for everything that was said; texts aside, which only fill when nothing else fits."""
        picked = self._picked(said.plain)
        found = self._moment(said.plain) if picked is None else self._from_list(picked)
        for name, slot in self._slots.items():
            value = self._other(name, slot, said, bool(found))
            if value is not None and value != "":
                found.setdefault(name, value)
        return found

    def _moment(self, plain: str) -> Values:
        """The date, the time and the part of the day."""
        days = dates.find(plain, self._now.date())
        rest = blank(plain, days)
        found: Values = {}
        if (day := preferred(days, plain)) is not None and (name := self._slot_of("date")):
            found[name] = day
        if name := self._slot_of("time"):
            loose = self._expected == name or self._values.get(name) is not None or bool(self._listed(name))
            clock = preferred(times.find(rest, loose=loose, earliest=self._slots[name].earliest), rest)
            if clock is not None:
                found[name] = clock
                if self._expected == name:
                    self._day_of(clock, name, found)
        part = times.find_daypart(plain)
        if part and (name := self._slot_of("daypart")):
            found[name] = part.value
        return found

    def _day_of(self, clock: time, name: str, found: Values) -> None:
        """A time out of an offer brings the day it was offered for, unless a day was said or fits already."""
        day_slot = self._slot_of("date")
        days = [moment.date() for moment in self._listed(name) if moment.time() == clock]
        if day_slot and day_slot not in found and days and self._values.get(day_slot) not in days:
            found[day_slot] = days[0]

    def _from_list(self, moment: datetime) -> Values:
        found: Values = {}
        for name, slot in self._slots.items():
            if slot.among and slot.kind in ("date", "time"):
                found[name] = moment.date() if slot.kind == "date" else moment.time()
        return found

    def _picked(self, plain: str) -> datetime | None:
        """The offered time that "the second one", "the earliest" or, of one, "yes" means."""
        offered = self._listed(self._expected) if self._expected else []
        if not offered:
            return None
        if match := _PICK.search(plain):
            at = int(match["n"] or match["nth"] or match["number"]) - 1
            return offered[at] if 0 <= at < len(offered) else None
        if dates.find(plain, self._now.date()) or times.find(plain, loose=True, earliest=7):
            return None
        if _LAST.search(plain):
            return offered[-1]
        if _FIRST.search(plain) or (len(offered) == 1 and answers.find(plain)):
            return offered[0]
        return None

    def _listed(self, name: str | None) -> list[datetime]:
        among = self._slots[name].among if name else None
        return [item for item in self._values.get(among or "") or [] if isinstance(item, datetime)]

    def _slot_of(self, kind: str) -> str | None:
        """The slot of this kind: the one asked for, else the first that is empty, else the first."""
        names_ = [name for name, slot in self._slots.items() if slot.kind == kind]
        if self._expected in names_:
            return self._expected
        return next(
            (name for name in names_ if self._values.get(name) is None), names_[0] if names_ else None
        )

    def _other(self, name: str, slot: Slot, said: Utterance, moment: bool) -> Any:
        asked = name == self._expected
        if slot.kind == "name":
            return names.find(said.raw, loose=asked and not moment, known=self._values.get(name) is not None)
        if slot.kind == "phone":
            return phones.find(said.plain)
        if slot.kind == "choice":
            return chosen(slot, said.spelled)
        if slot.kind == "yes_no" and asked:
            answer = answers.find(said.plain)
            return None if answer is None else "yes" if answer else "no"
        if slot.kind == "number" and asked:
            match = re.search(r"\b\d{1,6}\b", said.plain)
            return int(match.group()) if match else None
        return None


def chosen(slot: Slot, plain: str) -> str | None:
    """The value of a choice whose phrases occur in what was said."""
    for value, phrases in slot.options.items():
        if any(patterns.matches(phrase, plain) for phrase in phrases):
            return value
    return None


def typed(kind: str, text: str) -> Any:
    """A text as the value of a slot: an ISO date or time of a date or time slot, else the text."""
    try:
        return {"date": date.fromisoformat, "time": time.fromisoformat}.get(kind, str)(text)
    except ValueError:
        return None


def moments(value: Any) -> list[datetime]:
    """The local times in a tool's list, whatever is none left out."""
    found = []
    for item in value if isinstance(value, list) else []:
        try:
            moment = datetime.fromisoformat(str(item))
        except ValueError:
            continue
        found.append(moment.replace(tzinfo=None))
    return found


def within(listed: list[datetime], part: Any) -> list[datetime]:
    """Those in that part of the day; all of them when it is no part of the day."""
    start, end = times.DAYPARTS.get(str(part), (0, 24))
    return [moment for moment in listed if start <= moment.hour < end]


def is_same(value: Any, other: Any) -> bool:
    """Whether two values of a slot are the same, names regardless of case."""
    if isinstance(value, str) and isinstance(other, str):
        return value.casefold() == other.casefold()
    return bool(value == other) and isinstance(value, date) == isinstance(other, date)
