"""The parameters of an HTTP tool: a JSON Schema of an object that an LLM can fill in."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import PlainValidator

from frontdesk.agent.document import KeyPath
from frontdesk.agent.located import located
from frontdesk.agent.problems import suggestion
from frontdesk.agent.types import INPUT_NAME

MAX_PARAMETERS = 50

# The longest words of jsonschema that are passed on, in characters.
MAX_SHOWN = 200

_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")

Wrong = tuple[KeyPath, str]


def _parameters(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("must be the JSON Schema of an object: {type: object, properties: {…}}")
    wrong = list(_no_schema(value)) or [*_no_object(value), *_properties(value), *_references(value)]
    if wrong:
        raise located(wrong, value)
    return value


def _no_schema(schema: Mapping[str, Any]) -> Iterator[Wrong]:
    from jsonschema import Draft202012Validator  # only an HTTP tool needs it

    check = Draft202012Validator(
        Draft202012Validator.META_SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    for error in check.iter_errors(schema):
        path = tuple(error.absolute_path)
        if path[-1:] == ("type",) and isinstance(error.instance, str):
            yield path, f"is no type of JSON Schema{suggestion(error.instance, _TYPES)}"
        else:
            yield path, f"does not fit a JSON Schema: {error.message[:MAX_SHOWN]}"


def _no_object(schema: Mapping[str, Any]) -> Iterator[Wrong]:
    if schema.get("type") != "object":
        yield ("type",) if "type" in schema else (), "must be the schema of an object: `type: object`"


def _properties(schema: Mapping[str, Any]) -> Iterator[Wrong]:
    properties = schema.get("properties", {})
    if len(properties) > MAX_PARAMETERS:
        yield ("properties",), f"must be at most {MAX_PARAMETERS} parameters"
    for name in properties:
        if not re.fullmatch(INPUT_NAME, name):
            reason = "is no name of a parameter: 1 to 64 letters, digits and '_', and no digit first"
            yield ("properties", name), reason
    for place, name in enumerate(schema.get("required", [])):
        if name not in properties:
            allowed = ", ".join(properties) or "none"
            yield ("required", place), f"is none of the properties; allowed: {allowed}"


def _references(schema: Mapping[str, Any]) -> Iterator[Wrong]:
    """What refers to something else than a definition of this schema, or to what it stands in."""
    for path, name in _referring(schema, ()):
        if name not in schema.get("$defs", {}):
            yield path, "must refer to a definition of this schema: #/$defs/…"
        elif _comes_back(schema, name):
            yield path, "refers to what it stands in, which an LLM cannot be told"


def _comes_back(schema: Mapping[str, Any], start: str) -> bool:
    """Whether a definition refers to itself, directly or through others."""
    definitions = schema.get("$defs", {})
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        found = {name for _, name in _referring(definitions.get(ahead.pop(), {}), ())}
        if start in found:
            return True
        ahead += found - seen
        seen |= found
    return False


def _referring(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """The references below a value: where, and the name of the definition."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if key in ("$ref", "$dynamicRef") and isinstance(inner, str):
            yield (*path, key), inner.removeprefix("#/$defs/")
        yield from _referring(inner, (*path, key))


Parameters = Annotated[dict[str, Any], PlainValidator(_parameters, json_schema_input_type=dict[str, Any])]
