"""Asking servers for their tools, outside of a call."""

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from loguru import logger

from frontdesk.agent import MCPServerConfig
from frontdesk.tools.mcp.connection import CLOSE_TIMEOUT_S, CONNECT_TIMEOUT_S, Connection, lost
from frontdesk.tools.mcp.found import Listed
from frontdesk.tools.mcp.label import label, last_words, reason
from frontdesk.tools.scrub import scrubbed

# How much of what a command complains of is shown, in characters.
MAX_COMPLAINT = 2000

# How much of it is read, in bytes.
MAX_READ = 64 * 1024


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
            written = _written(complaints)
            why = (last_words(written, server) if lost(error) else "") or reason(error, server)
            logger.warning(f"MCP server {label(server)}: {why}; its tools are not there yet")
            if written:
                shown = scrubbed(written, server.secrets)[-MAX_COMPLAINT:]
                logger.debug(f"MCP server {label(server)} wrote: {shown}")
            return []
        finally:
            await connection.stop()


def _written(complaints: Path) -> str:
    """The end of what a command wrote to standard error, without what the shell puts in front of its own."""
    if not complaints.exists():
        return ""
    with complaints.open("rb") as file:
        file.seek(max(0, complaints.stat().st_size - MAX_READ))
        written = file.read().decode(errors="replace").strip()
    return re.sub(rf"{re.escape(str(complaints))}: (line )?\d+: ", "", written)
