"""The command that starts an MCP server: what of it may be shown, and whether its program is there."""

import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from os.path import basename

from frontdesk.agent import AgentConfig
from frontdesk.agent.document import KeyPath

# Programs that run another one, and the words that may stand between the two.
_RUNNERS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("python", "node", "npx", "uvx", "bunx"), ()),
    **dict.fromkeys(("uv", "pipx", "bun", "deno"), ("run",)),
}

# Their options without a value: what follows any other may be its value, which may be a secret.
_FLAGS = {
    *("-m", "-u", "-P", "-I", "-E", "-s", "-B", "-O", "-q", "-y", "-A"),
    *("--yes", "--quiet", "--offline", "--isolated", "--frozen", "--locked", "--module", "--script"),
    *("--no-cache", "--no-project", "--no-warnings"),
}

# A file, a module or a package with its version; no address, and no code.
_RUNNABLE = re.compile(r"[\w@./+~-]+(\[[\w,-]+\])?(==[\w.]+)?")


def words_of(command: str) -> list[str]:
    """The words of a command line, as a shell reads them; of one with a quote left open, as they stand."""
    try:
        return shlex.split(command) or [""]
    except ValueError:
        return command.split() or [""]


def shown(command: str) -> list[str]:
    """Its program and, where that runs another one, which: names without folders."""
    return _told_apart(command)[0]


def arguments(command: str) -> list[str]:
    """The values behind what may be shown; of `--key=value` the value."""
    words = [word.partition("=")[2] if word.startswith("-") else word for word in _told_apart(command)[1]]
    return [word for word in words if word]


def command_warnings(agent: AgentConfig, environ: Mapping[str, str]) -> Iterator[tuple[KeyPath, str]]:
    """The programs of an agent's servers that are not there: where, and what; nothing is started."""
    for number, server in enumerate(agent.mcp):
        if server.command is None:
            continue
        program = words_of(server.command)[0]
        path = server.env.get("PATH") or environ.get("PATH")
        if shutil.which(program, path=path) is None:
            where = "in that folder" if basename(program) != program else "on PATH"
            message = f"{basename(program)!r} is not found {where}: the server cannot be started"
            yield ("mcp", number, "command"), message


def _told_apart(command: str) -> tuple[list[str], list[str]]:
    """The words that may be shown, and the rest."""
    program, *rest = words_of(command)
    told = [basename(program) or program]
    between = _RUNNERS.get(told[0].rstrip("0123456789."))
    if between is None:
        return told, rest
    for number, word in enumerate(rest):
        if word in between:
            told.append(word)
        elif word not in _FLAGS:
            runs = not word.startswith("-") and _RUNNABLE.fullmatch(word)
            return ([*told, basename(word)], rest[number + 1 :]) if runs else (told, rest[number:])
    return told, []
