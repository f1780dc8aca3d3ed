"""One call: its facts, which do not change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from frontdesk.session import SessionData


class Direction(StrEnum):
    """Who dialled: they called us (inbound) or we called them (outbound)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True)
class Call:
    """The facts of one call.

    `id` names the call everywhere (logs, record, folder); `carrier` is twilio, telnyx, plivo, exotel,
    websocket, webrtc, daily, eval, none, or unknown where the line was not opened; numbers are as the
    carrier gave them, usually E.164.
    """

    id: str
    carrier: str
    direction: Direction = Direction.INBOUND
    from_number: str | None = None
    to_number: str | None = None
    carrier_call_id: str | None = None
    stream_id: str | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    session: SessionData = field(default_factory=SessionData)

    @property
    def agent_id(self) -> str | None:
        """The agent that the session asks for; None where it does not say."""
        return self.session.agent

    @property
    def our_number(self) -> str | None:
        """The number of ours that the call is on, as the carrier gave it."""
        return self.from_number if self.direction is Direction.OUTBOUND else self.to_number

    @property
    def other_number(self) -> str | None:
        """The number of whom the agent talks to, as the carrier gave it."""
        return self.to_number if self.direction is Direction.OUTBOUND else self.from_number

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What came with the session beside the keys that Frontdesk knows."""
        return self.session.metadata
