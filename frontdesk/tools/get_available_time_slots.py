"""Free appointment times."""

from datetime import date as Day
from datetime import timedelta
from typing import Any

from frontdesk.calendar import calendar_of
from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import tool
from frontdesk.tools.webhook import WEBHOOK_URL, ask_webhook
from frontdesk.tools.when import parse_day, slot_text

# As many as an LLM can choose from without going through a month.
NEXT_SLOTS = 16


@tool(constants={WEBHOOK_URL: "Where free times are asked for by POST, in place of the embedded calendar."})
async def get_available_time_slots(ctx: ToolContext, date: str | None = None) -> dict[str, Any]:
    """Look up the appointment times that are free. Offer no time that this has not returned.

    Args:
        date: The day to look at, as YYYY-MM-DD. Leave it out for the next free times of all days.
    """
    if WEBHOOK_URL in ctx.constants:
        return await ask_webhook(ctx, {"dates": _days(ctx, date)})
    calendar = calendar_of(ctx.agent)
    if not date:
        return {"slots": [slot_text(slot) for slot in await calendar.free_slots(limit=NEXT_SLOTS)]}
    slots = await calendar.free_slots(parse_day(date))
    if slots:
        return {"slots": [slot_text(slot) for slot in slots]}
    others = await calendar.free_slots(limit=3)
    return {"slots": [], "next_free": [slot_text(slot) for slot in others]}


def _days(ctx: ToolContext, date: str | None) -> list[str]:
    """The day that is asked for, else every day on which something could be booked."""
    if date:
        return [parse_day(date).isoformat()]
    today: Day = ctx.agent.now().date()
    return [(today + timedelta(n)).isoformat() for n in range(ctx.agent.calendar.horizon_days + 1)]
