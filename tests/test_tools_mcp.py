"""Tools of MCP servers: a real server, by HTTP on loopback and as a command, up, down, hanging and gone."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from loguru import logger

from frontdesk.agent import AgentConfig, MCPServerConfig
from frontdesk.errors import WrongArguments
from frontdesk.tools import Tool
from frontdesk.tools.bounded import CUT, MAX_RESULT
from frontdesk.tools.mcp import MCPServers, link, listing
from frontdesk.tools.mcp.connection import CLOSE_TIMEOUT_S
from frontdesk.tools.mcp.found import Listed, found
from frontdesk.tools.mcp.label import label
from tests.desk import Desk, desk_of
from tests.fakes.mcp_server import COMMAND, Running, orders_server

BOUND_S = 10.0
PYTHON = Path(sys.executable).name
TOKEN = "tok-4711-abc"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
PARCEL = {"parcel": {"size": "small"}}
USABLE = [
    "look_up_order",
    "opening_hours",
    "pick_up",
    "cancel_order",
    "history",
    "surroundings",
    "crash",
]


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    """The server at a URL."""
    async with orders_server(TOKEN) as server:
        yield server


@pytest.fixture(params=["url", "command"])
async def server(request: pytest.FixtureRequest, running: Running) -> MCPServerConfig:
    """The server, reached in either way."""
    return by_command() if request.param == "command" else by_url(running)


@pytest.fixture
def debug() -> Iterator[list[str]]:
    """All log lines of this process."""
    lines: list[str] = []
    handler = logger.add(lambda line: lines.append(str(line)), level="TRACE", format="{level} {message}")
    yield lines
    logger.remove(handler)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a command takes longer to start than callers should wait."""
    monkeypatch.setattr(listing, "CONNECT_TIMEOUT_S", 30.0)
    monkeypatch.setattr(link, "CONNECT_TIMEOUT_S", 30.0)


def by_url(running: Running, **keys: Any) -> MCPServerConfig:
    return MCPServerConfig(url=running.url, headers=AUTHORIZED, **keys)


def by_command(**keys: Any) -> MCPServerConfig:
    return MCPServerConfig(command=COMMAND, env={"ORDERS_KEY": TOKEN}, timeout=60, **keys)


async def look(servers: MCPServers, *configs: MCPServerConfig, own: Sequence[Tool] = ()) -> AgentConfig:
    """An agent with these servers, which were asked as they are at boot."""
    agent = AgentConfig(mcp=[*configs])
    await asyncio.wait_for(asyncio.to_thread(servers.look, [agent], {agent.agent_id: own}), 2 * BOUND_S)
    return agent


@asynccontextmanager
async def calling(*configs: MCPServerConfig) -> AsyncIterator[Desk]:
    """A call of an agent with these servers, which were up at boot."""
    servers = MCPServers()
    agent = await look(servers, *configs)
    async with servers.connected(agent, ()) as tools:
        desk = desk_of([*tools])
        try:
            yield desk
        finally:
            await desk.toolbox.close()


async def test_an_agent_uses_the_tools_of_a_server(server: MCPServerConfig) -> None:
    async with calling(server) as desk:
        assert [*desk.toolbox.runner.tools] == USABLE
        order = await desk.use("look_up_order", number="1001")
        assert order == {"number": "1001", "status": "shipped"}
        hours = await desk.use("opening_hours")
        assert (hours["open"], hours["close"]) == ("9:00", "17:00") and "no text" in hours["note"]
        long = await desk.use("history")
        assert len(long["result"]) == MAX_RESULT and long["note"] == CUT
        failed = (await desk.answer("cancel_order", {"number": "1001"})).result
        assert failed.failed and "order 1001 has gone; [hidden]" in failed["error"]


