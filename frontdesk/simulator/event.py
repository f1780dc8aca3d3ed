"""What happens on a call, as it happens."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What happened."""

    STAND_IN = "stand-in"
    AGENT_SPEAKS = "agent speaks"
    AGENT_SPOKE = "agent spoke"
    HEARD = "heard"
    CALLER_SPEAKS = "caller speaks"
    CALLER_SPOKE = "caller spoke"
    BARGE_IN = "barge-in"
    CLEAR = "clear"
    DTMF = "dtmf"
    MARK = "mark"
    INVALID = "invalid message"
    ENDED = "ended"


@dataclass(frozen=True)
class Event:
    """`at` is in seconds since the stream's start; `text` goes with the kind: words, a digit, a name."""

    kind: Kind
    at: float
    text: str = ""


class EndReason(StrEnum):
    """Who ended the call, and how."""

    CALLER_HUNG_UP = "caller hung up"
    CALLER_VANISHED = "caller vanished"
    AGENT_CLOSED = "agent closed the stream"
    CARRIER_HUNG_UP = "hung up by REST"
    LINE_BROKE = "line broke"
