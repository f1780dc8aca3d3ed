"""Frontdesk's own tools as a page shows them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from frontdesk.tools.function import tool_of
from frontdesk.tools.table import TOOLS, load_tool
from frontdesk.tools.tool import Tool


def tool_reference() -> str:
    """Each tool in Markdown: what the LLM reads of it, its arguments, its options and constants."""
    return "\n".join(line for name in sorted(TOOLS) for line in _tool(tool_of(load_tool(name), name, {})))


def _tool(tool: Tool) -> Iterator[str]:
    yield f"### `{tool.name}`\n\n{tool.description}\n"
    arguments = tool.parameters["properties"].items()
    yield from _table(
        ("argument", "value", "default", "what it is"),
        [
            (f"`{name}`", _value(schema), _default(tool, name), schema.get("description", ""))
            for name, schema in arguments
        ],
    )
    yield f"{_options(tool)}\n"
    required = {name: " *Required.*" for name in tool.options.requires}
    yield from _table(
        ("constant", "what it is"),
        [
            (f"`{name}`", f"{meaning}{required.get(name, '')}")
            for name, meaning in tool.options.constants.items()
        ],
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table with a blank line after it; nothing where there are no rows."""
    if rows:
        yield from (_row(head), "|---" * len(head) + "|", *map(_row, rows), "")


def _options(tool: Tool) -> str:
    options = tool.options
    changes = "It changes something in the world. " if options.changes_world else ""
    ends = "It ends the call. " if options.ends_call else ""
    return f"{changes}{ends}Time limit: {options.time_limit:g} s."


def _value(schema: Mapping[str, Any]) -> str:
    """The kind of a value in words."""
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(map(_value, schema["anyOf"]))
    kinds = {"string": "text", "boolean": "true or false", "integer": "whole number", "array": "list"}
    kind = str(schema.get("type", "anything"))
    return kinds.get(kind, kind)


def _default(tool: Tool, name: str) -> str:
    if name in tool.parameters.get("required", []):
        return "required"
    default = tool.parameters["properties"][name].get("default")
    return "none" if default in (None, "") else str(default).lower()


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', '&#124;') for cell in cells)} |"
