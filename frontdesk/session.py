"""What a session was started with: the `/bot` body, the stream parameters, `--data`."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(max_length=4096)]
Name = Annotated[str, Field(max_length=128)]
Value = Text | bool | int | float | None

MAX_VALUES = 64


class SessionData(BaseModel):
    """Session data after checking; every value bounded, keys it does not know kept under `metadata`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agent: Name | None = Field(None, description="Which agent answers: its agent_id.")
    agent_inputs: dict[Name, Value] = Field(
        default_factory=dict, max_length=MAX_VALUES, description="Inputs that replace the agent file's own."
    )
    language: Annotated[str, Field(max_length=16)] | None = Field(None, description="ISO 639-1 code.")
    direction: Annotated[str, Field(pattern="^(inbound|outbound)$")] | None = Field(
        None, description="inbound, or outbound when we placed the call."
    )
    from_number: Name | None = Field(None, description="The caller's number.")
    to_number: Name | None = Field(None, description="The dialled number.")
    dialout: dict[Name, Any] | None = Field(None, max_length=16, description="A call to place.")
    metadata: dict[Name, Any] = Field(
        default_factory=dict, max_length=MAX_VALUES, description="Whatever else came with the session."
    )
