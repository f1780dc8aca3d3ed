"""Where the tools of an agent come from; of an address its host only, of a command its first word."""

import shlex
from typing import Any
from urllib.parse import urlsplit

from frontdesk.agent import AgentConfig
from frontdesk.agent.tools import HTTPToolConfig, MCPServerConfig
from frontdesk.check.report import ServerReport
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
    return [ServerReport(_server(one), one.tools) for one in agent.mcp]


def _server(server: MCPServerConfig) -> str:
    return urlsplit(server.url).hostname or "" if server.url else _first_word(server.command or "")


def _first_word(command: str) -> str:
    try:
        return shlex.split(command)[0]
    except (ValueError, IndexError):
        return command.split()[0]
