"""Fifty callers who talk over their booking, and fifty bookings."""

import asyncio
import json
import sqlite3
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from frontdesk.agent import load_agents
from frontdesk.calendar import Booking, Calendar, calendar_of
from tests.fakes.openai import Reply, ToolCall
from tests.inprocess import in_process_bot
from tests.quick import dial, make_quick, use_environment
from tests.records import wait_for_records
from tests.vendors import Vendors

CALLS = 50
AT_ONCE = 5
MOMENT = "One moment, please, I am booking it."
BOOKED = "You are booked."
# How long a booking waits to be asked for again, in seconds.
BOOKING_S = 4.0
# So many must be asked for twice while they are made; on a busy machine a caller may speak too late.
TALKED_OVER = 45


class Insisting:
    """A mind that asks for one slot in each call, and for the same again when the caller speaks again."""

    def __init__(self, slots: list[datetime]):
        self._slots = slots
        self.again: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def __call__(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        before = [call for message in messages for call in message.get("tool_calls") or []]
        if messages[-1]["role"] != "user":
            return Reply(BOOKED)
        if before:
            given = json.loads(before[0]["function"]["arguments"])
            self.again[f"{given['date']} {given['time']}"].set()
            return Reply(tool_calls=[ToolCall("book_appointment", before[0]["function"]["arguments"])])
        slot = self._slots.pop()
        arguments = {"name": "Ann", "date": f"{slot:%Y-%m-%d}", "time": f"{slot:%H:%M}"}
        return Reply(MOMENT, tool_calls=[ToolCall("book_appointment", arguments)])


@pytest.mark.slow
async def test_fifty_callers_who_talk_over_their_booking_have_one_each(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    tried: Counter[str] = Counter()
    book = Calendar.book

    async def slow(calendar: Calendar, slot: datetime, name: str, *rest: Any) -> Booking:
        tried[f"{slot}"] += 1
        with suppress(TimeoutError):
            await asyncio.wait_for(mind.again[f"{slot:%Y-%m-%d %H:%M}"].wait(), BOOKING_S)
        return await book(calendar, slot, name, *rest)

    monkeypatch.setattr(Calendar, "book", slow)
    make_quick(vendors, lines=["Book it."] * 10 * CALLS)
    use_environment(monkeypatch, vendors.keys)
    agent = load_agents(vendors.agents, vendors.keys).by_id["appointments"]
    vendors.openai.respond = mind = Insisting(await calendar_of(agent).free_slots(limit=2 * CALLS))
    async with in_process_bot(monkeypatch) as bot:
        turn = asyncio.Semaphore(AT_ONCE)

        async def call() -> None:
            async with turn, dial(bot.url) as phone:
                await phone.hear(10)
                await phone.say("Book it.")
                await phone.agent_speaking(10)
                await phone.say("And is there parking?")
                await phone.hear(10)
                await phone.hear(10)
                await phone.hang_up()

        await asyncio.gather(*(call() for _ in range(CALLS)))
        records = await wait_for_records(data, CALLS)
    asked = [[json.dumps(each["arguments"]) for each in record["tool_calls"]] for record in records]
    assert all(len({*each}) == 1 for each in asked), "another booking was asked for"
    assert sum(len(each) > 1 for each in asked) >= TALKED_OVER, "too few were asked for again"
    cut = [any(turn["interrupted"] for turn in record["transcript"]) for record in records]
    assert sum(cut) >= TALKED_OVER, "too few were talked over"
    with sqlite3.connect(data / "calendar.sqlite") as calendar:
        booked = Counter(call for (call,) in calendar.execute("select call_id from bookings"))
    assert {*tried.values()} == {1} and booked == Counter({record["id"]: 1 for record in records})
