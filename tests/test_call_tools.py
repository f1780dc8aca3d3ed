"""A caller who talks while a tool works for them."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from frontdesk.calendar import Booking, Calendar
from frontdesk.simulator import Phone
from tests.inprocess import in_process_bot
from tests.records import wait_for_records, words_of
from tests.vendors import copy_agents

BOUND_S = 10.0
CONFIRMED = ("booked", "perfect", "tuesday", "anything")
WISH = "I need an appointment on Tuesday next week at two p m. My name is Alex Miller."


class SlowBooking:
    """Takes the place of Calendar.book: a booking waits to be let through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.begun, self.let_through = asyncio.Event(), asyncio.Event()
        book = Calendar.book

        async def slow(calendar: Calendar, *arguments: Any) -> Booking:
            self.begun.set()
            await self.let_through.wait()
            return await book(calendar, *arguments)

        monkeypatch.setattr(Calendar, "book", slow)


async def test_a_caller_who_talks_over_a_booking_gets_one_booking_and_hears_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTS_DIR", str(copy_agents(tmp_path / "agents")))
    booking = SlowBooking(monkeypatch)
    async with in_process_bot(monkeypatch) as bot, Phone.call(bot.url) as phone:
        await phone.agent_speaking()
        await phone.say(WISH)
        # On a busy machine the wish may be heard in two parts, with a word between them.
        while "right" not in (await phone.hear()).text.lower():
            pass
        await phone.say("Yes, that's right.")
        await asyncio.wait_for(booking.begun.wait(), BOUND_S)
        question = await phone.say("Sorry, what time was that again?")
        # On a busy machine the agent may have asked for patience before; what counts is that it answers.
        while await phone.agent_speaking(BOUND_S) < question.end:
            await phone.hear()
        booking.let_through.set()
        # The phone's ears may mishear a word; which words were spoken, the record says below.
        heard = ""
        while not any(word in heard.lower() for word in CONFIRMED):
            heard = (await phone.hear()).text
        await phone.hang_up()
        [record] = await wait_for_records(tmp_path / "data")
    with sqlite3.connect(tmp_path / "data" / "calendar.sqlite") as calendar:
        assert calendar.execute("select name from bookings").fetchall() == [("Alex Miller",)]
    [call] = record["tool_calls"]
    assert (call["name"], call["outcome"], call["result"]["booked"]) == (
        "book_appointment",
        "completed",
        True,
    )
    assert words_of(record, "agent").count("booked") == 1
    assert "what time" in words_of(record, "caller")