async def test_the_llm_sees_parameters_without_references_and_wrong_ones_do_not_leave_the_house(
    running: Running,
) -> None:
    async with calling(by_url(running)) as desk:
        tool = desk.toolbox.runner.tools["pick_up"]
        assert "$ref" not in str(tool.parameters) and "Have a parcel" in tool.description
        assert tool.parameters["properties"]["parcel"]["properties"]["size"]["enum"] == ["small", "large"]
        wrong = await desk.use("pick_up", parcel={"size": "huge"})
        assert "parcel.size" in wrong["error"] and "small" in wrong["error"]
        assert "number" in (await desk.use("look_up_order"))["error"]
    assert not running.orders.picked


async def test_nothing_of_a_server_gets_into_the_log(
    server: MCPServerConfig,
    debug: list[str],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with calling(server) as desk:
        await desk.use("look_up_order", number="1001")
        await desk.use("cancel_order", number="1001")
        if server.command:
            await desk.use("surroundings")
    out, err = capfd.readouterr()
    for words in (TOKEN, "desk=7", "1001", "no MCP", "standard error"):
        assert words not in "".join(debug) and words not in caplog.text and words not in out + err


async def test_a_command_gets_its_own_environment_and_ends_with_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-others")
    async with calling(by_command()) as desk:
        told = await desk.use("surroundings")
        assert told["environ"]["ORDERS_KEY"] == "[hidden]" and "OPENAI_API_KEY" not in told["environ"]
        os.kill(told["pid"], 0)
    with pytest.raises(ProcessLookupError):
        os.kill(told["pid"], 0)


async def test_a_server_that_was_down_at_boot_has_its_tools_in_the_calls_after_it_came(
    running: Running, logged: list[str]
) -> None:
    await running.stop()
    servers, own = MCPServers(), [*desk_of({"end_call": None}).toolbox.runner.tools.values()]
    agent = await look(servers, by_url(running), own=own)
    assert [line for line in logged if line.startswith("WARNING MCP server 127.0.0.1: ")]
    await running.start()
    async with servers.connected(agent, own) as tools:
        assert [tool.name for tool in tools] == ["end_call"]
        async with asyncio.timeout(BOUND_S):
            while not any("127.0.0.1 has look_up_order" in line for line in logged):
                await asyncio.sleep(0.01)
    async with servers.connected(agent, own) as tools:
        assert [tool.name for tool in tools] == ["end_call", *USABLE]


async def test_a_server_that_refuses_is_no_obstacle(running: Running, logged: list[str]) -> None:
    refused = MCPServerConfig(url=running.url, headers={"Authorization": "Bearer wrong-one"})
    async with calling(refused, by_url(running)) as desk:
        assert [*desk.toolbox.runner.tools] == USABLE
    assert "wrong-one" not in str(logged) and "desk=7" not in str(logged)


@pytest.mark.parametrize(
    ("command", "label", "said"),
    [
        ("no-such-server --key 1234567", "no-such-server", "exec: no-such-server: not found"),
        (f"{sys.executable} no_such.py --key 1234567", f"{PYTHON} no_such.py", "No such file or directory"),
        (f"{sys.executable} -m no_such_module", f"{PYTHON} no_such_module", "No module named no_such_module"),
        (
            f"{sys.executable} -c 'raise SystemExit(\"no {TOKEN}, no --key=1234567\")' --key=1234567",
            PYTHON,
            "no [hidden], no",
        ),
        (f"{sys.executable} -c 'print(1)'", PYTHON, "Connection closed"),
    ],
)
async def test_a_command_that_does_not_start_says_why(
    command: str, label: str, said: str, debug: list[str]
) -> None:
    async with calling(MCPServerConfig(command=command, env={"ORDERS_KEY": TOKEN})) as desk:
        assert not desk.toolbox.runner.tools
    [warning] = [line for line in debug if line.startswith("WARNING") and "not there yet" in line]
    assert warning.startswith(f"WARNING MCP server {label}: ") and said in warning, warning
    assert "stderr" not in warning and len(warning) < 400
    assert TOKEN not in str(debug) and "1234567" not in warning


async def test_what_a_server_that_starts_writes_stays_out_of_the_log(debug: list[str]) -> None:
    code = "import sys; print('a word', file=sys.stderr, flush=True); sys.stdin.read()"
    server = MCPServerConfig(command=f'{sys.executable} -c "{code}"')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "CONNECT_TIMEOUT_S", 1.5)
        await look(MCPServers(), server)
    assert not [line for line in debug if "a word" in line and not line.startswith("DEBUG")]
    assert any("did not answer in time" in line for line in debug)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("python orders.py --key 1", "python orders.py"),
        ("/usr/bin/python3.11 -u /srv/orders.py x", "python3.11 orders.py"),
        ("python -m shop.orders", "python shop.orders"),
        ("npx -y @scope/orders /srv/files", "npx orders"),
        ("uvx some-server --flag", "uvx some-server"),
        ("uv run orders.py", "uv run orders.py"),
        ("/opt/orders --key 1", "orders"),
        ("orders s3cret", "orders"),
        ("npx --token abc orders", "npx"),
        ("python -c 'key = 1'", "python"),
        ("uv --offline run x", "uv run x"),
        ("uv --directory abc run x", "uv"),
        (f"uvx {TOKEN}-server", "uvx [hidden]-server"),
        ("node 'https://x.example/a.js?key=1'", "node"),
        ("python", "python"),
        ("'", "'"),
    ],
)
def test_a_server_is_called_by_its_program_and_what_that_runs(command: str, shown: str) -> None:
    assert label(MCPServerConfig(command=command, env={"KEY": TOKEN})) == shown


