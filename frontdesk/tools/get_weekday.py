"""The weekday of a date."""

from typing import Any

from frontdesk.tools.context import ToolContext
from frontdesk.tools.when import parse_day


async def get_weekday(ctx: ToolContext, date: str) -> dict[str, Any]:
    """Find out which day of the week a date is. Never work that out yourself.

    Args:
        date: The date, as YYYY-MM-DD.
    """
    day = parse_day(date)
    return {"date": day.isoformat(), "weekday": f"{day:%A}"}
