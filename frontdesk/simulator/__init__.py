"""A phone made of software, which speaks the carriers' real messages: to test and to try an agent."""

from frontdesk.simulator.errors import CannotConnect, LineDropped, NothingHeard, PhoneError
from frontdesk.simulator.event import EndReason, Event, Kind
from frontdesk.simulator.mouth import Spoken
from frontdesk.simulator.phone import Phone
from frontdesk.simulator.utterance import Utterance

__all__ = [
    "CannotConnect",
    "EndReason",
    "Event",
    "Kind",
    "LineDropped",
    "NothingHeard",
    "Phone",
    "PhoneError",
    "Spoken",
    "Utterance",
]
