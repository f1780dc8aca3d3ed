"""A booking, and why there is none."""

from dataclasses import dataclass
from datetime import datetime

from frontdesk.errors import ToolError


class SlotNotOffered(ToolError):
    """The calendar has no such slot: outside the opening hours, past, too soon or too far ahead."""


class SlotTaken(ToolError):
    """The slot is booked."""


class NotBooked(ToolError):
    """There is no such booking to cancel."""


@dataclass(frozen=True)
class Booking:
    """One booked slot; `starts_at` is aware, in the calendar's timezone, `phone` as E.164 where it can be."""

    id: int
    starts_at: datetime
    name: str
    reason: str | None
    call_id: str
    phone: str | None = None
    email: str | None = None
