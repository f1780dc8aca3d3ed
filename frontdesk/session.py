"""What a session was started with: the `/bot` body, the stream parameters, `--data`."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Annotated, Any

from loguru import logger
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError


def _one_of_two(direction: object) -> object:
    """Twilio says "outbound-api" and "outbound-dial" for two ways of being called."""
    return direction.lower().split("-")[0] if isinstance(direction, str) else direction


Text = Annotated[str, Field(max_length=4096)]
Name = Annotated[str, Field(max_length=128)]
Value = Text | bool | int | float | None
Way = Annotated[str, Field(pattern="^(inbound|outbound)$"), BeforeValidator(_one_of_two)]

MAX_SOURCE_CHARACTERS = 1_000_000
MAX_VALUES = 64
MAX_METADATA_CHARACTERS = 4096
MAX_DIALOUT_CHARACTERS = 16384
MAX_DEPTH = 16

# What hosts put beside the session data for pipecat; the key is a secret, which no record may hold.
NOT_DATA = ("daily_api_key", "daily_api_url")


class SessionData(BaseModel):
    """Session data after checking; every value bounded, keys it does not know kept under `metadata`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    agent: Name | None = Field(None, description="Which agent answers: its agent_id.")
    agent_inputs: dict[Name, Value] = Field(
        default_factory=dict, max_length=MAX_VALUES, description="Inputs that replace the agent file's own."
    )
    language: Annotated[str, Field(max_length=16)] | None = Field(None, description="ISO 639-1 code.")
    direction: Way | None = Field(None, description="inbound, or outbound when we placed the call.")
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
            elif key not in NOT_DATA:
                metadata[key] = value
    if _size(known.get("dialout")) > MAX_DIALOUT_CHARACTERS:
        _left_out(["dialout"])
        del known["dialout"]
    return _fitting({**known, "metadata": _bounded(metadata)})


def _mapping(source: object) -> dict[str, Any]:
    """What a source holds, as plain JSON data: text that UTF-8 can carry, nothing that refers to itself."""
    if isinstance(source, BaseModel):
        source = source.model_dump()
    if isinstance(source, str):
        source = _decoded(source[: MAX_SOURCE_CHARACTERS + 1])
    if not isinstance(source, Mapping):
        return {}
    return {_key(key): plain for key, value in source.items() if (plain := _plain(value)) is not _UNFIT}


_UNFIT = object()


def _plain(value: object) -> object:
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
        # Half of a surrogate pair is allowed in JSON, and could never be written to the record.
        text = text.encode(errors="replace").decode()
        plain = json.loads(text)
        return plain if len(text) <= MAX_SOURCE_CHARACTERS and _depth(plain) <= MAX_DEPTH else _UNFIT
    except (ValueError, TypeError, RecursionError):
        return _UNFIT


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0)


def _key(key: object) -> str:
    try:
        return str(key).encode(errors="replace").decode()
    except ValueError:  # an integer of thousands of digits
        return ""


def _size(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False))


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
    fits = {
        key: value
        for key, value in metadata.items()
        if len(key) <= 128 and _size(value) <= MAX_METADATA_CHARACTERS
    }
    kept = dict(list(fits.items())[:MAX_VALUES])
    _left_out([key for key in metadata if key not in kept])
    if kept:
        logger.info(f"Session data kept as metadata: {', '.join(map(repr, kept))}")
    return kept


def _fitting(data: dict[str, Any]) -> SessionData:
    """The data without what does not fit; of a mapping, only the entries that do not."""
    try:
        return SessionData.model_validate(data)
    except ValidationError as error:
        for path in {problem["loc"][:2] for problem in error.errors()}:
            field, *entry = map(str, path)
            if entry and isinstance(data.get(field), dict):
                data[field] = {key: value for key, value in data[field].items() if key != entry[0]}
            else:
                data.pop(field, None)
            _left_out([".".join([field, *entry])])
    return SessionData.model_validate(data)


def _left_out(keys: list[str]) -> None:
    if keys:
        shown = ", ".join(repr(key[:128]) for key in keys[:MAX_VALUES])
        logger.warning(f"Session data that does not fit was left out: {shown}")
