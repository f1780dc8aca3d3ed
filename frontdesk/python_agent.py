"""An agent written in Python: the keys of an agent file as arguments, everything in them checked at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from loguru import logger
from pydantic import BaseModel, ValidationError

from frontdesk import agent as files
from frontdesk.agent.document import Document, dotted
from frontdesk.agent.later import not_active
from frontdesk.agent.problems import problems_of
from frontdesk.agent.types import Known
from frontdesk.configuration import VENDORS
from frontdesk.errors import ConfigError, Problem
from frontdesk.generators import GENERATORS
from frontdesk.services.choice import setting_problems
from frontdesk.tools.signature import problems as function_problems
from frontdesk.tools.table import TOOLS

# What stands in a message in place of the file.
NAME = "AgentConfig"

ToolFunction = Callable[..., Any]


class AgentConfig(files.AgentConfig):
    """One agent: each key of the agent file is an argument, `prompts.agent` and `start_message` are simpler.

    `instructions` is the system prompt and `greeting` the first words; without a greeting the caller speaks
    first. `tools` are async functions of one's own and names of Frontdesk's tools; a mapping of names gives
    constants to the latter. `initial_messages` are `{"role": …, "content": …}`, with which the conversation
    begins. Raises ConfigError with every problem.
    """

    def __init__(
        self,
        *,
        instructions: str | None = None,
        greeting: str | None = None,
        initial_messages: Sequence[Mapping[str, str]] = (),
        tools: Sequence[ToolFunction | str] | Mapping[str, Mapping[str, Any] | None] = (),
        **keys: Any,
    ) -> None:
        own = {"instructions": instructions, "greeting": greeting}
        given = {name: value for name, value in own.items() if value is not None} | _plain(keys)
        given |= {"initial_messages": _plain(initial_messages), "tools": _named(tools)}
        problems = [*_tool_problems(tools), *self._fill(given)]
        if problems:
            raise ConfigError(problems)
        for path in not_active(self):
            logger.warning(f"{NAME}: {dotted(path)} is not active yet")

    def _fill(self, given: dict[str, Any]) -> Iterator[Problem]:
        """Become what is given; what is wrong with it."""
        inputs = given.get("agent_inputs")
        names = list(inputs) if isinstance(inputs, dict) else []
        known = Known(tools=TOOLS, vendors=VENDORS, generators=GENERATORS, inputs=names)
        try:
            self.__pydantic_validator__.validate_python(given, self_instance=self, context=known)
        except ValidationError as error:
            found = problems_of(Document(NAME, given), error, files.AgentConfig)
            yield from (replace(problem, file=NAME) for problem in found)
        else:
            yield from (Problem(NAME, dotted(path), message) for path, message in setting_problems(self))


def _plain(value: Any) -> Any:
    """Sections as mappings, so that what is in them is checked too."""
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_unset=True)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _named(tools: Any) -> Any:
    """The tools by their names."""
    if isinstance(tools, Mapping) or not isinstance(tools, list | tuple):
        return _plain(tools)
    return {_name(tool): tool if callable(tool) else None for tool in tools}


def _name(tool: object) -> str:
    return tool if isinstance(tool, str) else str(getattr(tool, "__name__", tool))


def _tool_problems(tools: Any) -> Iterator[Problem]:
    """What is wrong with the functions among the tools, and names that are there twice."""
    listed = list(tools) if isinstance(tools, list | tuple) else []
    names = [_name(tool) for tool in listed]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Problem(NAME, f"tools.{name}", "is given twice")
    functions = [tool for tool in listed if callable(tool)]
    for function in functions:
        for message in function_problems(function):
            yield Problem(NAME, f"tools.{_name(function)}", message)
