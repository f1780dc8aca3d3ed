"""Whether a value of a file fits a JSON schema of the catalog, and if not, what it must be."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from frontdesk.agent import suggestion
from frontdesk.agent.document import KeyPath

Mismatch = tuple[KeyPath, str]
Schema = Mapping[str, Any]

# What a JSON type is called, and whether a value has it; true is no number.
TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "string": ("text", lambda value: isinstance(value, str)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "integer": ("a whole number", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "number": ("a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
    "array": ("a list", lambda value: isinstance(value, list | tuple)),
    "object": ("a mapping of keys to values", lambda value: isinstance(value, dict)),
    "null": ("empty", lambda value: value is None),
}


def mismatches(value: Any, schema: Schema, path: KeyPath) -> Iterator[Mismatch]:
    """Where a value does not fit: key path, what must stand there. Values may be secrets and are not told."""
    if "anyOf" in schema:
        yield from _of_any(value, schema["anyOf"], path)
    elif "enum" in schema or "const" in schema:
        yield from _of_choice(value, schema, path)
    elif "type" in schema and not TYPES[schema["type"]][1](value):
        yield path, f"must be {_called(schema)}, not {_kind_of(value)}"
    elif isinstance(value, dict):
        yield from _of_mapping(value, schema, path)
    elif isinstance(value, list | tuple):
        yield from _of_list([*value], schema, path)


def _of_any(value: Any, schemas: list[Schema], path: KeyPath) -> Iterator[Mismatch]:
    """One of several fits, or of those with the value's type the last says what is wrong."""
    found = [list(mismatches(value, schema, path)) for schema in schemas]
    if all(found):
        near = [wrong for wrong, schema in zip(found, schemas, strict=True) if _is_near(value, schema)]
        any_text = {"type": "string"} in schemas
        wide = [schema for schema in schemas if not (any_text and "enum" in schema)]
        called = " or ".join(dict.fromkeys(_called(schema) for schema in wide))
        yield from near[-1] if near else [(path, f"must be {called}, not {_kind_of(value)}")]


def _is_near(value: Any, schema: Schema) -> bool:
    """Whether what is wrong with a value is no more than its content."""
    kinds = {_kind_of(choice) for choice in schema["enum"]} if "enum" in schema else {_called(schema)}
    return _kind_of(value) in kinds


def _of_choice(value: Any, schema: Schema, path: KeyPath) -> Iterator[Mismatch]:
    choices = schema.get("enum", [schema.get("const")])
    if not any(value == choice and type(value) is type(choice) for choice in choices):
        yield path, f"is not allowed{suggestion(str(value), [str(choice) for choice in choices])}"


def _of_mapping(value: dict[Any, Any], schema: Schema, path: KeyPath) -> Iterator[Mismatch]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for key in schema.get("required", []):
        if key not in value:
            yield (*path, key), "is missing"
    for key, item in value.items():
        if not isinstance(key, str):
            yield path, "must have names for keys"
        elif key in known or isinstance(others, dict):
            yield from mismatches(item, known.get(key, others), (*path, key))
        elif not others:
            yield (*path, key), f"unknown key{suggestion(key, known)}"


def _of_list(value: list[Any], schema: Schema, path: KeyPath) -> Iterator[Mismatch]:
    for index, item in enumerate(value):
        yield from mismatches(item, schema.get("items", {}), (*path, index))


def _called(schema: Schema) -> str:
    """What a schema asks for, in words."""
    if "enum" in schema or "const" in schema:
        return " or ".join(repr(choice) for choice in schema.get("enum", [schema.get("const")]))
    return TYPES[schema["type"]][0] if "type" in schema else "anything"


def _kind_of(value: Any) -> str:
    """What a value is, in words; a whole number is a number, and a date is nothing that JSON has."""
    kinds = (words for name, (words, holds) in TYPES.items() if name != "integer" and holds(value))
    return next(kinds, type(value).__name__)
