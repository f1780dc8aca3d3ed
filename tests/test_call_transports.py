"""Calls that come over no carrier's stream: a client, a browser, the eval harness, a room, nothing."""

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from pipecatcloud.agent import DailySessionArguments

from frontdesk.transport import open_line
from tests.clients import Ear, Mouth, plain_client, webrtc_client
from tests.host.image import image_host
from tests.host.local import local_host
from tests.host.process import Host, free_port
from tests.vendors import change_agent, copy_agents

pytestmark = pytest.mark.asyncio(loop_scope="module")

GREETING = "Hello, this is Emma. How can I help you?"
SCENARIO = """
name: frontdesk
scenarios:
  - name: opening_hours
    turns:
      - expect:
          - event: llm_response
            text_contains: "this is Emma"
            within_ms: 15000
      - user: "I would like to book an appointment."
        expect:
          - event: llm_response
            text_contains: "?"
            within_ms: 15000
"""

Served = tuple[Host, Path]
Client = Callable[[str], AbstractAsyncContextManager[tuple[Mouth, Ear]]]


def environment(folder: Path) -> dict[str, str]:
    """Of a bot without keys whose greeting is short."""
    agents = copy_agents(folder / "agents")
    change_agent(agents, {"start_message": GREETING})
    return {"AGENTS_DIR": str(agents), "FRONTDESK_DATA_DIR": str(folder / "data")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def local(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """Pipecat's runner, and where the bot keeps its records."""
    folder = tmp_path_factory.mktemp("local")
    async with local_host(environment(folder)) as host:
        yield host, folder / "data"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def image(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The base image's host, in the development environment, and where the bot keeps its records."""
    folder = tmp_path_factory.mktemp("image")
    async with image_host(environment(folder), python=Path(sys.executable)) as host:
        yield host, folder / "data"


async def record_of(data: Path, carrier: str, within: float = 5.0) -> dict[str, Any]:
    """The record of the one call over `carrier`, taken away so that the next one is the only one again."""
    async with asyncio.timeout(within):
        while True:
            for file in data.glob("calls/*/record.json"):
                record: dict[str, Any] = json.loads(file.read_text())
                if record["carrier"] == carrier:
                    shutil.rmtree(file.parent)
                    return record
            await asyncio.sleep(0.02)


async def greeted_and_answered(client: AbstractAsyncContextManager[tuple[Mouth, Ear]]) -> None:
    """Hear the greeting, say what it is about, hear a question."""
    async with client as (mouth, ear):
        assert "this is Emma" in await ear.words()
        await mouth.say("I would like to book an appointment.")
        assert "day" in await ear.words()


async def start_session(host: Host, body: dict[str, Any], room: str | None = None) -> None:
    """What Pipecat Cloud does for `pipecat cloud agent start`; returns when the session is over."""
    headers = {"x-daily-session-id": "session-1"}
    if room:
        headers |= {"x-daily-room-url": room, "x-daily-room-token": "room-token"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{host}/bot", json=body, headers=headers) as response,
    ):
        assert response.status == 200, await response.text()


def check_conversation(record: dict[str, Any]) -> None:
    """What such a call leaves behind."""
    assert record["end_reason"] == "caller_hung_up" and record["errors"] == []
    roles = [turn["role"] for turn in record["transcript"]]
    assert roles[:3] == ["agent", "caller", "agent"]
    assert "appointment" in record["transcript"][1]["text"]


async def test_a_pipecat_client_talks_over_the_runners_socket_for_clients(local: Served) -> None:
    host, data = local
    await greeted_and_answered(plain_client(f"{host.websocket_url}-client"))
    check_conversation(await record_of(data, "websocket"))


async def test_a_browser_talks_to_the_runner(local: Served) -> None:
    host, data = local
    await greeted_and_answered(webrtc_client(host))
    check_conversation(await record_of(data, "webrtc"))


@pytest.mark.slow
async def test_the_image_serves_clients_and_browsers_while_a_room_cannot_be_reached(image: Served) -> None:
    host, data = image
    room = asyncio.create_task(
        start_session(host, {"campaign": "spring"}, f"https://127.0.0.1:{free_port()}/a")
    )
    await greeted_and_answered(plain_client(host.websocket_url))
    check_conversation(await record_of(data, "websocket"))
    async with webrtc_client(host) as (_, ear):
        assert "this is Emma" in await ear.words()
    assert (await record_of(data, "webrtc"))["end_reason"] == "caller_hung_up"
    await asyncio.wait_for(room, 30)
    record = await record_of(data, "daily")
    assert record["id"] == "session-1" and record["metadata"] == {"campaign": "spring"}
    assert record["end_reason"] == "vendor_failed" and record["errors"]
    assert "room-token" not in host.log()


async def test_a_session_without_a_transport_says_what_it_was_asked_for_and_ends(image: Served) -> None:
    host, data = image
    await asyncio.wait_for(start_session(host, {"dialout": {"to": "+15550003333"}, "campaign": "spring"}), 5)
    record = await record_of(data, "none")
    assert record["end_reason"] == "no_transport" and record["errors"] == []
    assert record["direction"] == "outbound" and record["metadata"] == {"campaign": "spring"}
    [line] = [line for line in host.log().splitlines() if "was asked for" in line]
    assert "['campaign', 'dialout']" in line and record["id"] in line


async def test_a_room_is_opened_with_its_token_and_the_call_that_was_put_through_to_it() -> None:
    settings = {"call_id": "c1", "call_domain": "d1", "From": "+15550002222", "To": "+15550001111"}
    body = {
        "dialin_settings": settings,
        "daily_api_key": "secret-key",
        "daily_api_url": "https://api.example/v1",
    }
    args = DailySessionArguments(
        session_id="s1", room_url="https://x.daily.co/a", token="room-token", body=body
    )
    line = await open_line(args)
    transport: Any = line.transport
    client = transport._client
    assert (client._room_url, client._token) == ("https://x.daily.co/a", "room-token")
    assert (client._params.dialin_settings.call_id, client._params.dialin_settings.call_domain) == (
        "c1",
        "d1",
    )
    assert (client._params.api_key, client._params.api_url) == ("secret-key", "https://api.example/v1")
    call = line.call
    assert (call.id, call.carrier, call.carrier_call_id) == ("s1", "daily", "c1")
    assert (call.from_number, call.to_number) == ("+15550002222", "+15550001111")
    assert "secret-key" not in repr(call)
    await transport.cleanup()


async def test_a_room_without_a_call_put_through_has_no_numbers() -> None:
    for body in ({}, None, {"dialin_settings": "x"}, {"dialin_settings": {"call_id": 1}}):
        args = DailySessionArguments(session_id=None, room_url="https://x.daily.co/a", token="t", body=body)
        line = await open_line(args)
        assert line.transport is not None and line.call.from_number is None
        transport: Any = line.transport
        await transport.cleanup()


async def test_the_eval_harness_runs_a_scenario_in_text(local: Served, tmp_path: Path) -> None:
    host, data = local
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(SCENARIO)
    command = [sys.executable, "-m", "pipecat.evals", "run", str(scenario), "--bot-url", host.websocket_url]
    harness = await asyncio.create_subprocess_exec(
        *command,
        *("--verbose", "--logs-dir", str(tmp_path)),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await asyncio.wait_for(harness.communicate(), 60)
    assert harness.returncode == 0, said.decode()
    record = await record_of(data, "eval")
    assert record["errors"] == []
    agent = [turn["text"] for turn in record["transcript"] if turn["role"] == "agent"]
    assert agent[0] == GREETING and "day" in agent[1]
