"""All that a tool may touch."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk.agent import AgentConfig
from frontdesk.calendar import Calendar
from frontdesk.call import Call


@dataclass
class ToolContext:
    """What a tool gets with each use.

    `constants` is what the agent file has under `tools.<name>`; `end` takes the goodbye, or None, and
    returns when it has been queued, not when it has been heard.
    """

    call: Call
    agent: AgentConfig
    constants: Mapping[str, Any]
    calendar: Calendar
    end: Callable[[str | None], Awaitable[None]]
