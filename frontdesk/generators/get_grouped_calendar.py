"""A calendar sheet, so that the LLM need not work out weekdays."""

from datetime import date, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from frontdesk.agent import AgentConfig
from frontdesk.call import Call

DAYS = 31

# Written out: Python's own names follow the machine's locale.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def get_grouped_calendar(call: Call, agent: AgentConfig) -> str:
    """Today and the 30 days after it, by month, each as `3rd - Tuesday`, in the agent's timezone."""
    today = call.started_at.astimezone(ZoneInfo(agent.timezone)).date()
    days = [today + timedelta(n) for n in range(DAYS)]
    months = groupby(days, key=lambda day: (day.year, day.month))
    return "\n\n".join(_sheet(year, month, list(group)) for (year, month), group in months)


def _sheet(year: int, month: int, days: list[date]) -> str:
    lines = [f"{_ordinal(day.day)} - {_WEEKDAYS[day.weekday()]}" for day in days]
    return "\n".join([f"Calendar for {_MONTHS[month - 1]} {year}:", *lines])


def _ordinal(number: int) -> str:
    teens = 11 <= number <= 13
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
