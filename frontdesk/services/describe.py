"""Writes the catalog of settings from the services' own classes: `python -m frontdesk.services.describe`."""

import importlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipecat.transcriptions.language import Language
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from frontdesk.services.catalog import CATALOG
from frontdesk.services.introspection import arguments_of, fields_of
from frontdesk.services.llm import LLM
from frontdesk.services.realtime import REALTIME
from frontdesk.services.stt import STT
from frontdesk.services.tts import TTS
from frontdesk.services.vendor import Vendor

# What says nothing of which values are allowed.
NOISE = ("title", "default", "description", "examples", "deprecated")


class _Schema(GenerateJsonSchema):
    """JSON schemas in which a mapping has no other keys than its model, and a language is not spelt out."""

    def enum_schema(self, schema: core_schema.EnumSchema) -> JsonSchemaValue:
        if schema["cls"] is Language:
            return {"type": "string", "format": "language"}
        return super().enum_schema(schema)

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        return {"additionalProperties": False} | super().model_schema(schema)

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        return {"additionalProperties": False} | super().dataclass_schema(schema)

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        return {"additionalProperties": False} | super().typed_dict_schema(schema)


def rows() -> Iterator[Vendor]:
    """Every row of every table, those that take over included."""
    for table in (STT, LLM, TTS, REALTIME):
        for vendor in table.values():
            yield from (row for row in (vendor, vendor.instead) if row is not None)


def describe(vendor: Vendor) -> dict[str, dict[str, Any]]:
    """The catalog's entry for a service whose packages are installed."""
    service = vendor.load()
    fields, arguments = _schemas(fields_of(service)), _schemas(arguments_of(service))
    if vendor.voices:
        module = importlib.import_module(vendor.service.partition(":")[0])
        fields["voice"] = {"enum": sorted(getattr(module, vendor.voices))}
    return {"settings": fields, "arguments": arguments}


def languages() -> list[str]:
    """The codes of every language that pipecat knows."""
    return sorted(language.value for language in Language)


def write() -> None:
    """Write the catalog anew; every extra must be installed."""
    services = {vendor.service: describe(vendor) for vendor in rows()}
    CATALOG.write_text(_text({"services": dict(sorted(services.items())), "languages": languages()}))


def _text(value: Any, depth: int = 0) -> str:
    """JSON with a line for each setting, so that a change of one shows as one line."""
    if depth == 4 or not isinstance(value, dict) or not value:
        return json.dumps(value)
    indent = " " * (depth + 1)
    lines = (f"{indent}{json.dumps(key)}: {_text(item, depth + 1)}" for key, item in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent[1:]}}}" + ("" if depth else "\n")


def _schemas(annotations: Mapping[str, Any]) -> dict[str, Any]:
    return {name: schema_of(annotation) for name, annotation in sorted(annotations.items())}


def schema_of(annotation: Any) -> dict[str, Any]:
    """The JSON schema of a type, whole in itself."""
    schema = TypeAdapter(annotation).json_schema(schema_generator=_Schema)
    inlined: dict[str, Any] = _inline(schema, schema.pop("$defs", {}))
    return inlined


def _inline(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """The schema with its definitions in place; one that holds itself takes anything there."""
    if isinstance(schema, list):
        return [_inline(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _inline(definitions[name], {**definitions, name: {}})
    kept = {key: value for key, value in schema.items() if key not in NOISE}
    if "properties" in kept:
        properties = {name: _inline(item, definitions) for name, item in kept.pop("properties").items()}
        return {**_inline(kept, definitions), "properties": properties}
    return {key: _inline(value, definitions) for key, value in kept.items()}


if __name__ == "__main__":
    write()
