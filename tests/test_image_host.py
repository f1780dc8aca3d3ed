"""The replica of the image's host keeps the contract that it stands for."""

import asyncio
import base64
import json
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.host.image import HOST_FILES
from tests.host.process import Host, free_port, serve

BOT = '''
"""A bot that says what it was handed."""

import asyncio
from pathlib import Path

from loguru import logger
from pipecat.runner.types import DailyRunnerArguments, WebSocketRunnerArguments

logger.add("bot.log")


async def bot(args):
    print("HANDED", type(args).__name__, args.session_id, args.body, flush=True)
    if isinstance(args, DailyRunnerArguments):
        print("ROOM", args.room_url, args.token, flush=True)
    elif isinstance(args, WebSocketRunnerArguments):
        await args.websocket.send_text(await args.websocket.receive_text())
    elif args.body.get("fail"):
        raise ValueError("a secret reason")


def readyz():
    return {"ready": Path("ready").exists(), "problems": ["models are loading"]}
'''


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    """The host beside that bot, live but not yet ready."""
    for name in HOST_FILES:
        shutil.copy(Path(__file__).parent / "host" / name, tmp_path)
    (tmp_path / "bot.py").write_text(BOT)
    port = free_port()
    env = {"HOST": "127.0.0.1", "PORT": str(port), "SHUTDOWN_TIMEOUT": "10"}
    command = [sys.executable, "app.py"]
    async with serve(command, cwd=tmp_path, port=port, ready="/livez", env=env) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Connection": "close"}) as session:
        yield session


async def test_readiness_is_the_bots_own(host: Host, http: aiohttp.ClientSession, tmp_path: Path) -> None:
    async with http.get(f"{host}/readyz") as response:
        assert response.status == 503
        assert await response.json() == {"ready": False, "problems": ["models are loading"]}
    (tmp_path / "ready").touch()
    async with http.get(f"{host}/readyz") as response:
        assert response.status == 200


async def test_a_daily_room_reaches_the_bot(host: Host, http: aiohttp.ClientSession) -> None:
    headers = {"x-daily-room-url": "https://d/r", "x-daily-room-token": "t", "x-daily-session-id": "s1"}
    async with http.post(f"{host}/bot", json={"agent": "a"}, headers=headers) as response:
        assert response.status == 200
    assert "HANDED DailySessionArguments s1 {'agent': 'a'}" in host.log()
    assert "ROOM https://d/r t" in host.log()


async def test_a_session_without_a_room_has_no_transport(host: Host, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{host}/bot", json={}) as response:
        assert response.status == 200
    assert "HANDED PipecatSessionArguments None {}" in host.log()


async def test_an_exception_out_of_the_bot_is_one_line(host: Host, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{host}/bot", json={"fail": True}) as response:
        assert response.status == 200
    assert "Exception running bot(): a secret reason" in host.log()
    assert "Traceback" not in host.log()


async def test_a_websocket_comes_accepted_and_unread_with_its_body(
    host: Host, http: aiohttp.ClientSession
) -> None:
    body = base64.b64encode(json.dumps({"agent": "a"}).encode()).decode()
    async with http.ws_connect(host.websocket_url, params={"body": body}) as ws:
        await ws.send_str("first words")
        assert await ws.receive_str(timeout=10) == "first words"
    assert "HANDED WebSocketSessionArguments None {'agent': 'a'}" in host.log()


async def test_a_body_that_cannot_be_read_is_none(host: Host, http: aiohttp.ClientSession) -> None:
    async with http.ws_connect(host.websocket_url, params={"body": "e30x!"}) as ws:
        await ws.send_str("hello")
        assert await ws.receive_str(timeout=10) == "hello"
    assert "HANDED WebSocketSessionArguments None None" in host.log()


async def test_an_open_session_is_finished_before_the_host_ends(
    host: Host, http: aiohttp.ClientSession
) -> None:
    async with http.ws_connect(host.websocket_url) as ws:
        host.process.terminate()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await host.process.wait()
        await ws.send_str("still here")
        assert await ws.receive_str(timeout=10) == "still here"
    async with asyncio.timeout(10):
        await host.process.wait()


async def test_log_sinks_that_the_bot_added_while_it_was_imported_are_gone(
    host: Host, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    async with http.post(f"{host}/bot", json={"fail": True}):
        pass
    assert "Exception running bot()" not in (tmp_path / "bot.log").read_text()
