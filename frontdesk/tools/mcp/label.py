"""What an MCP server is called in messages, and why it cannot be used."""

import re
from urllib.parse import urlsplit

from frontdesk.agent import MCPServerConfig
from frontdesk.agent.secrets import MIN_LENGTH
from frontdesk.tools.mcp.command import arguments, shown
from frontdesk.tools.scrub import scrubbed

MAX_WORDS = 100
MAX_LAST_WORDS = 200

# A line that names an error, behind which a program may write where it happened.
_ERROR = re.compile(r"\s*\w*(error|exception)\b.*:", re.IGNORECASE)


def label(server: MCPServerConfig) -> str:
    """The host, or the program of the command and what it runs: no path, query or argument behind it."""
    if server.url:
        return urlsplit(server.url).hostname or ""
    program, *runs = shown(server.command or "")
    return " ".join([program, *(scrubbed(word, server.secrets) for word in runs)])


def reason(error: BaseException, server: MCPServerConfig) -> str:
    """Why a server cannot be used, without its address or a secret."""
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    # Of the MCP package's own errors the words are the server's or fixed; others may quote an address.
    message = getattr(error, "message", None)
    said = message if isinstance(message, str) else type(error).__name__
    return " ".join(scrubbed(said, server.secrets).split())[:MAX_WORDS]


def last_words(written: str, server: MCPServerConfig) -> str:
    """Of what a command wrote to standard error before it ended, the line that says why, without a secret."""
    lines = [line for line in written.splitlines() if line.strip()]
    errors = [line for line in lines if _ERROR.match(line)]
    values = [value for value in arguments(server.command or "") if len(value) >= MIN_LENGTH]
    line = scrubbed((errors or lines or [""])[-1], (*server.secrets, *values))
    return "".join(filter(str.isprintable, " ".join(line.split())))[:MAX_LAST_WORDS]
