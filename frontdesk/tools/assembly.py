"""The tools of one agent, from all that they may come from."""

from collections.abc import Mapping, Sequence
from typing import Any

from frontdesk.agent import AgentConfig
from frontdesk.tools.function import tool_of
from frontdesk.tools.options import Function
from frontdesk.tools.table import load_tool
from frontdesk.tools.tool import Tool


def tools_of(agent: AgentConfig, custom: Mapping[str, Function]) -> Sequence[Tool]:
    """What an agent can do, in the order of its file; `custom` are the functions of `agents/tools/`."""
    return [_tool(name, agent.tools[name], custom) for name in agent.active_tools]


def _tool(name: str, use: Any, custom: Mapping[str, Function]) -> Tool:
    if callable(use):
        return tool_of(use, name, {})
    return tool_of(custom.get(name) or load_tool(name), name, use or {})
