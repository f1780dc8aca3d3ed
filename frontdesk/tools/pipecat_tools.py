"""What a tool in the two-file form imports as `pipecat_tools`: the constants of the agent that runs it."""

import importlib.util
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

# Every tool's constants by its name.
ByTool = Mapping[str, Mapping[str, Any]]

_NAME = "pipecat_tools"

_running: ContextVar[ByTool | None] = ContextVar("constants of the agent whose tool runs", default=None)


def get_constant(function_name: str, constant_name: str) -> Any:
    """A tool's constant; raises KeyError where it has none of that name, or no tool is running."""
    constants = _running.get()
    if constants is None:
        raise KeyError("get_constant has values only while a tool is running")
    try:
        return constants[function_name][constant_name]
    except KeyError:
        raise KeyError(f"the tool {function_name!r} has no constant {constant_name!r}") from None


@contextmanager
def running_with(constants: ByTool) -> Iterator[None]:
    """Have `get_constant` answer from these."""
    token = _running.set(constants)
    try:
        yield
    finally:
        _running.reset(token)


def provide() -> None:
    """Make `from pipecat_tools import get_constant` work, unless a package of that name is installed."""
    if _NAME not in sys.modules and importlib.util.find_spec(_NAME) is None:
        sys.modules[_NAME] = sys.modules[__name__]
