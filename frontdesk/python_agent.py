"""An agent written in Python: the keys of an agent file as arguments, everything in them checked at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from os.path import isfile  # unlike pathlib's, for every name
from typing import Any

from pydantic import BaseModel, ValidationError

from frontdesk import agent as files
from frontdesk.agent import suggestion
from frontdesk.agent.document import Document, dotted
from frontdesk.agent.flow_file import flow_problems
from frontdesk.agent.problems import problems_of
from frontdesk.agent.tools import HTTPToolConfig
from frontdesk.agent.types import Known
from frontdesk.configuration import VENDORS
from frontdesk.errors import ConfigError, Problem
from frontdesk.generators import GENERATORS
from frontdesk.services.gone import GONE
from frontdesk.services.packages import package_problems
from frontdesk.services.problems import setting_problems
from frontdesk.tools.assembly import tool_problems
from frontdesk.tools.signature import problems as function_problems
from frontdesk.tools.table import TOOLS

# What stands in a message in place of the file.
NAME = "AgentConfig"

KEYS = [key for key in files.AgentConfig.model_fields if key != "source"]

ToolFunction = Callable[..., Any]

# What stands for a name in a mapping of tools.
ToolUse = ToolFunction | Mapping[str, Any] | HTTPToolConfig | None


class AgentConfig(files.AgentConfig):
    """One agent: each key of the agent file is an argument, and these are simpler here.

    `instructions` is the system prompt and `greeting` the first words; without one the caller speaks first.
    `tools` are async functions of one's own and names of Frontdesk's tools; a mapping of names gives those
    their constants, and may hold HTTP tools. `flow` is the path of a file. `initial_messages` are
    `{"role": …, "content": …}`, with which the conversation begins.
    Raises ConfigError with every problem.
    """

    def __init__(
        self,
        *,
        instructions: str | None = None,
        greeting: str | None = None,
        initial_messages: Sequence[Mapping[str, str]] = (),
        tools: Sequence[ToolFunction | str] | Mapping[str, ToolUse] = (),
        **keys: Any,
    ) -> None:
        keys |= {"instructions": instructions, "greeting": greeting, "initial_messages": initial_messages}
        listed = [*tools] if isinstance(tools, list | tuple) else []
        given = {key: _plain(value) for key, value in keys.items() if key in KEYS and value is not None}
        given["tools"] = _by_name(tools)
        problems = [
            *_no_tools(tools),
            *(Problem(NAME, key, f"unknown key{suggestion(key, KEYS)}") for key in keys if key not in KEYS),
            *_repeated(listed),
            *_unfit([*listed, *_mapping(tools).values()]),
            *self._become(given),
        ]
        if problems:
            raise ConfigError(problems)

    def _become(self, given: dict[str, Any]) -> Iterator[Problem]:
        """Take on what is given, and tell what is wrong with it."""
        own = [name for name, use in _mapping(given["tools"]).items() if callable(use)]
        known = Known([*TOOLS, *own], VENDORS, GONE, GENERATORS, [*_mapping(given.get("agent_inputs"))])
        try:
            self.__pydantic_validator__.validate_python(given, self_instance=self, context=known)
        except ValidationError as error:
            found = problems_of(Document(NAME, given), error, files.AgentConfig)
            yield from (replace(problem, file=NAME) for problem in found)
        else:
            services = (*setting_problems(self), *package_problems(self))
            wrong = (*services, *tool_problems(self))
            yield from (Problem(NAME, dotted(path), message) for path, message in wrong)
            yield from _problems_of_flow(self)


def _problems_of_flow(agent: files.AgentConfig) -> Iterator[Problem]:
    if agent.flow is None:
        return
    if isfile(agent.flow):
        yield from flow_problems(agent, TOOLS)
    else:
        yield Problem(NAME, "flow", f"{str(agent.flow)!r} is no file")


def _plain(value: Any) -> Any:
    """A value with its sections as mappings, so that what is in them is checked too."""
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_unset=True)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _by_name(tools: Any) -> Any:
    """The tools by their names; what is told of as unfit is left out."""
    if not isinstance(tools, list | tuple):
        return _mapping(_plain(tools))
    fit = [tool for tool in tools if not (callable(tool) and any(function_problems(tool)))]
    return {_name(tool): tool if callable(tool) else None for tool in fit}


def _name(tool: object) -> str:
    return tool if isinstance(tool, str) else str(getattr(tool, "__name__", tool))


def _no_tools(tools: object) -> Iterator[Problem]:
    if not isinstance(tools, list | tuple | Mapping):
        wanted = "a list of functions and names, or a mapping of names"
        yield Problem(NAME, "tools", f"should be {wanted}, not {type(tools).__name__}")


def _repeated(tools: Sequence[object]) -> Iterator[Problem]:
    names = [_name(tool) for tool in tools]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Problem(NAME, f"tools.{name}", "is given twice")


def _unfit(tools: Sequence[object]) -> Iterator[Problem]:
    for function in filter(callable, tools):
        for message in function_problems(function):
            yield Problem(NAME, f"tools.{_name(function)}", message)
