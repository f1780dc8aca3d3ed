"""A booking by a real LLM service: what goes over the wire, with and without barge-in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pipecat.frames.frames import (
    InterruptionFrame,
    LLMMessagesAppendFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)

from frontdesk.errors import ToolError
from frontdesk.tools import ToolContext
from tests.desk import SlowBooking, desk_of, free_slots
from tests.fakes import FakeOpenAI
from tests.fakes.openai import Reply, ToolCall
from tests.thinking import BOUND_S, Thinking, thinking

BOOKING = {"name": "Ann Lee", "date": "2026-03-03", "time": "14:30"}
BOOKED = {"booked": True, **BOOKING}
ADDS: Any = {"role": "user", "content": "And is there parking?"}


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> SlowBooking:
    """Bookings wait to be let through."""
    return SlowBooking(monkeypatch)


@asynccontextmanager
async def booking(calendar: SlowBooking, *words: str) -> AsyncIterator[Thinking]:
    """A call whose LLM has just asked for a booking; then it says `words`, one at a time."""
    asked = Reply(tool_calls=[ToolCall("book_appointment", BOOKING)])
    async with FakeOpenAI(replies=[asked, *words]) as fake, thinking(fake) as call:
        await asyncio.wait_for(calendar.begun.wait(), BOUND_S)
        await call.sent(1)
        yield call


async def test_an_undisturbed_booking_is_an_ordinary_tool_call(calendar: SlowBooking) -> None:
    async with booking(calendar, "You are booked.") as call:
        await call.settle()
        assert len(call.fake.completions) == 1, "the LLM was asked while the tool ran"
        calendar.let_through.set()
        messages = await call.sent(2)
        await call.settle()
        assert [message["role"] for message in messages] == ["system", "user", "assistant", "tool"]
        assert messages[0]["content"].startswith("You are Emma.")
        assert json.loads(messages[3]["content"]) == BOOKED
        assert messages[3]["tool_call_id"] == messages[2]["tool_calls"][0]["id"]
        assert len(call.fake.completions) == 2 and call.ear.words == "You are booked."
        assert calendar.tried == 1 and await free_slots(call.desk.agent) == 15


async def test_a_booking_that_is_talked_over_runs_to_its_end_once_and_is_told(calendar: SlowBooking) -> None:
    async with booking(calendar, "There is.", "And you are booked.") as call:
        await call.worker.queue_frame(InterruptionFrame())
        await call.worker.queue_frame(LLMMessagesAppendFrame([ADDS], run_llm=True))
        meanwhile = await call.sent(2)
        assert [message["role"] for message in meanwhile[1:]] == ["user", "assistant", "tool", "user"]
        assert json.loads(meanwhile[3]["content"])["status"] == "running"
        await call.settle()
        calendar.let_through.set()
        after = await call.sent(3)
        await call.settle()
        assert after[4:6] == [ADDS, {"role": "assistant", "content": "There is."}]
        assert after[-1]["role"] == "developer"
        assert json.loads(json.loads(after[-1]["content"])["result"]) == BOOKED
        assert len(call.fake.completions) == 3 and call.ear.words == "There is.And you are booked."
        assert calendar.tried == 1 and await free_slots(call.desk.agent) == 15


async def test_a_booking_that_ends_while_the_caller_speaks_is_told_in_the_answer_to_them(
    calendar: SlowBooking,
) -> None:
    async with booking(calendar, "There is, and you are booked.") as call:
        await call.worker.queue_frames([UserStartedSpeakingFrame(), InterruptionFrame()])
        await call.settle()
        calendar.let_through.set()
        await call.told_in_context('"booked": true')
        assert len(call.fake.completions) == 1, "the LLM was asked while the caller spoke"
        await call.worker.queue_frame(UserStoppedSpeakingFrame())
        await call.worker.queue_frame(LLMMessagesAppendFrame([ADDS], run_llm=True))
        messages = await call.sent(2)
        await call.settle()
        assert json.loads(messages[3]["content"]) == BOOKED and messages[-1] == ADDS
        assert len(call.fake.completions) == 2 and calendar.tried == 1


async def test_noise_during_a_booking_changes_nothing(calendar: SlowBooking) -> None:
    async with booking(calendar, "You are booked.") as call:
        await call.worker.queue_frame(InterruptionFrame())
        await call.settle()
        calendar.let_through.set()
        messages = await call.sent(2)
        await call.settle()
        assert [message["role"] for message in messages] == ["system", "user", "assistant", "tool"]
        assert json.loads(messages[3]["content"]) == BOOKED
        assert len(call.fake.completions) == 2 and calendar.tried == 1


@pytest.mark.parametrize("written", ['{"name": "Ann', "[1, 2]", "null", "book it"])
async def test_a_call_with_broken_arguments_is_answered_and_the_caller_hears_of_it(written: str) -> None:
    asked = Reply(tool_calls=[ToolCall("book_appointment", written)])
    async with FakeOpenAI(replies=[asked, "Let me try again."]) as fake, thinking(fake) as call:
        messages = await call.sent(2)
        await call.settle()
        assert [message["role"] for message in messages] == ["system", "user", "assistant", "tool"]
        assert "not one JSON object" in json.loads(messages[3]["content"])["error"]
        assert call.ear.words == "Let me try again."
        [used] = call.desk.recorder.record.tool_calls
        assert (used.name, used.outcome) == ("book_appointment", "failed")


async def test_a_tool_that_there_is_not_is_answered_with_those_that_there_are() -> None:
    asked = Reply(tool_calls=[ToolCall("order_pizza", {"size": "L"})])
    async with FakeOpenAI(replies=[asked, "We have none."]) as fake, thinking(fake) as call:
        error = json.loads((await call.sent(2))[3]["content"])["error"]
        await call.settle()
        assert "order_pizza" in error and all(name in error for name in call.desk.toolbox.runner.tools)
        assert [used.outcome for used in call.desk.recorder.record.tool_calls] == ["failed"]


async def test_a_model_that_asks_only_for_what_there_is_not_leaves_nobody_in_silence() -> None:
    asked = Reply(tool_calls=[ToolCall("order_pizza")])
    async with FakeOpenAI(replies=[asked] * 20) as fake, thinking(fake) as call:
        await call.sent(5)
        await call.told_in_context("order_pizza")
        async with asyncio.timeout(BOUND_S):
            while not call.desk.recorder.record.transcript:
                await asyncio.sleep(0.01)
        await call.settle()
        [said] = call.desk.recorder.record.transcript
        assert "Could you say that again?" in said.text and len(fake.completions) == 5


async def test_tools_asked_for_together_run_together_and_get_one_answer() -> None:
    both = asyncio.Barrier(2)

    async def here(ctx: ToolContext, place: int) -> int:
        """Wait for the other one."""
        await asyncio.wait_for(both.wait(), BOUND_S)
        return place

    asked = Reply(tool_calls=[ToolCall("here", {"place": place}) for place in (1, 2)])
    async with FakeOpenAI(replies=[asked, "Both."]) as fake, thinking(fake, desk_of({"here": here})) as call:
        messages = await call.sent(2)
        await call.settle()
        told = [json.loads(message["content"]) for message in messages if message["role"] == "tool"]
        assert told == [{"result": 1}, {"result": 2}]
        assert len(fake.completions) == 2 and call.ear.words == "Both."


@pytest.mark.parametrize(
    "names",
    [
        ("order_pizza", "here"),
        ("here", "order_pizza"),
        ("here", "slow"),
        ("slow", "here"),
        ("order_pizza", "slow"),
    ],
)
async def test_tools_that_end_at_once_get_one_answer_too(names: tuple[str, ...]) -> None:
    async def here(ctx: ToolContext) -> None:
        """Be done at once."""

    async def slow(ctx: ToolContext) -> None:
        """Take a while."""
        await asyncio.sleep(0.05)

    desk = desk_of({"here": here, "slow": slow})
    asked = Reply(tool_calls=[ToolCall(name) for name in names])
    async with FakeOpenAI(replies=[asked, "Both.", "Again."]) as fake, thinking(fake, desk) as call:
        messages = await call.sent(2)
        await call.settle()
        told = [json.loads(message["content"]) for message in messages if message["role"] == "tool"]
        assert len(told) == 2 and {"done": True} in told
        assert len(fake.completions) == 2 and call.ear.words == "Both."


async def test_a_tool_that_fails_three_times_is_offered_no_more() -> None:
    async def broken(ctx: ToolContext) -> None:
        """Fail."""
        raise ToolError("no line")

    asked = [Reply(tool_calls=[ToolCall("broken")])] * 4
    desk = desk_of({"broken": broken, "end_call": None})
    async with FakeOpenAI(replies=[*asked, "I am sorry."]) as fake, thinking(fake, desk) as call:
        messages = await call.sent(5)
        await call.settle()
        told = [json.loads(message["content"])["error"] for message in messages if message["role"] == "tool"]
        assert told[:2] == ["no line"] * 2 and all("not available any more" in words for words in told[2:])
        offered = [call.offered(count) for count in range(1, 6)]
        assert offered == [["broken", "end_call"]] * 3 + [["end_call"]] * 2
        assert call.ear.words == "I am sorry."


async def test_a_booking_is_finished_when_the_caller_hangs_up_in_the_middle_and_recorded(
    calendar: SlowBooking,
) -> None:
    async with booking(calendar) as call:
        desk = call.desk
        await call.worker.cancel()
        asyncio.get_running_loop().call_later(0.2, calendar.let_through.set)
    [used] = desk.recorder.record.tool_calls
    assert (used.outcome, used.result) == ("completed", BOOKED) and await free_slots(desk.agent) == 15


class Insisting:
    """A mind that asks for the same booking whenever the caller has spoken."""

    def __call__(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        if messages[-1]["role"] == "user":
            return Reply(tool_calls=[ToolCall("book_appointment", BOOKING)])
        return Reply("You are booked.")


@pytest.mark.parametrize("run", range(50))
async def test_barge_in_in_the_middle_of_a_booking_makes_one_booking(calendar: SlowBooking, run: int) -> None:
    async with FakeOpenAI(respond=Insisting()) as fake, thinking(fake) as call:
        await asyncio.wait_for(calendar.begun.wait(), BOUND_S)
        # The booking comes through before, while or after the caller is answered, at one moment or another.
        asyncio.get_running_loop().call_later(run * 0.002, calendar.let_through.set)
        await call.worker.queue_frame(InterruptionFrame())
        await call.worker.queue_frame(LLMMessagesAppendFrame([ADDS], run_llm=True))
        async with asyncio.timeout(BOUND_S):
            while call.ear.words.count("You are booked.") < 1 or len(fake.completions) < 3:
                await asyncio.sleep(0.005)
        await call.settle()
        assert sum(bool(completion.reply.tool_calls) for completion in fake.completions) == 2
        assert calendar.tried == 1 and await free_slots(call.desk.agent) == 15
