"""Start-up: ready or the reasons why not, and what a caller gets meanwhile."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pipecat.runner.types import WebSocketRunnerArguments
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketState
from websockets.asyncio.client import connect

import bot as bot_module
from frontdesk import boot as boot_module
from frontdesk.agent import AgentConfig, Agents
from frontdesk.boot import Boot, load_house
from frontdesk.house import House
from frontdesk.scribe import Piece, Scribe
from frontdesk.services.choice import choose
from frontdesk.tools.assembly import tools_of
from tests import carriers
from tests.host.dockerfile import ROOT
from tests.host.image import image_host
from tests.host.local import local_host
from tests.host.process import Host, clean_environment
from tests.records import wait_for_records
from tests.test_call_handshake import first_audio
from tests.vendors import KEYS, change_agent, copy_agents

# What has no place in a process whose agents do not use it.
VENDORS = ("openai", "deepgram", "cartesia", "anthropic", "elevenlabs", "google.genai", "aiortc", "daily")
OURS = "| frontdesk."
MODULES_OF_A_BOT = """
import json, os, sys
import bot
imported = list(sys.modules)
assert bot.BOOT.succeeds(), bot.readyz()
print(json.dumps([imported, list(sys.modules), os.environ["ORT_DISABLE_TELEMETRY"]]))
"""


class Socket:
    """An accepted WebSocket whose other end opens a Twilio stream and then listens; what it is sent."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self._says = carriers.twilio()
        self.websocket = WebSocket({"type": "websocket"}, receive=self._receive, send=self._send)
        self.websocket.client_state = self.websocket.application_state = WebSocketState.CONNECTED

    async def _receive(self) -> Message:
        if not self._says:
            return {"type": "websocket.disconnect", "code": 1000}
        return {"type": "websocket.receive", "text": self._says.pop(0)}

    async def _send(self, message: Message) -> None:
        self.sent.append(message)

    async def call(self) -> None:
        """Hand the socket to bot() as a host does."""
        await bot_module.bot(WebSocketRunnerArguments(websocket=self.websocket))


@pytest.fixture
def agents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the agent files that the boot will find."""
    folder = copy_agents(tmp_path / "agents")
    monkeypatch.setenv("AGENTS_DIR", str(folder))
    return folder


def new_boot(monkeypatch: pytest.MonkeyPatch) -> Boot:
    """A boot that has not begun, in place of the process's own."""
    boot = Boot()
    monkeypatch.setattr(bot_module, "BOOT", boot)
    return boot


