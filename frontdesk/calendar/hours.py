"""Opening hours: which slots there are, whether or not they are taken."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from frontdesk.agent import CalendarConfig
from frontdesk.agent.conduct import WEEKDAYS


@dataclass(frozen=True)
class OpeningHours:
    """The slots of an agent's calendar; every datetime is aware and in `zone`."""

    config: CalendarConfig
    zone: ZoneInfo

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.config.slot_minutes)

    def on(self, day: date) -> list[datetime]:
        """Every slot of a day, by the clock on the wall; an hour that summer time skips has none."""
        if WEEKDAYS[day.weekday()] not in self.config.days:
            return []
        start, end = (datetime.combine(day, clock) for clock in (self.config.opens, self.config.closes))
        count = (end - start) // self.length
        slots = [(start + n * self.length).replace(tzinfo=self.zone) for n in range(count)]
        return [slot for slot in slots if slot.astimezone(UTC).astimezone(self.zone).time() == slot.time()]

    def offered(self, now: datetime, day: date | None = None) -> list[datetime]:
        """The slots that can be booked at `now`: of one day, or of all days up to the horizon."""
        today = now.astimezone(self.zone).date()
        days = [day] if day else [today + timedelta(n) for n in range(self.config.horizon_days + 1)]
        return [slot for one in days for slot in self.on(one) if self._in_time(slot, now) is None]

    def refusal(self, slot: datetime, now: datetime) -> str | None:
        """Why a slot cannot be booked at `now`; None when it can, unless it is taken."""
        slots = self.on(slot.date())
        # A time that summer time skips equals a later one on the clock of the world, but not on the wall.
        offered = any(each == slot and each.timestamp() == slot.timestamp() for each in slots)
        late_or_early = self._in_time(slot, now)
        if late_or_early or offered:
            return late_or_early
        if not slots:
            return f"closed on that day; open on {', '.join(self.config.days)}"
        hours = f"{self.config.opens:%H:%M} to {self.config.closes:%H:%M}"
        return f"no slot begins then; open {hours}, one slot every {self.config.slot_minutes} minutes"

    def _in_time(self, slot: datetime, now: datetime) -> str | None:
        """Why a slot is too soon or too far ahead; None when it is neither."""
        if slot.timestamp() < now.timestamp():
            return "that time has passed"
        if slot.timestamp() < now.timestamp() + self.config.lead_minutes * 60:
            return f"that is too soon; it takes {self.config.lead_minutes} minutes' notice"
        last = now.astimezone(self.zone).date() + timedelta(self.config.horizon_days)
        return f"that is too far ahead; the last day is {last.isoformat()}" if slot.date() > last else None
