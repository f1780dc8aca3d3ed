"""pipecat's MCP client, connected to one server."""

import asyncio
import logging
import os
import re
import sys
from contextlib import suppress
from typing import Any

from mcp import MCPError, StdioServerParameters
from mcp.client.session import ClientSession
from mcp.client.session_group import StreamableHttpParameters
from mcp.types import CallToolResult, PaginatedRequestParams
from pipecat.services.mcp_service import MCPClient, _is_connection_lost

from frontdesk.agent import MCPServerConfig
from frontdesk.tools.mcp.command import words_of
from frontdesk.tools.mcp.found import Listed

# How long a server may take to be reached, or started, and to tell its tools, in seconds.
CONNECT_TIMEOUT_S = 5.0

# The MCP package stops a server that does not go by itself within 6.5 seconds.
CLOSE_TIMEOUT_S = 7.0

# A server that tells its tools in more pieces than this is not asked for more.
MAX_PAGES = 20

# What servers, and the MCP package for them, say of a session that they do not know any more.
_SESSION_GONE = re.compile(r"session (not found|terminated|expired)", re.IGNORECASE)

# They write addresses with their queries, and whatever a server wrote that is no MCP.
for _name in ("mcp", "httpx2"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
# The MCP package's session logs under a name that others may have too.
logging.getLogger("client").addFilter(lambda record: record.module != "session")


class Connection(MCPClient):
    """One server; it is reached by `start`, and again by the next `use` after the connection broke.

    `complaints` is a file for what a command writes to standard error.
    """

    def __init__(self, server: MCPServerConfig, complaints: str = os.devnull):
        super().__init__(_parameters(server, complaints))

    async def listed(self) -> list[Listed]:
        """The tools of the server, which is connected first where it is not. Raises whatever goes wrong."""
        session = await self._open_session(as_owner=True)
        listed: list[Listed] = []
        cursor = None
        for _ in range(MAX_PAGES):
            page = await session.list_tools(params=PaginatedRequestParams(cursor=cursor))
            for tool in page.tools:
                about = tool.description or tool.title or tool.name
                listed.append(Listed(tool.name, about, tool.input_schema))
            if not (cursor := page.next_cursor):
                break
        return listed

    async def use(self, name: str, arguments: dict[str, Any], meta: dict[str, Any]) -> CallToolResult:
        """Use a tool. Raises MCPError where the server refuses, and whatever else goes wrong."""
        session = await self._open_session(as_owner=True)
        try:
            return await self._used(session, name, arguments, meta)
        except MCPError as error:
            if not _SESSION_GONE.search(error.message):
                raise
        # The server was started anew meanwhile: nothing was run, and it is only to be connected again.
        session = await self._open_session(as_owner=True)
        return await self._used(session, name, arguments, meta)

    async def stop(self) -> None:
        """Let go of the server, whatever state it is in."""
        with suppress(Exception):  # where it was broken before, whoever used it has been told
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self.close()

    async def _used(
        self, session: ClientSession, name: str, arguments: dict[str, Any], meta: dict[str, Any]
    ) -> CallToolResult:
        try:
            return await session.call_tool(name, arguments, meta=meta or None)  # type: ignore[arg-type]
        except Exception as error:
            if lost(error) or (isinstance(error, MCPError) and _SESSION_GONE.search(error.message)):
                with suppress(Exception):  # what broke it is raised below
                    await self._drop_session(session)
            raise

    async def _start_locked(self) -> None:
        await super()._start_locked()
        if self._session_task:
            self._session_task.add_done_callback(_seen)


def lost(error: BaseException) -> bool:
    """Whether the connection broke, so that nobody knows what the server did."""
    return _is_connection_lost(error)


def _seen(task: "asyncio.Task[Any]") -> None:
    """Look at how a connection ended, which asyncio would write into the log if nobody did."""
    if not task.cancelled():
        task.exception()


def _parameters(server: MCPServerConfig, complaints: str) -> StdioServerParameters | StreamableHttpParameters:
    if server.url:
        return StreamableHttpParameters(
            url=server.url, headers=dict(server.headers), timeout=CONNECT_TIMEOUT_S
        )
    words = words_of(server.command or "")
    if sys.platform != "win32":
        # Standard error of a server would go into the log of the bot as it is.
        words = ["sh", "-c", 'exec "$@" 2>"$0"', complaints, *words]
    return StdioServerParameters(command=words[0], args=words[1:], env=dict(server.env))
