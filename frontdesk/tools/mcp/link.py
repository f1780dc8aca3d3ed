"""An MCP server during one call."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from loguru import logger
from mcp import MCPError

from frontdesk.agent import MCPServerConfig
from frontdesk.errors import ToolError, Unsure
from frontdesk.tools.context import ToolContext
from frontdesk.tools.mcp.connection import CONNECT_TIMEOUT_S, Connection, lost
from frontdesk.tools.mcp.found import Found, Listed
from frontdesk.tools.mcp.label import label, reason
from frontdesk.tools.mcp.reply import refusal, told
from frontdesk.tools.options import ToolOptions
from frontdesk.tools.tool import Tool

# The part of a tool's time limit that it waits for the connection.
WAITING_SHARE = 0.5

# Where the server finds the key that is the same for the same use: in `_meta`, under a name of our own.
IDEMPOTENCY_KEY = "frontdesk/idempotency-key"


class Link:
    """The connection of one call to a server, begun when it is made; `learn` is told the tools it has."""

    def __init__(self, server: MCPServerConfig, learn: Callable[[Sequence[Listed]], None]):
        self._server = server
        self._connection = Connection(server)
        self._beginning = asyncio.create_task(self._begin(learn), name=f"mcp {label(server)}")

    def tool(self, found: Found) -> Tool:
        """A tool of the server for this call."""
        changes_world = found.name in self._server.changes_world
        options = ToolOptions(
            changes_world=changes_world,
            time_limit=self._server.timeout,
            say_while_waiting=self._server.say_while_waiting,
        )
        run = partial(self._run, found.name, changes_world)
        return Tool(found.name, found.description, found.parameters, found.check, run, options)

    async def close(self) -> None:
        """The call is over."""
        self._beginning.cancel()
        await asyncio.gather(self._beginning, return_exceptions=True)
        await self._connection.stop()

    async def _begin(self, learn: Callable[[Sequence[Listed]], None]) -> None:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                listed = await self._connection.listed()
            # In a thread: looking at many schemas takes a while, and the caller is listening.
            await asyncio.to_thread(learn, listed)
        except Exception as error:  # a server may fail in any way; the call goes on without it
            logger.warning(f"MCP server {label(self._server)}: {reason(error, self._server)}")

    async def _run(
        self, name: str, changes_world: bool, context: ToolContext, arguments: dict[str, Any]
    ) -> dict[str, Any]:
        await self._connect(name)
        meta = {IDEMPOTENCY_KEY: context.idempotency_key} if changes_world else {}
        try:
            result = await self._connection.use(name, arguments, meta)
        except MCPError as error:
            if lost(error):
                raise self._broken(name, changes_world) from None
            raise ToolError(refusal(error.message, self._server.secrets)) from None
        except Exception as error:  # whatever the transport raises, nobody knows what became of it
            logger.debug(f"MCP server {label(self._server)}: {type(error).__name__}")
            raise self._broken(name, changes_world) from None
        return told(result, self._server.secrets)

    async def _connect(self, name: str) -> None:
        try:
            async with asyncio.timeout(self._server.timeout * WAITING_SHARE):
                await self._connection.start()
        except Exception as error:  # a server may fail in any way
            logger.warning(f"MCP server {label(self._server)}: {reason(error, self._server)}")
            raise ToolError(f"the service that {name} needs cannot be reached now") from None

    def _broken(self, name: str, changes_world: bool) -> Exception:
        words = f"the connection to the service broke while {name} was at work"
        return Unsure(words) if changes_world else ToolError(words)
