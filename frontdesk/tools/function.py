"""A tool from a typed async function: its docstring is what the LLM reads, its annotations the schema."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import docstring_parser
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python

from frontdesk.errors import WrongArguments
from frontdesk.tools.options import Function, options_of
from frontdesk.tools.schema import inlined
from frontdesk.tools.signature import acts, arguments, description, docstring, parameters
from frontdesk.tools.tool import Tool
from frontdesk.user_code import place_of


def tool_of(function: Function, name: str, constants: Mapping[str, Any]) -> Tool:
    """The tool that a function without problems makes for an agent with these constants."""
    adapter, defaults = arguments(name, function), _defaults(function)

    def check(given: Mapping[str, Any]) -> dict[str, Any]:
        try:
            # With the defaults, so that the same is the same whether it was said or not.
            return {**defaults, **adapter.validate_python(dict(given))}
        except ValidationError as error:
            raise WrongArguments(_reasons(error)) from None

    async def run(context: Any, checked: dict[str, Any]) -> Any:
        return await function(context, **checked)

    return Tool(
        name=name,
        description=description(function),
        parameters=_described(inlined(adapter.json_schema()), docstring(function), defaults),
        check=check,
        run=run,
        options=options_of(function),
        constants=constants,
        acts=acts(function),
        place=place_of(function),
    )


def with_options(tool: Tool, **options: Any) -> Tool:
    """The tool with some options replaced."""
    return replace(tool, options=replace(tool.options, **options))


def _defaults(function: Function) -> dict[str, Any]:
    return {each.name: each.default for each in parameters(function) if each.default is not each.empty}


def _described(
    schema: dict[str, Any], doc: docstring_parser.Docstring, defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """The schema with what the docstring says of each argument, and what it is where it is left out."""
    for said in doc.params:
        if said.arg_name in schema["properties"] and said.description:
            schema["properties"][said.arg_name]["description"] = said.description
    for name, value in defaults.items():
        if value not in (None, ""):
            schema["properties"][name] |= _default(value)
    return schema


def _default(value: Any) -> dict[str, Any]:
    try:
        return {"default": to_jsonable_python(value)}
    except PydanticSerializationError:
        return {}


def _reasons(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in details)
