"""The keys of the agent file as a page of Markdown."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from frontdesk.agent.json_schema import PlainGenerator, all_models, sections_of
from frontdesk.agent.keys import models_in
from frontdesk.agent.later import is_active
from frontdesk.agent.schema import AgentConfig
from frontdesk.agent.types import LANGUAGE

_BOUNDS = {
    "minimum": "{} or more",
    "exclusiveMinimum": "more than {}",
    "maximum": "up to {}",
    "maxItems": "up to {}",
    "maxProperties": "up to {}",
}


def key_reference() -> str:
    """A table for each section of the agent file: key, kind of value with its bounds, default, meaning."""
    schema = AgentConfig.model_json_schema(schema_generator=PlainGenerator)
    shapes = {AgentConfig.__name__: schema, **schema["$defs"]}
    parts = [_section(model, shapes[model.__name__]["properties"]) for model in all_models()]
    return "\n\n".join(parts) + "\n"


def _section(model: type[BaseModel], properties: Mapping[str, Any]) -> str:
    paths = ", ".join(f"`{path}`" for path in _paths(AgentConfig, "", model))
    doc = " ".join((model.__doc__ or "").split())
    head = f"### {paths}\n\n{doc}" if paths else f"### The file\n\n{doc}"
    rows = [_row(model, name, shape) for name, shape in properties.items()]
    return "\n".join([f"{head}\n", "| key | value | default | what it is |", "|---|---|---|---|", *rows])


def _row(model: type[BaseModel], name: str, shape: Mapping[str, Any]) -> str:
    field = model.model_fields[name]
    meaning, _, default = str(field.description).partition("Default: ")
    if field.is_required():
        default = "required"
    later = "" if is_active(field) else " *Not active yet.*"
    cells = (f"`{name}`", _value(shape), default.strip().removesuffix("."), f"{meaning.strip()}{later}")
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _value(shape: Mapping[str, Any]) -> str:
    """The kind of a value in words, with its bounds."""
    if "anyOf" in shape:
        forms = [_value(form) for form in shape["anyOf"] if form.get("type") != "null"]
        return " or ".join(dict.fromkeys(forms))
    if "$ref" in shape:
        return "keys"
    if "enum" in shape:
        return ", ".join(f"`{value}`" for value in shape["enum"])
    return ", ".join([_kind(shape), *_bounds(shape)])


def _bounds(shape: Mapping[str, Any]) -> list[str]:
    if "minimum" in shape and "maximum" in shape:
        return [f"{shape['minimum']} to {shape['maximum']}"]
    return [text.format(shape[bound]) for bound, text in _BOUNDS.items() if bound in shape]


def _kind(shape: Mapping[str, Any]) -> str:
    kinds = {"string": "text", "number": "number", "integer": "whole number", "boolean": "true or false"}
    if shape.get("type") == "array":
        return f"list of {_value(shape['items'])}" if shape["items"] else "list"
    if shape.get("type") == "object":
        inner = shape.get("additionalProperties")
        name = "language" if LANGUAGE in shape.get("propertyNames", {}).get("pattern", "") else "name"
        return f"{name} → {_value(inner)}" if isinstance(inner, dict) else "keys"
    return kinds[shape["type"]]


def _paths(at: type[BaseModel], path: str, wanted: type[BaseModel]) -> Iterator[str]:
    """Where in the file a section stands: `llm.main.fallback[]`."""
    for name, field in at.model_fields.items():
        here = f"{path}.{name}" if path else name
        for model in sections_of(field):
            inner = here + _items(field.annotation, model)
            if model is wanted:
                yield inner
            yield from _paths(model, inner, wanted)


def _items(annotation: Any, model: type[BaseModel]) -> str:
    """What a path gets for a section in a list, or under a name of one's own."""
    if model not in [found for inner in get_args(annotation) for found in models_in(inner)]:
        return ""
    return {list: "[]", dict: ".*"}.get(get_origin(annotation), "")
