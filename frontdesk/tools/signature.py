"""A tool's function: the arguments that the LLM gives it, and what is wrong with it."""

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, NotRequired, get_type_hints

import docstring_parser
from pydantic import ConfigDict, TypeAdapter
from typing_extensions import TypedDict

from frontdesk.agent import suggestion
from frontdesk.tools.context import FrontdeskContext, ToolContext
from frontdesk.tools.options import Function as Tool
from frontdesk.tools.options import option_problems
from frontdesk.tools.schema import HoldsItself, inlined

NO_DOCSTRING = "has no docstring, which is what the LLM reads"

# What a docstring begins with that says nothing of the tool itself.
_SECTION = r"(?:Args|Arguments|Params|Parameters|Returns|Raises):\s*(?:\n|$)"

# What the context is called where it has no type.
_CONTEXT = ("ctx", "context")

BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def parameters(function: Tool) -> list[inspect.Parameter]:
    """A tool's own parameters, without the context."""
    return list(inspect.signature(function).parameters.values())[1:]


def arguments(name: str, function: Tool) -> TypeAdapter[dict[str, Any]]:
    """The check of what the LLM gives: every argument known, present where it has no default, of its type."""
    hints = get_type_hints(function, include_extras=True)
    fields = {
        each.name: hints[each.name] if each.default is each.empty else NotRequired[hints[each.name]]
        for each in parameters(function)
    }
    make: Any = TypedDict
    checked = make(f"{name} arguments", fields)
    checked.__pydantic_config__ = ConfigDict(extra="forbid")
    return TypeAdapter(checked)


def docstring(function: Tool) -> docstring_parser.Docstring:
    """What its docstring tells, of it and of each argument."""
    return docstring_parser.parse(inspect.getdoc(function) or "")


def description(function: Tool) -> str:
    """What the LLM reads of it; "" where the docstring tells of nothing but arguments and results."""
    said = (docstring(function).description or "").strip()
    return "" if re.match(_SECTION, said) else said


def acts(function: Tool) -> bool:
    """Whether it is one of Frontdesk's own that act on the call beyond what a ToolContext allows."""
    return get_type_hints(function).get(_first(function)) is FrontdeskContext


def problems(function: Callable[..., Any]) -> Iterator[str]:
    """Why a function cannot be a tool, each in words that follow its name."""
    name = getattr(function, "__name__", "")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,63}", name):
        yield "has no name of its own: a tool is written with `async def`"
        return
    if not inspect.iscoroutinefunction(function):
        yield "must be an async function"
    yield from option_problems(function)
    if not description(function):
        yield NO_DOCSTRING
    if not _takes_context(function):
        yield "must take the ToolContext as its first argument, by position"
        return
    wrong = [*_wrong_parameters(function), *_told_in_vain(function)]
    yield from wrong or _wrong_types(name, function)


def _first(function: Tool) -> str:
    return next(iter(inspect.signature(function).parameters), "")


def _takes_context(function: Tool) -> bool:
    first = next(iter(inspect.signature(function).parameters.values()), None)
    if first is None or first.kind not in (first.POSITIONAL_ONLY, first.POSITIONAL_OR_KEYWORD):
        return False
    if first.annotation is first.empty:
        return first.name in _CONTEXT
    try:
        hint = get_type_hints(function).get(first.name, ToolContext)
    except Exception:  # told with the types that cannot be checked
        return True
    return hint is Any or (isinstance(hint, type) and issubclass(ToolContext, hint))


def _wrong_parameters(function: Tool) -> Iterator[str]:
    for each in parameters(function):
        if each.kind not in BY_NAME:
            yield f"takes {each}: the LLM gives each argument by its name"
        elif each.annotation is each.empty:
            yield f"has an argument {each.name!r} without a type"


def _told_in_vain(function: Tool) -> Iterator[str]:
    """Arguments that only the docstring has; what it tells of the right one would be lost."""
    names = [each.name for each in parameters(function)]
    told = [said.arg_name for said in docstring(function).params if said.args[:1] == ["param"]]
    for name in told:
        if name not in (*names, _first(function)):
            near = suggestion(name, names, listed=False)
            yield f"tells of {name!r} under `Args:`, which is none of its arguments{near}"


def _wrong_types(name: str, function: Tool) -> Iterator[str]:
    try:
        inlined(arguments(name, function).json_schema())
    except HoldsItself as error:
        yield f"has a type that holds itself, {error}, which an LLM cannot be told"
    except Exception as error:  # the boundary to types that anyone may write
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        yield f"has a type that cannot be checked: {reason}"