async def test_servers_that_hang_hold_the_boot_up_together_no_longer_than_one(
    running: Running, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, logged: list[str]
) -> None:
    monkeypatch.setattr(listing, "CONNECT_TIMEOUT_S", 1.5)
    sleeper = MCPServerConfig(command=f"sh -c 'echo $$ > {tmp_path}/pid; exec sleep 60'")
    async with orders_server() as hanging:
        hanging.orders.hanging = asyncio.Event()
        silent = [MCPServerConfig(url=f"{hanging.url}{n}") for n in range(8)]
        servers, began = MCPServers(), time.monotonic()
        agent = await look(servers, *silent, sleeper, by_url(running))
        assert time.monotonic() - began < 1.5 + CLOSE_TIMEOUT_S
        async with servers.connected(agent.model_copy(update={"mcp": agent.mcp[-1:]}), ()) as tools:
            assert [tool.name for tool in tools] == USABLE
    assert len([line for line in logged if "did not answer in time" in line]) == 9
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_a_server_that_hangs_in_a_call_costs_no_more_than_the_time_of_the_tool(
    running: Running,
) -> None:
    servers = MCPServers()
    agent = await look(servers, by_url(running, timeout=2, changes_world=["pick_up"]))
    running.orders.hanging = asyncio.Event()
    async with servers.connected(agent, ()) as tools:
        desk = desk_of([*tools])
        told = await asyncio.wait_for(desk.use("pick_up", **PARCEL), BOUND_S)
        assert "cannot be reached now" in told["error"] and "not known" not in told["error"]
        running.orders.hanging.set()
        running.orders.picking.set()
        assert await desk.use("pick_up", **PARCEL) == {"picked_up": True}


