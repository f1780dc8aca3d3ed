"""What a session was started with: the `/bot` body, the stream parameters, `--data`."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Annotated, Any

from loguru import logger
from pydantic import BaseModel, ConfigDict, Field, ValidationError

Text = Annotated[str, Field(max_length=4096)]
Name = Annotated[str, Field(max_length=128)]
Value = Text | bool | int | float | None

MAX_VALUES = 64
MAX_METADATA_CHARACTERS = 4096


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


def parse_session(*sources: object) -> SessionData:
    """Check session data; a later source replaces an earlier one key by key.

    A source is a mapping, a pydantic model, JSON text, base64 of JSON text, or None. A key that is not known
    goes under `metadata`; a value that does not fit is left out. Both are logged by key, never by value;
    nothing raises, because a caller is on the line.
    """
    known: dict[str, Any] = {}
    metadata: dict[str, Any] = {}
    for source in sources:
        for key, value in _mapping(source).items():
            if key == "metadata":
                metadata.update(_mapping(value))
            elif key in SessionData.model_fields:
                known[key] = _mapping(value) if key in ("agent_inputs", "dialout") else value
            else:
                metadata[str(key)] = value
    return _fitting({**known, "metadata": _bounded(metadata)})


def _mapping(source: object) -> Mapping[str, Any]:
    if isinstance(source, BaseModel):
        return source.model_dump()
    if isinstance(source, str):
        source = _decoded(source)
    return source if isinstance(source, Mapping) else {}


def _decoded(text: str) -> object:
    for candidate in (text, _unbase64(text)):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    return None


def _unbase64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _bounded(metadata: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in metadata.items():
        if len(kept) == MAX_VALUES or len(str(value)) > MAX_METADATA_CHARACTERS or len(key) > 128:
            logger.warning(f"Session data: metadata key {key[:128]!r} is too large and was left out")
        else:
            kept[key] = value
    if kept:
        logger.info(f"Session data kept as metadata: {', '.join(kept)}")
    return kept


def _fitting(data: dict[str, Any]) -> SessionData:
    try:
        return SessionData.model_validate(data)
    except ValidationError as error:
        unfit = {str(problem["loc"][0]) for problem in error.errors()}
        logger.warning(f"Session data that does not fit was left out: {', '.join(sorted(unfit))}")
        return SessionData.model_validate({key: value for key, value in data.items() if key not in unfit})
