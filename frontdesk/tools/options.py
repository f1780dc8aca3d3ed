"""How a tool is run, beyond its arguments."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

DEFAULT_TIME_LIMIT_S = 10.0

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
    the same again.
    """

    changes_world: bool = False
    ends_call: bool = False
    time_limit: float = DEFAULT_TIME_LIMIT_S
    say_while_waiting: tuple[str, ...] = ()
    constants: Mapping[str, str] = field(default_factory=dict)
    requires: tuple[str, ...] = ()
    undoes: tuple[str, ...] = ()


def tool(
    *,
    changes_world: bool = False,
    ends_call: bool = False,
    time_limit: float = DEFAULT_TIME_LIMIT_S,
    say_while_waiting: str | Sequence[str] = (),
    constants: Mapping[str, str] | None = None,
    requires: Sequence[str] = (),
    undoes: Sequence[str] = (),
) -> Callable[[FunctionType], FunctionType]:
    """Mark a tool with its options; a tool without this has the default ones."""
    said = (say_while_waiting,) if isinstance(say_while_waiting, str) else tuple(say_while_waiting)
    options = ToolOptions(
        changes_world, ends_call, time_limit, said, dict(constants or {}), tuple(requires), tuple(undoes)
    )

    def mark(function: FunctionType) -> FunctionType:
        setattr(function, _ATTRIBUTE, options)
        return function

    return mark


def options_of(function: Function) -> ToolOptions:
    """The options that a tool was marked with."""
    options: ToolOptions = getattr(function, _ATTRIBUTE, ToolOptions())
    return options
