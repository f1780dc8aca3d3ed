"""A phone agent: runner arguments → transport → Call → agent → services → pipeline ⇄ tools → record."""

import importlib
import os
from typing import TYPE_CHECKING, Any

# onnxruntime looks up its vendor's telemetry host unless this is set before it is first imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

if TYPE_CHECKING:
    from frontdesk.call import Call
    from frontdesk.errors import ConfigError, ToolError, Unsure
    from frontdesk.python_agent import AgentConfig
    from frontdesk.reception import answer, prepare
    from frontdesk.tools import ToolContext, tool

# What a bot in Python needs, by where it is; imported when used, because pipecat takes a second.
_EXPORTS = {
    "AgentConfig": "frontdesk.python_agent",
    "Call": "frontdesk.call",
    "ConfigError": "frontdesk.errors",
    "ToolContext": "frontdesk.tools",
    "ToolError": "frontdesk.errors",
    "Unsure": "frontdesk.errors",
    "answer": "frontdesk.reception",
    "prepare": "frontdesk.reception",
    "tool": "frontdesk.tools",
}

__all__ = [
    "AgentConfig",
    "Call",
    "ConfigError",
    "ToolContext",
    "ToolError",
    "Unsure",
    "answer",
    "prepare",
    "tool",
]


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_EXPORTS[name]), name)
