"""The embedded calendar: opening hours, free slots, bookings."""

from frontdesk.calendar.booking import Booking, NotBooked, SlotNotOffered, SlotTaken
from frontdesk.calendar.hours import OpeningHours
from frontdesk.calendar.store import Calendar, calendar_of

__all__ = ["Booking", "Calendar", "NotBooked", "OpeningHours", "SlotNotOffered", "SlotTaken", "calendar_of"]
