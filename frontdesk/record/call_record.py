"""What happened on one call, as data."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from frontdesk.call import Call
from frontdesk.record.plain import Plain, PlainMapping, PlainText

VERSION = 1

# It names a folder.
CallId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$")]


class EndReason(StrEnum):
    """Why a call ended; the list is closed."""

    CALLER_HUNG_UP = "caller_hung_up"
    AGENT_HUNG_UP = "agent_hung_up"
    CALLER_SILENT = "caller_silent"
    TIME_LIMIT = "time_limit"
    VENDOR_FAILED = "vendor_failed"
    SHUT_DOWN = "shut_down"
    FAILED = "failed"
    NO_TRANSPORT = "no_transport"


# How a tool came to its end.
ToolEnding = Literal["completed", "failed", "timed_out", "cancelled"]


class Entry(BaseModel):
    """Anything in a record; `at_s` is in seconds since the call started."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    at_s: float = Field(description="Seconds since the call started.")


class Utterance(Entry):
    """One turn of either side."""

    role: Literal["caller", "agent"] = Field(description="Who spoke.")
    text: PlainText = Field(description="What was said; of the agent, cut where the caller cut it.")
    interrupted: bool = Field(False, description="Whether the caller cut the agent short.")


class ToolCall(Entry):
    """One tool that the agent used."""

    name: PlainText = Field(description="The tool.")
    arguments: PlainMapping = Field(description="What the LLM passed.")
    result: Plain = Field(None, description="What it returned; null while it has not.")
    outcome: Literal["pending"] | ToolEnding = Field("pending", description="How it ended.")
    duration_s: float | None = Field(None, description="How long it ran, in seconds.")


class Fault(Entry):
    """One thing that went wrong."""

    source: PlainText = Field(description="Where: a service, a processor, the call itself.")
    message: PlainText = Field(description="What, in the words of whoever noticed.")


class CallRecord(BaseModel):
    """One call, from its first frame to its end."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    version: int = Field(VERSION, description="Of this format.")
    id: CallId = Field(description="The call's id.")
    agent: str | None = Field(None, description="Who answered: the agent_id.")
    carrier: str = Field(
        description="twilio, telnyx, plivo, exotel, websocket, webrtc, daily, eval, none or unknown."
    )
    direction: str = Field(description="inbound or outbound.")
    from_number: PlainText | None = Field(None, description="The caller's number.")
    to_number: PlainText | None = Field(None, description="The dialled number.")
    carrier_call_id: PlainText | None = Field(None, description="The carrier's own id, such as a CallSid.")
    metadata: PlainMapping = Field(default_factory=dict, description="What came with the session.")
    services: dict[str, str] = Field(default_factory=dict, description="Kind of service → who did it.")
    started_at: datetime = Field(description="When the line opened, UTC.")
    ended_at: datetime | None = Field(None, description="When the session was over, UTC.")
    duration_s: float | None = Field(None, description="From start to end, in seconds.")
    end_reason: EndReason | None = Field(None, description="Why it ended.")
    transcript: list[Utterance] = Field(default_factory=list, description="Who said what, in order.")
    tool_calls: list[ToolCall] = Field(default_factory=list, description="Which tools were used, in order.")
    notes: PlainMapping = Field(default_factory=dict, description="What tools noted, by name.")
    errors: list[Fault] = Field(default_factory=list, description="What went wrong, in order.")

    @classmethod
    def of(cls, call: Call) -> "CallRecord":
        """An empty record with a call's facts."""
        return cls(
            id=call.id,
            carrier=call.carrier,
            direction=call.direction,
            from_number=call.from_number,
            to_number=call.to_number,
            carrier_call_id=call.carrier_call_id,
            metadata=dict(call.session.metadata),
            started_at=call.started_at,
        )

    def write(self, folder: Path) -> Path:
        """Write `<folder>/<id>/record.json`, whole or not at all; returns its path."""
        path = folder / self.id / "record.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        draft.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
        return path
