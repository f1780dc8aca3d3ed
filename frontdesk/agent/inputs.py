"""What fills the placeholders: values, and generators of values."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, PlainValidator, ValidationInfo

from frontdesk.agent.prompts import UNKNOWN, Value
from frontdesk.agent.services import Section
from frontdesk.agent.types import GeneratorName, InputName, Language, Name, Number

MAX_INPUTS = 200


class Generated(Section):
    """An input that a function computes when a call comes in."""

    generator: GeneratorName = Field(description="The function: a built-in one or one of agents/generators/.")
    timeout: Number = Field(
        1.0, gt=0, le=10, description="Seconds it may take; then `fallback` stands in. Default: 1."
    )
    fallback: str = Field(
        UNKNOWN,
        max_length=10_000,
        description="What stands in when it fails or takes too long. Default: unknown.",
    )

    def stand_in(self, fact: Value | None) -> Value:
        """What it is until it is computed: the fallback, or the call's own fact of that name."""
        return self.fallback if fact is None or "fallback" in self.model_fields_set else fact


def _input(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, dict):
        return Generated.model_validate(value, context=info.context)
    if not isinstance(value, Value | Generated):
        raise ValueError("must be text, a number, true or false, or {generator: …}")
    return value


Input = Annotated[
    str | bool | int | float | Generated,
    PlainValidator(_input, json_schema_input_type=str | bool | int | float | Generated),
]


class AgentInputs(Section):
    """The inputs that mean something to Frontdesk itself, and all others."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[InputName, Input] = Field(init=False)

    language_code: Language = Field("en", description="The language of the agent's calls. Default: en.")
    language: Name | None = Field(None, description="The language's name, for prompts. Default: none.")
    translate_prompt: bool = Field(
        False,
        description="Translate a prompt that has no text in the language of a call, with `llm.utils`."
        " Default: false.",
    )


def _inputs(value: Any, info: ValidationInfo) -> dict[str, Any]:
    checked = AgentInputs.model_validate(value, context=info.context)
    if len(checked.model_fields_set) > MAX_INPUTS:
        raise ValueError(f"must be at most {MAX_INPUTS} inputs")
    return {name: getattr(checked, name) for name in value}


Inputs = Annotated[
    dict[str, Value | Generated],
    PlainValidator(_inputs, json_schema_input_type=AgentInputs),
]
