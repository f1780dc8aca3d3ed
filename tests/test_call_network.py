"""Without keys a bot talks to nobody but its caller, and writes nowhere but where it is told to."""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncIterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from frontdesk.simulator import Phone
from tests.host.local import local_host
from tests.records import wait_for_records
from tests.vendors import copy_agents

POLL_S = 0.02
# How long after its first session onnxruntime has looked its vendor's telemetry host up, at the latest.
TELEMETRY_WITHIN_S = 16.0


class Watch:
    """Every address that this process's children were connected to, and what they listened on."""

    def __init__(self) -> None:
        self._root = psutil.Process()
        self.looks = 0
        self.peers: set[str] = set()
        self.bound: set[str] = set()

    def look(self) -> None:
        """Note what is open just now, TCP and UDP."""
        self.looks += 1
        for process in self._root.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                for connection in process.net_connections(kind="inet"):
                    if connection.raddr:
                        self.peers.add(connection.raddr.ip)
                    elif connection.laddr:
                        self.bound.add(connection.laddr.ip)


@contextlib.asynccontextmanager
async def watching() -> AsyncIterator[Watch]:
    """Look every 20 ms until the block ends."""
    watch = Watch()

    async def look_again_and_again() -> None:
        while True:
            watch.look()
            await asyncio.sleep(POLL_S)

    task = asyncio.create_task(look_again_and_again())
    try:
        yield watch
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own, in either family."""
    parsed = ipaddress.ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


def files_below(folder: Path) -> set[str]:
    """The files of a folder, hidden ones too."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
async def test_a_call_without_keys_connects_to_nobody_and_writes_only_its_data(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    data = tmp_path / "data"
    env = {
        "HOME": str(home),
        "AGENTS_DIR": str(copy_agents(tmp_path / "agents")),
        "FRONTDESK_DATA_DIR": str(data),
    }
    async with watching() as watch, local_host(env) as host:
        quiet_until = asyncio.get_running_loop().time() + TELEMETRY_WITHIN_S
        async with Phone.call(host.websocket_url) as phone:
            greeting = await phone.hear()
            assert "Harbor Lane" in greeting.text
            await phone.say("I would like to book an appointment.")
            await phone.hear()
        await wait_for_records(data)
        await asyncio.sleep(max(0.0, quiet_until - asyncio.get_running_loop().time()))
        assert watch.looks > 100 and watch.peers, "nothing was watched"
        assert {address for address in watch.peers | watch.bound if not is_loopback(address)} == set()
    assert files_below(home) == set()
    assert {file.partition("/")[0] for file in files_below(data)} <= {"calls", "calendar.sqlite"}