async def test_only_the_tools_that_are_allowed_and_usable_are_there(
    running: Running, logged: list[str]
) -> None:
    allowed = ["look_up_order", "bad.name", "pickup"]
    agent_file = by_url(running, tools=allowed, changes_world=["pickup"])
    own = [*desk_of({"end_call": None}).toolbox.runner.tools.values()]
    servers = MCPServers()
    agent = await look(servers, agent_file, by_url(running, tools=["look_up_order", "history"]), own=own)
    for _ in range(2):
        async with servers.connected(agent, own) as tools:
            assert [tool.name for tool in tools] == ["end_call", "look_up_order", "history"]
    warnings = [line.removeprefix("WARNING MCP server 127.0.0.1: ") for line in logged if "WARNING" in line]
    assert warnings == [
        "`tools` names 'pickup', which it does not have",
        "`changes_world` names 'pickup', which it does not have",
        "its tool 'bad.name' is left out: language models take only letters, digits, `_` and `-` as a name, "
        "64 at most",
        "its tool 'look_up_order' is left out: the agent has another tool of that name",
    ]


async def test_what_changes_the_world_has_a_key_and_is_done_although_the_caller_hangs_up(
    running: Running,
) -> None:
    server = by_url(running, changes_world=["pick_up"], say_while_waiting="One moment.")
    async with calling(server) as desk:
        using = asyncio.create_task(desk.use("pick_up", **PARCEL))
        await asyncio.wait_for(running.orders.begun.wait(), BOUND_S)
        using.cancel()  # barge-in, then the caller is gone
        running.orders.picking.set()
    [picked] = running.orders.picked
    assert picked["size"] == "small" and len(picked["key"]) > 10
    options = desk.toolbox.runner.tools["pick_up"].options
    assert options.changes_world and options.say_while_waiting == ("One moment.",)
    assert not desk.toolbox.runner.tools["history"].options.changes_world


async def test_a_server_that_dies_is_started_again_by_the_next_use() -> None:
    async with calling(by_command(changes_world=["crash"])) as desk:
        error = (await desk.use("crash"))["error"]
        assert "broke while crash was at work" in error and "not known" in error
        assert (await desk.use("look_up_order", number="1"))["status"] == "shipped"


async def test_a_tool_that_changes_nothing_and_whose_server_goes_may_be_tried_again(
    running: Running,
) -> None:
    async with calling(by_url(running)) as desk:
        using = asyncio.create_task(desk.use("pick_up", **PARCEL))
        await asyncio.wait_for(running.orders.begun.wait(), BOUND_S)
        await running.stop()
        error = (await asyncio.wait_for(using, BOUND_S))["error"]
        assert "broke while pick_up was at work" in error and "not known" not in error
        await running.start()
        running.orders.picking.set()
        assert await desk.use("pick_up", **PARCEL) == {"picked_up": True}


async def test_a_server_that_was_started_anew_is_used_as_if_nothing_had_been(running: Running) -> None:
    async with calling(by_url(running)) as desk:
        assert (await desk.use("look_up_order", number="1"))["status"] == "shipped"
        await running.stop()
        await running.start()
        assert (await desk.use("look_up_order", number="2"))["status"] == "shipped"


def test_an_agent_without_servers_loads_nothing_of_mcp() -> None:
    code = "import sys, frontdesk.hold, frontdesk.boot; print('mcp' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("parameters", "fault"),
    [
        ({"type": "string"}, "no object"),
        ({"type": "object", "properties": {"a": {"type": "number?"}}}, "no valid JSON Schema"),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/none"}}}, "no valid JSON Schema"),
        (
            {
                "type": "object",
                "properties": {"a": {"$ref": "#/$defs/node"}},
                "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
            },
            "node within itself",
        ),
    ],
)
def test_a_tool_that_no_language_model_could_use_says_why(parameters: dict[str, Any], fault: str) -> None:
    assert fault in found(Listed("odd", "Odd.", parameters)).fault


def test_a_pattern_in_the_dialect_of_javascript_is_left_to_the_server() -> None:
    properties = {"name": {"type": "string", "pattern": r"^\p{L}+$"}, "age": {"type": "integer"}}
    tool = found(Listed("greet", "Greet.", {"type": "object", "properties": properties}))
    assert not tool.fault and tool.check({"name": "Ada"}) == {"name": "Ada"}
    with pytest.raises(WrongArguments, match="age"):
        tool.check({"age": "old"})
