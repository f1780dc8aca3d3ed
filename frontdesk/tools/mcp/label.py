"""What an MCP server is called in messages, and why it cannot be used."""

import shlex
from urllib.parse import urlsplit

from frontdesk.agent import MCPServerConfig
from frontdesk.tools.scrub import scrubbed

MAX_WORDS = 100


def label(server: MCPServerConfig) -> str:
    """The host, or the first word of the command: no path, query or argument, which may hold a secret."""
    return urlsplit(server.url).hostname or "" if server.url else words_of(server.command or "")[0]


def words_of(command: str) -> list[str]:
    """The words of a command line, as a shell reads them; of one with a quote left open, as they stand."""
    try:
        return shlex.split(command) or [""]
    except ValueError:
        return command.split() or [""]


def reason(error: BaseException, server: MCPServerConfig) -> str:
    """Why a server cannot be used, without its address or a secret."""
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    # Of the MCP package's own errors the words are the server's or fixed; others may quote an address.
    message = getattr(error, "message", None)
    said = message if isinstance(message, str) else type(error).__name__
    return " ".join(scrubbed(said, server.secrets).split())[:MAX_WORDS]
