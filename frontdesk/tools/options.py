"""How a tool is run, beyond its arguments."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from frontdesk.tools.table import Tool

ToolType = TypeVar("ToolType", bound=Tool)

_ATTRIBUTE = "frontdesk_options"


@dataclass(frozen=True)
class ToolOptions:
    """`changes_world`: barge-in does not cancel it. `ends_call`: the LLM has no turn after it.

    `time_limit` is in seconds; past it the LLM is told that the tool took too long.
    """

    changes_world: bool = False
    ends_call: bool = False
    time_limit: float = 10.0


def tool(
    *, changes_world: bool = False, ends_call: bool = False, time_limit: float = 10.0
) -> Callable[[ToolType], ToolType]:
    """Mark a tool with its options; a tool without this has the default ones."""
    options = ToolOptions(changes_world, ends_call, time_limit)

    def mark(function: ToolType) -> ToolType:
        setattr(function, _ATTRIBUTE, options)
        return function

    return mark


def options_of(function: Tool) -> ToolOptions:
    """The options that a tool was marked with."""
    options: ToolOptions = getattr(function, _ATTRIBUTE, ToolOptions())
    return options
