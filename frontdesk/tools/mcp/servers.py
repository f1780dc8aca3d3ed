"""What the MCP servers of all agents have, as far as it is known."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

from loguru import logger

from frontdesk.agent import AgentConfig, MCPServerConfig
from frontdesk.tools.mcp.found import Found, Listed, found
from frontdesk.tools.mcp.label import label
from frontdesk.tools.tool import Tool

# What decides which tools a server has.
REACHED_BY = {"url", "command", "headers", "env"}

TAKEN = "the agent has another tool of that name"

# Python code may make an agent with other servers for each call, and a server other tools each time.
MAX_SERVERS = 1000
MAX_WARNINGS = 1000


class MCPServers:
    """The servers that were asked for their tools, and again with every call that connects to them.

    A server that is down is a warning: it is asked again when the next call begins, and the calls after
    that have its tools.
    """

    def __init__(self) -> None:
        self._listed: dict[str, Sequence[Listed]] = {}
        self._found: dict[str, Sequence[Found]] = {}
        self._warned: set[str] = set()

    def look(self, agents: Iterable[AgentConfig], tools: Mapping[str, Sequence[Tool]]) -> None:
        """Ask the servers that were not asked before, all at once; it blocks for some seconds at most.

        `tools` are, by agent_id, the other tools of the agents. It needs a thread without an event loop.
        """
        agents = list(agents)
        servers = {_key(server): server for agent in agents for server in agent.mcp}
        new = {key: server for key, server in servers.items() if key not in self._found}
        if new:
            from frontdesk.tools.mcp.listing import list_all  # pipecat's client takes a while to import

            for server, listed in zip(new.values(), asyncio.run(list_all(new.values())), strict=True):
                self._learn(server, listed)
        for agent in agents:
            self._usable(agent, tools.get(agent.agent_id, ()))  # which warns of what cannot be used

    @asynccontextmanager
    async def connected(self, agent: AgentConfig, own: Sequence[Tool]) -> AsyncIterator[Sequence[Tool]]:
        """The tools of an agent for one call: its `own`, and those of its servers.

        The servers are connected meanwhile and let go of at the end; nobody waits for them to be there.
        """
        if not agent.mcp:
            yield own
            return
        from frontdesk.tools.mcp.link import Link

        links = [Link(server, partial(self._learn, server)) for server in agent.mcp]
        try:
            usable = self._usable(agent, own)
            more = [link.tool(tool) for link, tools in zip(links, usable, strict=True) for tool in tools]
            yield [*own, *more]
        finally:
            await asyncio.gather(*(link.close() for link in links))

    def _learn(self, server: MCPServerConfig, listed: Sequence[Listed]) -> None:
        key = _key(server)
        if listed == self._listed.get(key):
            return
        if listed:
            logger.info(f"MCP server {label(server)} has {', '.join(tool.name for tool in listed)}")
        self._found[key] = [found(tool) for tool in listed]
        self._listed[key] = listed
        while len(self._found) > MAX_SERVERS:
            oldest = next(iter(self._found))
            del self._found[oldest], self._listed[oldest]

    def _usable(self, agent: AgentConfig, own: Sequence[Tool]) -> list[list[Found]]:
        """What the agent may and can use of each of its servers."""
        names = {tool.name for tool in own}
        return [self._of(server, names) for server in agent.mcp]

    def _of(self, server: MCPServerConfig, names: set[str]) -> list[Found]:
        """The same of one server; its tools join the `names` that are taken."""
        there = self._found.get(_key(server), ())
        self._miss(server, there)
        usable = []
        for tool in there:
            if server.tools is not None and tool.name not in server.tools:
                continue
            if fault := tool.fault or (TAKEN if tool.name in names else ""):
                self._warn(server, f"its tool {tool.name[:64]!r} is left out: {fault}")
                continue
            names.add(tool.name)
            usable.append(tool)
        return usable

    def _miss(self, server: MCPServerConfig, there: Sequence[Found]) -> None:
        """Warn of what the agent file names and a server that is up does not have."""
        names = {tool.name for tool in there}
        for key, listed in (("tools", server.tools), ("changes_world", server.changes_world)):
            for name in dict.fromkeys(listed or ()):
                if there and name not in names:
                    self._warn(server, f"`{key}` names {name!r}, which it does not have")

    def _warn(self, server: MCPServerConfig, words: str) -> None:
        """Tell it once, and not with every call."""
        warning = f"MCP server {label(server)}: {words}"
        if warning not in self._warned and len(self._warned) < MAX_WARNINGS:
            self._warned.add(warning)
            logger.warning(warning)


def _key(server: MCPServerConfig) -> str:
    return server.model_dump_json(include=REACHED_BY)


# Agents from Python have a house for each call; what their servers have is known to the whole process.
SERVERS = MCPServers()
