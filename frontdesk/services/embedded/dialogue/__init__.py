"""A scripted dialogue, which stands in for an LLM where there is no key: pattern → reply, tool call, state.

The dialogue is data (`agents/<agent_id>.script.yaml`); nothing here knows what it is about.
"""

from typing import TYPE_CHECKING, Any

from frontdesk.services.embedded.dialogue.engine import Reply, ToolCall, respond
from frontdesk.services.embedded.dialogue.script import Script

if TYPE_CHECKING:
    from frontdesk.services.embedded.dialogue.service import ScriptedLLMService

__all__ = ["Reply", "Script", "ScriptedLLMService", "ToolCall", "respond"]


def __getattr__(name: str) -> Any:
    # Scripts are checked at start-up, without the second that pipecat's LLM service takes to import.
    if name == "ScriptedLLMService":
        from frontdesk.services.embedded.dialogue.service import ScriptedLLMService

        return ScriptedLLMService
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
