"""One host process: started on a free port, waited for, stopped."""

import asyncio
import os
import re
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp

READY_TIMEOUT_S = 90.0
STOP_TIMEOUT_S = 20.0
INHERITED = ("PATH", "LD_LIBRARY_PATH", "LANG", "TMPDIR", "SYSTEMROOT")


class Host(str):
    """The base URL of a running host, with its process, its log and how long it took to start (s)."""

    process: asyncio.subprocess.Process
    log_file: Path
    startup_s: float

    @property
    def websocket_url(self) -> str:
        """Where a carrier's media stream connects."""
        return f"{self.replace('http', 'ws', 1)}/ws"

    def log(self) -> str:
        """All that the process wrote so far, both streams."""
        return self.log_file.read_text(errors="replace")


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(folder: Path, env: Mapping[str, str]) -> dict[str, str]:
    """`env` over nothing of this machine's but its search paths: no key and no home of the developer."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, "HOME": str(folder), "FRONTDESK_DATA_DIR": str(folder / "data"), **env}


@asynccontextmanager
async def serve(
    command: Sequence[str], *, cwd: Path, port: int, ready: str, env: Mapping[str, str]
) -> AsyncIterator[Host]:
    """Run `command` until the block ends; enters when `GET ready` is 200.

    Raises RuntimeError when the process ends first, TimeoutError when it is never ready, both with the
    end of the log.
    """
    with tempfile.TemporaryDirectory(prefix="frontdesk-host-") as folder:
        log_file = Path(folder, "log")
        host = Host(f"http://127.0.0.1:{port}")
        host.log_file = log_file
        started = time.monotonic()
        host.process = await _start(command, cwd, clean_environment(Path(folder), env), log_file)
        try:
            await _wait_until_ready(host, ready)
            host.startup_s = time.monotonic() - started
            yield host
            check_warnings(host.log())
        except BaseException:
            print(f"The host's log:\n{host.log()}")
            raise
        finally:
            await stop(host.process)


def check_warnings(log: str) -> None:
    """No DeprecationWarning may come from a line of ours, in this process or another."""
    ours = re.compile(r"^(?!.*site-packages).*(frontdesk/|bot\.py).*DeprecationWarning.*$", re.MULTILINE)
    assert not (found := ours.findall(log)), f"deprecated: {found}"


async def _start(
    command: Sequence[str], cwd: Path, env: Mapping[str, str], log_file: Path
) -> asyncio.subprocess.Process:
    log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        return await asyncio.create_subprocess_exec(*command, cwd=cwd, env=env, stdout=log, stderr=log)
    finally:
        os.close(log)


async def _wait_until_ready(host: Host, path: str) -> None:
    answer = "no answer"
    deadline = time.monotonic() + READY_TIMEOUT_S
    async with aiohttp.ClientSession(headers={"Connection": "close"}) as session:
        while time.monotonic() < deadline:
            if host.process.returncode is not None:
                raise RuntimeError(f"the host ended with {host.process.returncode}:\n{host.log()[-4000:]}")
            with suppress(aiohttp.ClientError):
                async with session.get(f"{host}{path}") as response:
                    answer = f"{response.status} {await response.text()}"
                    if response.status == 200:
                        return
            await asyncio.sleep(0.02)
    raise TimeoutError(f"not ready within {READY_TIMEOUT_S:g} s: {answer}\n{host.log()[-4000:]}")


async def stop(process: asyncio.subprocess.Process) -> None:
    """SIGTERM, then SIGKILL when that is not heeded."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
