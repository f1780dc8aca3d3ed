"""The bot as a process of its own, on a free port of this machine."""

import asyncio
import contextlib
import os
import re
import signal
import socket
import sys
from pathlib import Path
from types import TracebackType

from frontdesk.simulator.errors import BotFailed

READY_WITHIN_S = 60.0
STOP_WITHIN_S = 10.0
LOG_LINES = 15
FORCE = signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL


class BotProcess:
    """`bot.py` of `folder`, started on entering and stopped, with its children, on leaving.

    Raises BotFailed on entering when it does not answer `GET /status` in time; its output goes to `log`.
    """

    def __init__(self, folder: Path, log: Path, ready_within: float = READY_WITHIN_S):
        self.log = log
        self._folder = folder
        self._ready_within = ready_within
        self._port = _free_port()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self._port}/ws"

    async def __aenter__(self) -> "BotProcess":
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "bot.py", "--host", "127.0.0.1", "--port", str(self._port)),
                cwd=self._folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            await self._ready()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _ready(self) -> None:
        assert self._process
        try:
            async with asyncio.timeout(self._ready_within):
                while not await _answers(self._port):
                    if self._process.returncode is not None:
                        raise BotFailed(self._why(f"bot.py ended with exit code {self._process.returncode}"))
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise BotFailed(self._why(f"bot.py was not ready within {self._ready_within:g} s")) from None

    def _why(self, what: str) -> str:
        return f"{what}; {log_end(self.log)}"

    async def _stop(self) -> None:
        if not (process := self._process):
            return
        try:
            if process.returncode is None:
                _signal_all(process.pid, signal.SIGTERM)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
        finally:
            # Whatever it has started and left behind, and itself when it did not end, or Ctrl-C came twice.
            _signal_all(process.pid, FORCE)
        await process.wait()


def _signal_all(pid: int, number: int) -> None:
    """Send a signal to a process and, where there are process groups, to its children."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            os.kill(pid, number)
        else:
            os.killpg(pid, number)


def log_end(log: Path) -> str:
    """The last lines of a log, to be shown with an error."""
    lines = log.read_text(errors="replace").splitlines()[-LOG_LINES:]
    return "\n".join([f"the bot's log {log} ends with:", *lines])


def stand_ins(log: Path) -> list[str]:
    """Which engine stands in for which vendor, as the bot has announced it, each once."""
    found = [line for line in log.read_text(errors="replace").splitlines() if " stands in for " in line]
    texts = [part.strip() for line in found for part in re.split(r"Agent \S+: ", line)[-1].split(";")]
    return [text for text in dict.fromkeys(texts) if " stands in for " in text]


def find_bot() -> Path:
    """The folder of `bot.py`: the current one, else the project's. Raises BotFailed."""
    project = Path(__file__).parents[2]
    for folder in (Path.cwd(), project):
        if (folder / "bot.py").is_file():
            return folder
    raise BotFailed(f"no bot.py in {Path.cwd()} or {project}: change to its folder, or give the URL of a bot")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _answers(port: int) -> bool:
    """Whether `GET /status` is answered with 200."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    try:
        writer.write(b"GET /status HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        status = await asyncio.wait_for(reader.readline(), 5.0)
        return b" 200 " in status
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()
