"""One thing that an agent can do, wherever it comes from: a function, an HTTP request, an MCP server."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import ToolOptions

# What the LLM gave → what `run` takes; raises WrongArguments with every reason.
Check = Callable[[Mapping[str, Any]], dict[str, Any]]

Run = Callable[[ToolContext, dict[str, Any]], Awaitable[Any]]


@dataclass(frozen=True)
class Tool:
    """A tool of one agent.

    `description` is what the LLM reads, `parameters` the JSON Schema of an object, without references;
    `constants` is what the agent has configured for it. `run` returns anything that JSON can hold, and
    raises ToolError for what the LLM should be told. `acts` tells that it takes a FrontdeskContext.
    `place` is the file and line of its function, "" where it has none.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    check: Check
    run: Run
    options: ToolOptions = field(default_factory=ToolOptions)
    constants: Mapping[str, Any] = field(default_factory=dict)
    acts: bool = False
    place: str = ""
