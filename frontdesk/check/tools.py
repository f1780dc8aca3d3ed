"""Where the tools of an agent come from; of an address its host only, of a command what it runs."""

from typing import Any
from urllib.parse import urlsplit

from frontdesk.agent import AgentConfig
from frontdesk.agent.tools import HTTPToolConfig
from frontdesk.check.report import ServerReport
from frontdesk.tools.custom import Custom
from frontdesk.tools.mcp.label import label
from frontdesk.tools.table import TOOLS

OWN = "Frontdesk"
CUSTOM = "tools/"


def tool_sources(agent: AgentConfig, custom: Custom) -> dict[str, str]:
    """The tools that the file names, in its order, and where each comes from."""
    return {name: _source(name, use, custom) for name, use in agent.tools.items()}


def _source(name: str, use: Any, custom: Custom) -> str:
    if isinstance(use, HTTPToolConfig):
        return f"{use.method} {urlsplit(use.url).hostname}"
    if name in TOOLS:
        return OWN
    # One with a fault has no file yet.
    return custom.tools[name].file if name in custom.tools else CUSTOM


def servers(agent: AgentConfig) -> list[ServerReport]:
    """The MCP servers, in the order of the file."""
    return [ServerReport(label(one), one.tools) for one in agent.mcp]
