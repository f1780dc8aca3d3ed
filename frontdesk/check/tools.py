"""Where the tools of an agent come from; of an address its host only, of a command its first word."""

from typing import Any
from urllib.parse import urlsplit

from frontdesk.agent import AgentConfig
from frontdesk.agent.tools import HTTPToolConfig
from frontdesk.check.report import ServerReport
from frontdesk.tools.mcp.label import label
from frontdesk.tools.table import TOOLS

OWN = "Frontdesk"
CUSTOM = "tools/"


def tool_sources(agent: AgentConfig) -> dict[str, str]:
    """The tools that the file names, in its order, and where each comes from."""
    return {name: _source(name, use) for name, use in agent.tools.items()}


def _source(name: str, use: Any) -> str:
    if isinstance(use, HTTPToolConfig):
        return f"{use.method} {urlsplit(use.url).hostname}"
    return OWN if name in TOOLS else CUSTOM


def servers(agent: AgentConfig) -> list[ServerReport]:
    """The MCP servers, in the order of the file."""
    return [ServerReport(label(one), one.tools) for one in agent.mcp]
