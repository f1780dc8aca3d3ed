"""Asking servers for their tools, outside of a call."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from loguru import logger

from frontdesk.agent import MCPServerConfig
from frontdesk.tools.mcp.connection import CLOSE_TIMEOUT_S, CONNECT_TIMEOUT_S, Connection
from frontdesk.tools.mcp.found import Listed
from frontdesk.tools.mcp.label import label, reason
from frontdesk.tools.scrub import scrubbed

# How much of what a command complains of is shown, in characters.
MAX_COMPLAINT = 2000


async def list_all(servers: Iterable[MCPServerConfig]) -> list[list[Listed]]:
    """The tools of servers, asked all at once, in an event loop of its own; none of one that is down."""
    listed = await asyncio.gather(*map(_listed, servers))
    # A server that was given up is still being stopped, which would be broken off with the loop.
    if stopping := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(stopping, timeout=CLOSE_TIMEOUT_S)
    return listed


async def _listed(server: MCPServerConfig) -> list[Listed]:
    with TemporaryDirectory() as folder:
        complaints = Path(folder) / "stderr"
        connection = Connection(server, str(complaints))
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                return await connection.listed()
        except Exception as error:  # a server may fail in any way; calls go on without it
            logger.warning(
                f"MCP server {label(server)}: {reason(error, server)}; its tools are not there yet"
            )
            _show(complaints, server)
            return []
        finally:
            await connection.stop()


def _show(complaints: Path, server: MCPServerConfig) -> None:
    if complaints.exists() and (text := complaints.read_text(errors="replace").strip()):
        logger.debug(f"MCP server {label(server)} wrote: {scrubbed(text, server.secrets)[-MAX_COMPLAINT:]}")
