"""Free appointment times."""

from typing import Any

from frontdesk.calendar import calendar_of
from frontdesk.tools.context import ToolContext
from frontdesk.tools.when import parse_day, slot_text

# As many as an LLM can choose from without going through a month.
NEXT_SLOTS = 16


async def get_available_time_slots(ctx: ToolContext, date: str | None = None) -> dict[str, Any]:
    """Look up the appointment times that are free. Offer no time that this has not returned.

    Args:
        date: The day to look at, as YYYY-MM-DD. Leave it out for the next free times of all days.
    """
    calendar = calendar_of(ctx.agent)
    if not date:
        return {"slots": [slot_text(slot) for slot in await calendar.free_slots(limit=NEXT_SLOTS)]}
    slots = await calendar.free_slots(parse_day(date))
    if slots:
        return {"slots": [slot_text(slot) for slot in slots]}
    others = await calendar.free_slots(limit=3)
    return {"slots": [], "next_free": [slot_text(slot) for slot in others]}
