"""The agent file as a JSON Schema, by which editors complete and check it."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import AliasChoices, BaseModel, PlainValidator
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from frontdesk.agent.keys import models_in
from frontdesk.agent.later import is_active
from frontdesk.agent.schema import AgentConfig
from frontdesk.agent.services import LLMModel, MainLLM, Service, STTConfig, STTModel, TTSConfig, TTSVoice
from frontdesk.agent.tool_use import TOOL_NAME
from frontdesk.agent.types import INPUT_NAME

DRAFT = "https://json-schema.org/draft/2020-12/schema"

# Kind of service → vendor → the names of its settings, beside those that the schema has itself.
Settings = Mapping[str, Mapping[str, Collection[str]]]

_KINDS: Mapping[type[Service], str] = {
    LLMModel: "llm",
    MainLLM: "llm",
    STTModel: "stt",
    STTConfig: "stt",
    TTSVoice: "tts",
    TTSConfig: "tts",
}

# What stands under the name of a function.
_CONSTANTS = {"type": ["object", "null"]}

# A text with `${NAME}` stands for anything, and YAML 1.1 wrote yes and no.
_VARIABLE = {"type": "string", "pattern": r"\$\{"}
_NUMBER_TEXT = {"type": "string", "pattern": r"^\s*[-+]?[0-9.]|\$\{"}
_TRUTHS = "true|false|yes|no|on|off|y|n|t|f|1|0"
_TRUTH_TEXT = {
    "type": "string",
    "pattern": "^(" + "".join(f"[{c.upper()}{c}]" if c.isalpha() else c for c in _TRUTHS) + r")$|\$\{",
}


def agent_schema(tools: Collection[str], generators: Collection[str], settings: Settings) -> dict[str, Any]:
    """What an agent file may hold, for editors: it accepts all that the loader accepts.

    `tools` and `generators` are the names of built-in ones, `settings` every vendor's by kind of service.
    """
    schema = AgentConfig.model_json_schema(schema_generator=_WideGenerator)
    shapes = {AgentConfig.__name__: schema, **schema["$defs"]}
    for model in all_models():
        _refine(model, shapes[model.__name__]["properties"])
        if issubclass(model, Service):
            _know_vendors(shapes[model.__name__], settings[_KINDS[model]])
    shapes["Generated"]["properties"]["generator"]["examples"] = sorted(generators)
    shapes["AgentInputs"]["propertyNames"] = {"pattern": f"^({INPUT_NAME})$"}
    schema["properties"]["tools"]["propertyNames"] = {"pattern": f"^({TOOL_NAME})$"}
    schema["properties"]["tools"]["properties"] = {name: _CONSTANTS for name in sorted(tools)}
    return {"$schema": DRAFT, "title": "Frontdesk agent file", **schema}


def all_models() -> list[type[BaseModel]]:
    """Every section of the agent file, the file itself first, each before what stands in it."""
    return list(dict.fromkeys(_with_inner(AgentConfig)))


def _with_inner(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for inner in sections_of(field):
            yield from _with_inner(inner)


def sections_of(field: FieldInfo) -> list[type[BaseModel]]:
    """The sections that may stand under a key, also in lists and mappings."""
    checked = [
        marker.json_schema_input_type for marker in field.metadata if isinstance(marker, PlainValidator)
    ]
    return [model for annotation in (*checked, field.annotation) for model in models_in(annotation)]


def _refine(model: type[BaseModel], properties: dict[str, Any]) -> None:
    """Add what pydantic does not tell: what is not active yet, and other names of a key."""
    for name, field in model.model_fields.items():
        if not is_active(field):
            properties[name]["description"] += " Not active yet."
        if isinstance(field.validation_alias, AliasChoices):
            for other in field.validation_alias.choices[1:]:
                properties[str(other)] = {**properties[name], "description": f"Another name of `{name}`."}


def _know_vendors(shape: dict[str, Any], settings: Mapping[str, Collection[str]]) -> None:
    """Let an editor complete the vendors' names and, by vendor, the names of its settings."""
    shape["properties"]["vendor"]["anyOf"] = [{"enum": sorted(settings)}, _VARIABLE]
    shape["allOf"] = list(_by_vendor(shape["properties"], settings))


def _by_vendor(own: Mapping[str, Any], settings: Mapping[str, Collection[str]]) -> Iterator[dict[str, Any]]:
    for vendor, names in sorted(settings.items()):
        further = {name: True for name in sorted(names) if name not in own}
        condition: dict[str, Any] = {"properties": {"vendor": {"const": vendor}}}
        if vendor != own["vendor"]["default"]:
            condition["required"] = ["vendor"]
        if further:
            yield {"if": condition, "then": {"properties": further}}


class PlainGenerator(GenerateJsonSchema):
    """pydantic's schema without its titles, with one way to say what a key or a form of a value is."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        return {"anyOf": super().tagged_union_schema(schema)["oneOf"]}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        plain = super().dict_schema(schema)
        for pattern, values in plain.pop("patternProperties", {}).items():
            plain |= {"propertyNames": {"pattern": pattern}, "additionalProperties": values}
        return plain


class _WideGenerator(PlainGenerator):
    """As wide as the loader: text that becomes a number or a truth, and `${NAME}` for any value."""

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        return {"anyOf": [super().int_schema(schema), _NUMBER_TEXT]}

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        return {"anyOf": [super().float_schema(schema), _NUMBER_TEXT]}

    def bool_schema(self, schema: core_schema.BoolSchema) -> JsonSchemaValue:
        return {"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}, _TRUTH_TEXT]}

    def literal_schema(self, schema: core_schema.LiteralSchema) -> JsonSchemaValue:
        return {"anyOf": [super().literal_schema(schema), _VARIABLE]}

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        plain = super().str_schema(schema)
        return {"anyOf": [plain, _VARIABLE]} if "pattern" in plain else plain