async def test_is_not_ready_and_says_so_until_all_is_loaded(
    agents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on = threading.Event()

    def slowly(environ: Mapping[str, str]) -> House:
        may_go_on.wait(10)
        return load_house(environ)

    monkeypatch.setattr(boot_module, "load_house", slowly)
    boot = new_boot(monkeypatch)
    boot.start()
    assert bot_module.readyz() == {"ready": False, "problems": ["models are still loading"]}
    caller = Socket()
    call = asyncio.create_task(caller.call())
    await asyncio.sleep(0)
    may_go_on.set()
    await boot.house()
    assert bot_module.readyz() == {"ready": True, "problems": []}
    await asyncio.wait_for(call, 10)
    [record] = await wait_for_records(Path(agents.parent, "data"))
    assert record["carrier"] == "twilio" and record["end_reason"] == "caller_hung_up"


async def test_a_caller_does_not_wait_for_ever_for_models(
    monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    monkeypatch.setattr(boot_module, "LOADING_TIMEOUT_S", 0.05)
    new_boot(monkeypatch)
    caller = Socket()
    await caller.call()
    assert [message["code"] for message in caller.sent] == [1013]
    assert [line for line in logged if line.startswith("ERROR")] == [
        "ERROR Call refused: models are still loading"
    ]
    [record] = await wait_for_records(Path(os.environ["FRONTDESK_DATA_DIR"]))
    assert record["end_reason"] == "failed" and "still loading" in record["errors"][0]["message"]


async def test_a_broken_configuration_is_told_whole_and_refuses_calls_in_one_line(
    agents: Path, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    change_agent(agents, {"timezone": "Mars/Olympus", "tools": {"fly": None}})
    boot = new_boot(monkeypatch)
    boot.start()
    assert not await asyncio.to_thread(boot.succeeds)
    state = bot_module.readyz()
    assert state["ready"] is False
    assert any("timezone" in problem for problem in state["problems"])
    assert any("fly" in problem for problem in state["problems"])
    logged.clear()
    caller = Socket()
    await caller.call()
    assert [message["code"] for message in caller.sent] == [1013]
    [line] = [line for line in logged if not line.startswith("INFO")]
    assert line.startswith("ERROR Call refused: ") and "Mars/Olympus" in line and "fly" in line


async def test_an_unforeseen_failure_at_start_up_is_a_reason_too(
    monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    def fails(environ: Mapping[str, str]) -> House:
        secret = "sk-of-a-customer"
        raise RuntimeError(f"the disk is gone after {len(secret)} bytes")

    monkeypatch.setattr(boot_module, "load_house", fails)
    boot = new_boot(monkeypatch)
    boot.start()
    assert not await asyncio.to_thread(boot.succeeds)
    assert bot_module.readyz()["problems"] == ["RuntimeError: the disk is gone after 16 bytes"]


async def get_readyz(host: Host) -> tuple[int, dict[str, Any]]:
    """Status and body of `GET /readyz` once nothing loads any more."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(30):
        while True:
            async with session.get(f"{host}/readyz") as response:
                body: dict[str, Any] = await response.json()
                if body["problems"] != ["models are still loading"]:
                    return response.status, body
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_the_image_without_keys_is_alive_but_not_ready_and_names_every_key(agents: Path) -> None:
    (agents / "appointments.script.yaml").unlink()
    async with image_host({"AGENTS_DIR": str(agents)}, ready="/livez") as host:
        status, body = await get_readyz(host)
        assert status == 503
        for key in ("OPENAI_API_KEY", "DEEPGRAM_API_KEY", "CARTESIA_API_KEY"):
            assert any(key in problem for problem in body["problems"])
        async with connect(host.websocket_url) as socket:
            await socket.wait_closed()
            assert socket.close_code == 1013
        assert host.log().count("Call refused") == 1


def run_python(*arguments: str, environ: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in the project with nothing of the developer's environment but search paths."""
    env = clean_environment(folder, {"PYTHONPATH": str(ROOT), **environ})
    assert not set(env) & set(KEYS)
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=60
    )


def test_starting_with_a_broken_agent_file_prints_the_problems_and_fails(
    agents: Path, tmp_path: Path
) -> None:
    change_agent(agents, {"timezone": "Mars/Olympus", "startmessage": "Hi"})
    environ = {"AGENTS_DIR": str(agents)}
    ended = run_python(str(ROOT / "bot.py"), "--port", "0", environ=environ, folder=tmp_path)
    assert ended.returncode == 1
    assert "Mars/Olympus" in ended.stderr and "start_message" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_process_loads_no_vendor_that_no_agent_uses(agents: Path, tmp_path: Path) -> None:
    ended = run_python("-c", MODULES_OF_A_BOT, environ={"AGENTS_DIR": str(agents)}, folder=tmp_path)
    assert ended.returncode == 0, ended.stderr
    imported, booted, telemetry_is_disabled = json.loads(ended.stdout.splitlines()[-1])
    services = {name.split(".")[2] for name in booted if name.startswith("pipecat.services.")}
    assert not services & set(VENDORS)
    for vendor in VENDORS:
        assert vendor not in booted, f"{vendor} was loaded"
    assert not [name for name in imported if name.startswith(("pipecat.services", "onnxruntime"))]
    assert "frontdesk.services.embedded.stt" in booted and "frontdesk.services.embedded.tts" in booted
    assert telemetry_is_disabled == "1"


@pytest.mark.parametrize(("environ", "asks"), [({}, False), ({"OPENAI_API_KEY": "x"}, True)])
def test_words_for_waiting_are_asked_for_where_somebody_can_make_them(
    environ: dict[str, str], asks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Piece] = []

    def write(_: Scribe, piece: Piece) -> Future[str]:
        asked.append(piece)
        return Future()

    monkeypatch.setattr(Scribe, "write", write)
    prompts, llm = {"quick_response": {"en": "Be kind."}}, {"utils": {"vendor": "openai"}}
    agent = AgentConfig(agent_id="x", prompts=prompts, llm=llm, tools={"get_weekday": None})
    agents, tools = Agents({"x": agent}, agent), {"x": tools_of(agent)}
    boot_module._write_ahead(House(agents, {"x": choose(agent, environ)}, tools, {}, environ))
    assert bool(asked) is asks


@pytest.mark.parametrize("kind", ["local", "image"])
async def test_log_lines_name_their_call_and_keep_to_the_level(
    kind: str, agents: Path, tmp_path: Path
) -> None:
    env = {
        "AGENTS_DIR": str(agents),
        "FRONTDESK_DATA_DIR": str(tmp_path / "data"),
        "FRONTDESK_LOG_LEVEL": "info",
    }
    opened = local_host(env) if kind == "local" else image_host(env, python=Path(sys.executable))
    async with opened as host:
        log_before = len(host.log())
        async with connect(host.websocket_url) as socket:
            for message in carriers.twilio(campaign="spring"):
                await socket.send(message)
            await first_audio(socket, "media")
        [record] = await wait_for_records(tmp_path / "data")
        async with asyncio.timeout(10):
            # The last line is written when the record already stands there.
            while len(ours := [line for line in host.log()[log_before:].splitlines() if OURS in line]) < 4:
                await asyncio.sleep(0.05)
        during = host.log()[log_before:].splitlines()
    for line in ours:
        assert f"[{record['id']}]" in line, line
    after_it_was_installed = during[during.index(ours[0]) :]
    assert not [line for line in after_it_was_installed if "| DEBUG" in line]
