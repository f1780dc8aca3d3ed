"""Cancel an appointment."""

from datetime import datetime
from typing import Any

from frontdesk.calendar import NotBooked, calendar_of
from frontdesk.tools.book_appointment import Name
from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import tool
from frontdesk.tools.webhook import WEBHOOK_URL, tell_webhook
from frontdesk.tools.when import DayText, TimeText, parse_day, parse_time, slot_text


@tool(
    changes_world=True,
    undoes=("book_appointment",),
    constants={WEBHOOK_URL: "Where cancellations are POSTed to, in place of the embedded calendar."},
)
async def cancel_appointment(ctx: ToolContext, name: Name, date: DayText, time: TimeText) -> dict[str, Any]:
    """Cancel an appointment. Use it once name, day and time were read back and the other side said yes.

    Args:
        name: The full name that it was booked under.
        date: The day, as YYYY-MM-DD.
        time: The time in 24 hours, as HH:MM.
    """
    calendar = calendar_of(ctx.agent)
    slot = datetime.combine(parse_day(date), parse_time(time), calendar.zone)
    day, clock = slot_text(slot).split("T")
    cancelled = {"cancelled": True, "name": name, "date": day, "time": clock}
    if WEBHOOK_URL in ctx.constants:
        return await tell_webhook(ctx, {"name": name, "date": day, "time": clock}) or cancelled
    try:
        await calendar.cancel(slot, name)
    except NotBooked as refusal:
        return {"error": str(refusal)}
    return cancelled
