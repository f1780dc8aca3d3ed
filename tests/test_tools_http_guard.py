"""An HTTP tool reaches the internet, and nothing of the network that the bot is in."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from frontdesk.agent import HTTPToolConfig
from frontdesk.tools.http import http_tool
from frontdesk.tools.http.guard import is_public
from tests.desk import desk_of
from tests.service import serving

Resolve = Callable[..., Any]

PUBLIC = [
    "93.184.215.14",
    "8.8.8.8",
    "2606:2800:21f::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]
PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255",
    "168.63.129.16",
    "::1",
    "::",
    "::7f00:1",
    "fe80::1",
    "fe80::1%1",
    "fec0::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2001:0:1::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_the_rest_is_not(address: str) -> None:
    assert not is_public(address)


async def asked(url: str, **keys: Any) -> dict[str, Any]:
    """What the LLM is told by a tool with this address."""
    desk = desk_of([http_tool("look", HTTPToolConfig(description="d", url=url, **keys))])
    try:
        return await desk.use("look")
    finally:
        await desk.toolbox.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0", "[::1]"])
async def test_nothing_connects_to_this_machine_however_it_is_written(host: str) -> None:
    arrived = []

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(1)
        writer.close()

    family = "::1" if ":" in host else "127.0.0.1"
    async with await asyncio.start_server(take, family, 0) as server:
        port = server.sockets[0].getsockname()[1]
        told = await asked(f"http://{host}:{port}/")
    assert told == {"error": "the service behind look cannot be reached"}
    assert not arrived


async def test_the_log_says_what_would_allow_it(logged: list[str]) -> None:
    await asked("http://localhost:1/secret?key=value")
    [line] = [line for line in logged if line.startswith("WARNING")]
    assert "HTTP tool look" in line and "`allow_private: true` allows it" in line
    assert "secret" not in line and "value" not in line


async def test_every_address_of_a_name_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = socket.getaddrinfo
    places: list[str] = []

    def fake(host: str, *arguments: Any, **keys: Any) -> list[Any]:
        if host != "rebound.example":
            return resolve(host, *arguments, **keys)
        kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
        return [(*kind, (place, port)) for place in places]

    monkeypatch.setattr(socket, "getaddrinfo", fake)
    async with serving(lambda _: web.json_response({"found": True})) as service:
        port = int(service.url.rpartition(":")[2])
        places[:] = ["10.255.255.1", "127.0.0.1"]
        assert "cannot be reached" in (await asked(f"http://rebound.example:{port}/"))["error"]
        assert not service.asked
        # The name is known here: it is the guard that stands in the way, and nothing else.
        places[:] = ["127.0.0.1"]
        assert await asked(f"http://rebound.example:{port}/", allow_private=True) == {"found": True}


async def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(lambda _: web.json_response({})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert "cannot be reached" in (await asked("http://localhost:1/"))["error"]
        assert not proxy.asked
