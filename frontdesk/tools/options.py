"""How a tool is run, beyond its arguments."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from frontdesk.agent.tools import DEFAULT_TIMEOUT_S

_ATTRIBUTE = "frontdesk_options"

Function = Callable[..., Awaitable[Any]]
FunctionType = TypeVar("FunctionType", bound=Function)


@dataclass(frozen=True)
class ToolOptions:
    """`changes_world`: barge-in does not cancel it, and it runs once per call and arguments.

    `ends_call`: the LLM has no turn after it. `time_limit` is in seconds; past it the LLM is told that the
    tool took too long. `say_while_waiting` is what the caller hears meanwhile, in turn; empty: Frontdesk's
    own words. `constants` are those that an agent may configure, name → what it is for; `requires` names
    those that it must have. `undoes` are tools that change the world and, once this one has worked, may do
    the same again, where the arguments that both have are the same.
    """

    changes_world: bool = False
    ends_call: bool = False
    time_limit: float = DEFAULT_TIMEOUT_S
    say_while_waiting: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    undoes: tuple[str, ...] = ()


@overload
def tool(function: FunctionType, /) -> FunctionType: ...


@overload
def tool(
    *,
    changes_world: bool = ...,
    ends_call: bool = ...,
    time_limit: float = ...,
    say_while_waiting: str | Sequence[str] = ...,
    constants: Mapping[str, str] | None = ...,
    requires: Sequence[str] = ...,
    undoes: Sequence[str] = ...,
) -> Callable[[FunctionType], FunctionType]: ...


def tool(
    function: Function | None = None,
    /,
    *,
    changes_world: bool = False,
    ends_call: bool = False,
    time_limit: float = DEFAULT_TIMEOUT_S,
    say_while_waiting: str | Sequence[str] = (),
    constants: Mapping[str, str] | None = None,
    requires: Sequence[str] = (),
    undoes: Sequence[str] = (),
) -> Any:
    """Mark a tool with its options; a tool without this has the default ones, as has one marked `@tool`."""
    said = (say_while_waiting,) if isinstance(say_while_waiting, str) else tuple(say_while_waiting)
    options = ToolOptions(
        changes_world, ends_call, time_limit, said, dict(constants or {}), tuple(requires), tuple(undoes)
    )

    def mark(function: FunctionType) -> FunctionType:
        setattr(function, _ATTRIBUTE, options)
        return function

    return mark if function is None else mark(function)


def options_of(function: Function) -> ToolOptions:
    """The options that a tool was marked with."""
    options: ToolOptions = getattr(function, _ATTRIBUTE, ToolOptions())
    return options


def option_problems(function: Function) -> Iterator[str]:
    """What is wrong with the options of a tool, in words that follow its name."""
    limit: object = options_of(function).time_limit
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not limit > 0:
        yield f"has a time_limit of {limit!r}: it must be seconds, a number above 0"
