"""The embedded calendar: opening hours, free slots, bookings."""

from frontdesk.calendar.hours import OpeningHours
from frontdesk.calendar.store import Booking, Calendar, SlotNotOffered, SlotTaken, calendar_of

__all__ = ["Booking", "Calendar", "OpeningHours", "SlotNotOffered", "SlotTaken", "calendar_of"]
