"""A tool from a typed async function: its docstring is what the LLM reads, its annotations the schema."""

import inspect
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import docstring_parser
from pydantic import ValidationError

from frontdesk.errors import WrongArguments
from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import Function, options_of
from frontdesk.tools.schema import inlined
from frontdesk.tools.signature import arguments
from frontdesk.tools.tool import Tool


def tool_of(function: Function, name: str, constants: Mapping[str, Any]) -> Tool:
    """The tool that a function without problems makes for an agent with these constants."""
    adapter = arguments(name, function)

    def check(given: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return adapter.validate_python(dict(given))
        except ValidationError as error:
            raise WrongArguments(_reasons(error)) from None

    async def run(context: ToolContext, checked: dict[str, Any]) -> Any:
        return await function(context, **checked)

    doc = docstring_parser.parse(inspect.getdoc(function) or "")
    parameters = _described(inlined(adapter.json_schema()), doc)
    return Tool(
        name, (doc.description or "").strip(), parameters, check, run, options_of(function), constants
    )


def with_options(tool: Tool, **options: Any) -> Tool:
    """The tool with some options replaced."""
    return replace(tool, options=replace(tool.options, **options))


def _described(schema: dict[str, Any], doc: docstring_parser.Docstring) -> dict[str, Any]:
    """The schema with what the docstring says of each argument."""
    for said in doc.params:
        if said.arg_name in schema["properties"]:
            schema["properties"][said.arg_name]["description"] = said.description or ""
    return schema


def _reasons(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in details)
