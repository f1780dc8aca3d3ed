"""An agent whose tools know their secrets, so that nothing they say holds one."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from frontdesk.agent.document import Document, KeyPath
from frontdesk.agent.schema import AgentConfig
from frontdesk.agent.secrets import secret_values
from frontdesk.agent.tools import HTTPToolConfig, MCPServerConfig

Service = TypeVar("Service", HTTPToolConfig, MCPServerConfig)


def with_secrets(agent: AgentConfig, document: Document) -> AgentConfig:
    """The agent of a file, with what its HTTP tools and MCP servers have from the environment."""
    tools = {
        name: _knowing(use, _filled(document, ("tools", name))) if isinstance(use, HTTPToolConfig) else use
        for name, use in agent.tools.items()
    }
    servers = [_knowing(server, _filled(document, ("mcp", n))) for n, server in enumerate(agent.mcp)]
    return agent.model_copy(update={"tools": tools, "mcp": servers})


def _knowing(config: Service, values: Iterable[str]) -> Service:
    return config.model_copy(update={"secrets": secret_values((*config.secrets, *values), {})})


def _filled(document: Document, section: KeyPath) -> Iterator[str]:
    """The values from the environment in a section, also those that it has by `<<`."""
    for path, values in document.filled.items():
        if tuple(key for key in path if key != "<<")[: len(section)] == section:
            yield from values
