"""Book an appointment."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from frontdesk.calendar import Calendar, SlotNotOffered, SlotTaken, calendar_of
from frontdesk.telephony.numbers import said_or_known
from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import tool
from frontdesk.tools.webhook import WEBHOOK_URL, tell_webhook
from frontdesk.tools.when import DayText, TimeText, parse_day, parse_time, slot_text

ALTERNATIVES = 3

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Reason = Annotated[str, Field(max_length=500)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^([^@\s]+@[^@\s]+\.[^@\s.]+)?$")]
Number = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]


@tool(
    changes_world=True,
    undoes=("cancel_appointment",),
    constants={WEBHOOK_URL: "Where bookings are POSTed to, in place of the embedded calendar."},
)
async def book_appointment(
    ctx: ToolContext,
    name: Name,
    date: DayText,
    time: TimeText,
    reason: Reason = "",
    email: Email = "",
    phone_number: Number = "",
) -> dict[str, Any]:
    """Book an appointment. Use it once name, day and time were read back and the caller said yes.

    Args:
        name: The caller's full name.
        date: The day, as YYYY-MM-DD.
        time: The time in 24 hours, as HH:MM; one of those that get_available_time_slots returned.
        reason: What the appointment is for, in a few words.
        email: The caller's e-mail address, if they gave one.
        phone_number: The caller's number. Leave it out for the number of this call.
    """
    calendar = calendar_of(ctx.agent)
    slot = datetime.combine(parse_day(date), parse_time(time), calendar.zone)
    phone, why = said_or_known(phone_number, ctx.call.other_number), reason.strip() or None
    if WEBHOOK_URL in ctx.constants:
        asked = {"name": name, "email": email or None, "phone_number": phone, "reason": why}
        return await _book_elsewhere(ctx, asked, slot, calendar.hours.length)
    try:
        booking = await calendar.book(slot, name, why, ctx.call.id, phone, email or None)
    except (SlotTaken, SlotNotOffered) as refusal:
        return {"error": str(refusal), "alternatives": await _alternatives(calendar, slot)}
    day, clock = slot_text(booking.starts_at).split("T")
    return {"booked": True, "name": booking.name, "date": day, "time": clock}


async def _book_elsewhere(
    ctx: ToolContext, asked: dict[str, Any], slot: datetime, length: timedelta
) -> dict[str, Any]:
    day, clock = slot_text(slot).split("T")
    span = f"{day}, {clock} - {slot + length:%H:%M}"
    answer = await tell_webhook(ctx, {**asked, "date": day, "time": clock, "selected_time_slot": span})
    return answer or {"booked": True, "name": asked["name"], "date": day, "time": clock}


async def _alternatives(calendar: Calendar, wanted: datetime) -> list[str]:
    """The free slots nearest to the wanted one on its day, else the next ones of all days."""
    same_day = await calendar.free_slots(wanted.date())
    nearest = sorted(same_day, key=lambda slot: abs(slot - wanted))[:ALTERNATIVES]
    slots = sorted(nearest) or await calendar.free_slots(limit=ALTERNATIVES)
    return [slot_text(slot) for slot in slots]
