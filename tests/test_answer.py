"""A session that does not come to a proper end still leaves a proper record."""

import asyncio
from pathlib import Path

import pytest
from pipecat.runner.types import RunnerArguments

import bot as bot_module
from frontdesk.simulator import Phone
from tests.inprocess import in_process_bot
from tests.records import wait_for_records
from tests.vendors import copy_agents


@pytest.fixture(autouse=True)
def keyless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTS_DIR", str(copy_agents(tmp_path / "agents")))


async def test_a_session_that_the_host_cancels_is_recorded_as_shut_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_process_bot(monkeypatch) as server, Phone.call(server.url, transcribe=None) as phone:
        await phone.agent_speaking()
        [session] = [task for task in asyncio.all_tasks() if "run_asgi" in str(task.get_coro())]
        session.cancel()
        await server.until_ended(1, within=5)
        [record] = await wait_for_records(tmp_path / "data")
        assert record["end_reason"] == "shut_down"


async def test_a_line_that_cannot_be_opened_leaves_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    async def broken(_: RunnerArguments) -> None:
        raise ModuleNotFoundError("No module named 'daily'")

    async with in_process_bot(monkeypatch):
        monkeypatch.setattr("frontdesk.reception.open_line", broken)
        await bot_module.bot(RunnerArguments(session_id="session-1"))
    [record] = await wait_for_records(tmp_path / "data")
    assert record["id"] == "session-1" and record["end_reason"] == "failed"
    assert "No module named 'daily'" in record["errors"][0]["message"]
    assert any(line.startswith("ERROR") and "could not be opened" in line for line in logged)
