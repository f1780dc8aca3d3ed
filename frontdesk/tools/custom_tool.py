"""A tool of `agents/tools/`, and all of them with what is wrong with them."""

from collections.abc import Callable, Collection, Iterable, Set
from dataclasses import dataclass, replace
from pathlib import Path

from frontdesk.errors import Problem
from frontdesk.tools.pipecat_tools import ByTool
from frontdesk.tools.tool import Tool
from frontdesk.user_code import defined

# Where a file has a second function of a name; with the line of the first.
ALREADY = "is already in line {} of this file"


@dataclass(frozen=True)
class CustomTool:
    """A tool that any agent may list: `make` builds it from the constants that the agent has for its tools.

    `file` is where it stands, as in `tools/crm.py`; it is empty for one that stands in no folder.
    `requires` are names of constants that it cannot do without; `accepts` those that it may have, none
    where it does not say; `undoes` are names of tools.
    """

    name: str
    make: Callable[[ByTool], Tool]
    requires: Set[str] = frozenset()
    accepts: Set[str] = frozenset()
    undoes: Set[str] = frozenset()
    file: str = ""


class Collected:
    """Tools as they are found; a name belongs to who had it first, `taken` names to `owner`.

    `plain` are functions that would be tools if they were async, with the problem that they are not.
    """

    def __init__(self, taken: Collection[str], owner: str):
        self.tools: dict[str, CustomTool] = {}
        self.problems: list[Problem] = []
        self.faulty: set[str] = set()
        self.plain: dict[str, Problem] = {}
        self._owners = dict.fromkeys(taken, owner)

    def add(self, tool: CustomTool, at: str) -> None:
        """Take in a tool that stands `at` a line of a file."""
        if tool.name in self._owners:
            self.refuse(tool.name, at, [f"is already in {self._owners[tool.name]}"])
            return
        self._owners[tool.name] = _file(at)
        self.tools[tool.name] = replace(tool, file=_file(at))

    def refuse(self, name: str, at: str, faults: Iterable[str]) -> None:
        """Note what is wrong with a function that was meant to be a tool."""
        self._owners.setdefault(name, _file(at))
        self.problems += [Problem(at, name, fault) for fault in faults]
        self.faulty.add(name)

    def leave_out(self, path: Path, problem: Problem) -> Set[str]:
        """Note a file that cannot be imported; the names that are therefore missing."""
        self.problems.append(problem)
        names = defined(path)
        self.faulty |= names
        return names


def _file(at: str) -> str:
    return at.rpartition(":")[0]
