"""Book an appointment."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from frontdesk.calendar import Calendar, SlotNotOffered, SlotTaken, calendar_of
from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import tool
from frontdesk.tools.when import parse_day, parse_time, slot_text

ALTERNATIVES = 3

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Reason = Annotated[str, Field(max_length=500)]


@tool(changes_world=True)
async def book_appointment(
    ctx: ToolContext, name: Name, date: str, time: str, reason: Reason = ""
) -> dict[str, Any]:
    """Book an appointment. Use it once name, day and time were read back and the caller said yes.

    Args:
        name: The caller's full name.
        date: The day, as YYYY-MM-DD.
        time: The time in 24 hours, as HH:MM; one of those that get_available_time_slots returned.
        reason: What the appointment is for, in a few words.
    """
    calendar = calendar_of(ctx.agent)
    slot = datetime.combine(parse_day(date), parse_time(time), calendar.zone)
    try:
        booking = await calendar.book(slot, name, reason.strip() or None, ctx.call.id)
    except (SlotTaken, SlotNotOffered) as refusal:
        return {"error": str(refusal), "alternatives": await _alternatives(calendar, slot)}
    day, clock = slot_text(booking.starts_at).split("T")
    return {"booked": True, "name": booking.name, "date": day, "time": clock}


async def _alternatives(calendar: Calendar, wanted: datetime) -> list[str]:
    """The free slots nearest to the wanted one on its day, else the next ones of all days."""
    same_day = await calendar.free_slots(wanted.date())
    nearest = sorted(same_day, key=lambda slot: abs(slot - wanted))[:ALTERNATIVES]
    slots = sorted(nearest) or await calendar.free_slots(limit=ALTERNATIVES)
    return [slot_text(slot) for slot in slots]
