"""The caller is gone, one way or another: the session ends at once and leaves nothing behind."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from frontdesk.simulator import Phone
from frontdesk.simulator.event import EndReason
from frontdesk.simulator.twilio import TwilioWire
from tests.fakes import Reply, ToolCall
from tests.inprocess import in_process_bot
from tests.quick import (
    GARBAGE,
    GREETING,
    QUESTION,
    MuteStopWire,
    RawWire,
    dial,
    hang_up_reply,
    is_whole,
    lines_with,
    make_quick,
    use_environment,
)
from tests.records import wait_for_records
from tests.vendors import Vendors

BOUND_S = 2.0
ANSWER = "Yes, we are open until five."
# Long enough to be still under way when the caller leaves.
LONG = "And another thing that takes some time to say. " * 10


async def put_down(phone: Phone) -> None:
    await phone.hang_up()


async def vanish(phone: Phone) -> None:
    phone.vanish()


async def send_stop_only(phone: Phone) -> None:
    await phone.stream.press(phone.stream.wire.stop())
    assert await phone.wait_ended(BOUND_S) is EndReason.AGENT_CLOSED


LEAVINGS = [
    (TwilioWire, put_down),
    (TwilioWire, vanish),
    (MuteStopWire, put_down),
    (RawWire, send_stop_only),
]
Moment = Callable[[Phone, Vendors], Awaitable[None]]


async def in_mid_greeting(phone: Phone, vendors: Vendors) -> None:
    await phone.agent_speaking()


async def in_mid_answer(phone: Phone, vendors: Vendors) -> None:
    await phone.hear()
    await phone.say(QUESTION)
    await phone.agent_speaking()


async def while_the_model_thinks(phone: Phone, vendors: Vendors) -> None:
    vendors.openai.faults.first_byte_delay_s = 600.0
    await phone.hear()
    await phone.say(QUESTION)
    await vendors.openai.wait_until(lambda: len(vendors.openai.completions) == len(LEAVINGS))


async def while_a_tool_runs(phone: Phone, vendors: Vendors) -> None:
    vendors.openai.replies = [Reply(tool_calls=[ToolCall("get_available_time_slots")])] * len(LEAVINGS)
    await phone.hear()
    await phone.say(QUESTION)
    completions = vendors.openai.completions
    await vendors.openai.wait_until(lambda: sum(each.finished for each in completions) == len(LEAVINGS))
    await phone.pause(0.1)


async def while_the_agent_hangs_up(phone: Phone, vendors: Vendors) -> None:
    vendors.openai.replies = [hang_up_reply(LONG)] * len(LEAVINGS)
    await in_mid_answer(phone, vendors)


MOMENTS: list[Moment] = [
    in_mid_greeting,
    in_mid_answer,
    while_the_model_thinks,
    while_a_tool_runs,
    while_the_agent_hangs_up,
]


async def hang_in_the_calendar(*_: Any, **__: Any) -> list[Any]:
    """A calendar that never answers."""
    await asyncio.sleep(600)
    return []


def sockets() -> int:
    """Connections of this process that are not fading away."""
    connections = psutil.Process().net_connections("inet")
    return sum(each.status not in ("TIME_WAIT", "NONE") and bool(each.raddr) for each in connections)


def tasks() -> set[asyncio.Task[Any]]:
    """The tasks of this process without those of the vendors' stand-ins."""
    return {task for task in asyncio.all_tasks() if "RequestHandler" not in str(task.get_coro())}


async def check_nothing_left(before: set[asyncio.Task[Any]], count: int) -> None:
    """No task but those of `before`, no more sockets than `count`, at the latest after the bound."""
    deadline = time.monotonic() + BOUND_S
    while (left := tasks() - before) or sockets() > count:
        if time.monotonic() > deadline:
            raise AssertionError(f"left behind: {left}, {sockets() - count} sockets")
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_caller_who_leaves_leaves_nothing_behind(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path, logged: list[str], moment: Moment
) -> None:
    make_quick(vendors, [LONG] * len(LEAVINGS), start_message=LONG[:60])
    use_environment(monkeypatch, vendors.keys)
    monkeypatch.setattr("frontdesk.calendar.Calendar.free_slots", hang_in_the_calendar)
    together = asyncio.Barrier(len(LEAVINGS))

    async def call(wire: type[TwilioWire], leave: Callable[[Phone], Awaitable[None]]) -> None:
        async with dial(bot.url, wire()) as phone:
            await moment(phone, vendors)
            await together.wait()
            await leave(phone)
            await bot.until_ended(len(LEAVINGS), BOUND_S)

    async with in_process_bot(monkeypatch) as bot:
        before, count = tasks(), sockets()
        await asyncio.gather(*(call(wire, leave) for wire, leave in LEAVINGS))
        await check_nothing_left(before, count)
    records = await wait_for_records(data, len(LEAVINGS))
    reason = "agent_hung_up" if moment is while_the_agent_hangs_up else "caller_hung_up"
    assert [record["end_reason"] for record in records] == [reason] * len(LEAVINGS)
    assert [record["errors"] for record in records] == [[]] * len(LEAVINGS)
    if moment is while_a_tool_runs:
        assert all(record["tool_calls"][0]["outcome"] != "completed" for record in records)
    assert lines_with(logged, "dangling") == [] and lines_with(logged, "ERROR") == []


async def test_vendors_that_stall_do_not_hold_the_line(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors, [LONG])
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await in_mid_answer(phone, vendors)
        for connection in [*vendors.deepgram.connections, *vendors.cartesia.connections]:
            connection.stall()
        await phone.hang_up()
        await bot.until_ended(1, BOUND_S)
        for connection in [*vendors.deepgram.connections, *vendors.cartesia.connections]:
            connection.drop()
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_hung_up"


async def test_garbage_in_mid_call_does_not_end_it(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path, logged: list[str]
) -> None:
    make_quick(vendors, [ANSWER])
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url, RawWire()) as phone:
        assert is_whole(await phone.hear(), GREETING)
        for message in GARBAGE:
            await phone.stream.press(message)
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
        await bot.until_ended(1, BOUND_S)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_hung_up" and record["errors"] == []
    assert len(lines_with(logged, "could not be read")) <= len(GARBAGE)
    assert lines_with(logged, "ERROR") == []
