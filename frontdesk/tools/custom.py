"""Tools of one's own: `agents/tools/*.py`, their two-file form, and constants in `agents/tools/consts/`."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from frontdesk.errors import Problem
from frontdesk.tools.constants import read_constants
from frontdesk.tools.custom_tool import ALREADY, Collected, CustomTool
from frontdesk.tools.function import tool_of
from frontdesk.tools.options import Function, options_of
from frontdesk.tools.pipecat_tools import ByTool
from frontdesk.tools.signature import NO_DOCSTRING
from frontdesk.tools.signature import problems as signature_problems
from frontdesk.tools.table import TOOLS
from frontdesk.tools.two_file import collect_two_file_tools
from frontdesk.user_code import Folder, functions, is_async, repeated

NOT_ASYNC = "must be written with `async def` to be a tool"


@dataclass(frozen=True)
class Custom:
    """The tools that are there beside Frontdesk's own, by name; and the constants that files give to any.

    `plain` are functions that are no tools because they are not async: what is wrong where an agent lists
    one.
    """

    tools: Mapping[str, CustomTool] = field(default_factory=dict)
    constants: ByTool = field(default_factory=dict)
    plain: Mapping[str, Problem] = field(default_factory=dict)


NONE = Custom()


class Loaded(NamedTuple):
    """What a folder has, every problem, and the names that are there and have one."""

    custom: Custom
    problems: list[Problem]
    faulty: Set[str]


def load_custom(agents: Path, environ: Mapping[str, str]) -> Loaded:
    """The tools of `<agents>/tools/`; runs the code of its files, and never raises for what they hold."""
    folder = agents / "tools"
    found = Collected(TOOLS, "Frontdesk's own tools")
    _collect_functions(folder, found)
    collect_two_file_tools(folder, environ, found)
    known = {*TOOLS, *found.tools, *found.faulty}
    constants, problems = read_constants(folder / "consts", environ, known)
    return Loaded(Custom(found.tools, constants, found.plain), [*found.problems, *problems], found.faulty)


def of_function(name: str, function: Function) -> CustomTool:
    """A typed function as a tool for any agent."""
    options = options_of(function)

    def make(constants: ByTool) -> Any:
        return tool_of(function, name, constants.get(name, {}))

    return CustomTool(
        name, make, frozenset(options.requires), frozenset(options.constants), frozenset(options.undoes)
    )


def _collect_functions(folder: Path, found: Collected) -> None:
    """Take in the public async functions of every `*.py` of the folder."""
    files = Folder(folder, "frontdesk_custom_tools", folder.name)
    for path, module in files.modules():
        if isinstance(module, Problem):
            found.leave_out(path, module)
            continue
        twice = repeated(path)
        for name, function in functions(module):
            at = files.at(path, function)
            if name in twice:
                found.refuse(name, at, [ALREADY.format(twice[name])])
                continue
            if not is_async(function):
                found.plain.setdefault(name, Problem(at, name, NOT_ASYNC))
                continue
            if faults := [*_faults(function)]:
                found.refuse(name, at, faults)
            else:
                found.add(of_function(name, function), at)


def _faults(function: Callable[..., Any]) -> Iterator[str]:
    if inspect.isasyncgenfunction(function):
        yield "yields values; it must return one"
    else:
        for fault in signature_problems(function):
            yield f"{fault}; or begin its name with _ if it is no tool" if fault == NO_DOCSTRING else fault
