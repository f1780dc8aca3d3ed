"""All that a tool may touch."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from frontdesk.agent import AgentConfig
from frontdesk.agent.prompts import Value
from frontdesk.call import Call
from frontdesk.record.notes import Notes

if TYPE_CHECKING:
    from aiohttp import ClientSession


@dataclass(frozen=True)
class ToolContext:
    """What a tool gets with each use.

    `constants` is what the agent file has under `tools.<name>`. `say` has the caller hear a sentence; `end`
    takes the goodbye, or None; both return when it has been queued, not when it has been heard. `http` is
    the call's own aiohttp session. `idempotency_key` is the same for the same arguments in the same call:
    send it with whatever changes the world.
    """

    call: Call
    agent: AgentConfig
    constants: Mapping[str, Any]
    record: Notes
    say: Callable[[str], Awaitable[None]]
    end: Callable[[str | None], Awaitable[None]]
    http: "ClientSession"
    idempotency_key: str


class CallActions(Protocol):
    """What Frontdesk's own tools do to a call; each raises ToolError where the call cannot do it."""

    async def press(self, digits: str) -> None:
        """Send digits as tones, behind what is being said."""

    async def switch_language(self, language: str, allowed: Sequence[str]) -> str:
        """Hear, think and speak in another language from now on, one of those allowed; its code."""


@dataclass(frozen=True)
class FrontdeskContext(ToolContext):
    """What a tool of Frontdesk's own gets, whose first argument is annotated with it.

    `inputs` gives what fills a placeholder now, generated inputs and the language of the call included.
    """

    actions: CallActions
    inputs: Callable[[], Mapping[str, Value]]
