"""The laptop: pipecat's own runner, `python bot.py`, in the development environment."""

import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.host.dockerfile import copy_tree
from tests.host.process import Host, free_port, serve


@asynccontextmanager
async def local_host(
    env: Mapping[str, str] | None = None, arguments: Sequence[str] = (), bot: Path | None = None
) -> AsyncIterator[Host]:
    """`python bot.py --host 127.0.0.1 --port N` with further `arguments`; enters when /status is 200.

    It runs in a copy of the code, where no .env of the developer is found; `bot` takes the place of bot.py.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="frontdesk-local-") as folder:
        copy_tree(Path(folder))
        if bot is not None:
            shutil.copyfile(bot, Path(folder, "bot.py"))
        command = [sys.executable, "bot.py", "--host", "127.0.0.1", "--port", str(port), *arguments]
        async with serve(command, cwd=Path(folder), port=port, ready="/status", env=env or {}) as host:
            yield host
