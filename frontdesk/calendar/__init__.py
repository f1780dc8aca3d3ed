"""The embedded calendar: opening hours, free slots, bookings."""

from frontdesk.calendar.hours import OpeningHours
from frontdesk.calendar.store import Booking, Calendar, NotBooked, SlotNotOffered, SlotTaken, calendar_of

__all__ = ["Booking", "Calendar", "NotBooked", "OpeningHours", "SlotNotOffered", "SlotTaken", "calendar_of"]
