"""What stands under `tools`: functions with their constants, and HTTP tools."""

import re
from collections.abc import Callable, Collection
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, PlainValidator, Tag, ValidationInfo

from frontdesk.agent.problems import suggestion
from frontdesk.agent.tools import HTTPToolConfig
from frontdesk.agent.types import Known

# What every vendor's LLM takes for the name of a function.
TOOL_NAME = r"[A-Za-z_][A-Za-z0-9_-]{0,63}"

# Keys by which an HTTP tool is known, also where its `url` has been forgotten.
_SIGNS = ("url", "description", "parameters", "method")


class _RequestName(str):
    """The name of an HTTP tool."""


class _RequestKeys(dict[str, Any]):
    """The keys of an HTTP tool."""


def functions(info: ValidationInfo) -> Collection[str] | None:
    """The names of the functions that there are; None where the one who loads the file does not say."""
    return info.context.tools if isinstance(info.context, Known) else None


def _told_apart(value: Any, info: ValidationInfo) -> Any:
    """Mark the HTTP tools among the tools, with their names."""
    if not isinstance(value, dict):
        return value
    known = functions(info)
    return dict(_marked(name, use, known) for name, use in value.items())


def _marked(name: Any, use: Any, known: Collection[str] | None) -> tuple[Any, Any]:
    if isinstance(use, HTTPToolConfig):
        return _RequestName(name), use
    signs = _SIGNS if known is not None else ("url",)
    is_request = isinstance(use, dict) and name not in (known or ()) and any(sign in use for sign in signs)
    return (_RequestName(name), _RequestKeys(use)) if is_request else (name, use)


def _name(value: Any, info: ValidationInfo) -> Any:
    known = functions(info)
    if isinstance(value, _RequestName):
        if not re.fullmatch(TOOL_NAME, value):
            raise ValueError("is no name of a tool: 1 to 64 letters, digits, '_' or '-', and no digit first")
        if value in (known or ()):
            raise ValueError("is the name of a function; an HTTP tool needs another one")
        return str(value)
    if known is not None and value not in known:
        raise ValueError(f"unknown tool{suggestion(str(value), known)}")
    return value


def _form(value: Any) -> str:
    return "HTTP tool" if isinstance(value, _RequestKeys | HTTPToolConfig) else "function"


def _constants(value: Any) -> Any:
    # From Python a tool may be a function.
    if value is None or callable(value):
        return value
    if not isinstance(value, dict):
        raise ValueError("must be nothing, or a mapping of the tool's constants")
    return dict(value)


ToolName = Annotated[str, BeforeValidator(_name)]
Constants = Annotated[
    dict[str, Any] | Callable[..., Any] | None,
    PlainValidator(_constants, json_schema_input_type=dict[str, Any] | None),
]
ToolUse = Annotated[
    Annotated[HTTPToolConfig, Tag("HTTP tool")] | Annotated[Constants, Tag("function")],
    Discriminator(_form),
]
Tools = Annotated[dict[ToolName, ToolUse], BeforeValidator(_told_apart)]
