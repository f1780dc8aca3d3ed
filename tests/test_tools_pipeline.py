"""Tools in a running pipeline: what the LLM sees, and what barge-in does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    FunctionCallFromLLM,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMMessagesAppendFrame,
    LLMRunFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings
from pipecat.workers.runner import WorkerRunner

from tests.desk import SlowBooking, desk_of, free_slots

BOOKING = {"name": "Ann Lee", "date": "2026-03-03", "time": "14:30"}
BOUND_S = 10.0


class PlannedLLM(LLMService[Any]):
    """An LLM that makes one planned tool call; `turns` gets the messages of every further turn."""

    def __init__(self, name: str, arguments: dict[str, Any]):
        super().__init__(settings=LLMSettings(model="planned"))
        self.plan = [(name, arguments)]
        self.turns: asyncio.Queue[list[Any]] = asyncio.Queue()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        await self.push_frame(LLMFullResponseStartFrame())
        if self.plan:
            name, arguments = self.plan.pop()
            await self.run_function_calls([FunctionCallFromLLM(name, "t1", arguments, context=frame.context)])
        else:
            self.turns.put_nowait(json.loads(json.dumps(frame.context.get_messages())))
        await self.push_frame(LLMFullResponseEndFrame())


class CallUnderTest:
    """A running pipeline of the two aggregators and a planned LLM."""

    def __init__(self, name: str, arguments: dict[str, Any]):
        self.desk = desk_of()
        self.llm = PlannedLLM(name, arguments)
        self.context = LLMContext([], tools=[*self.desk.toolbox.schemas()])
        pair = LLMContextAggregatorPair(self.context)
        self.worker = PipelineWorker(Pipeline([pair.user(), self.llm, pair.assistant()]))

    async def next_turn(self) -> list[Any]:
        """The messages that the LLM gets after the tool call."""
        return await asyncio.wait_for(self.llm.turns.get(), BOUND_S)


@pytest.fixture
def booking(monkeypatch: pytest.MonkeyPatch) -> SlowBooking:
    """Bookings wait to be let through."""
    return SlowBooking(monkeypatch)


@asynccontextmanager
async def calling(name: str, arguments: dict[str, Any]) -> AsyncIterator[CallUnderTest]:
    """A call whose LLM has just asked for a tool."""
    call = CallUnderTest(name, arguments)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(call.worker)
    running = asyncio.create_task(runner.run())
    try:
        await call.worker.queue_frame(LLMRunFrame())
        yield call
        await call.worker.queue_frame(EndFrame())
        await asyncio.wait_for(running, BOUND_S)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def tool_result(messages: list[Any]) -> Any:
    """What stands in the context as the tool's answer."""
    (message,) = [message for message in messages if message["role"] == "tool"]
    return json.loads(message["content"])


async def test_the_llm_goes_on_with_the_booking_as_an_ordinary_result(booking: SlowBooking) -> None:
    async with calling("book_appointment", BOOKING) as call:
        booking.let_through.set()
        messages = await call.next_turn()
        assert tool_result(messages) == {"booked": True, **BOOKING}
        assert [message["role"] for message in messages] == ["assistant", "tool"]


@pytest.mark.parametrize("arguments", [{}, {"name": 5}, {"params": 1}, {"name": "Ann", "when": "now"}])
async def test_wrong_arguments_are_answered_and_the_call_goes_on(
    arguments: dict[str, Any],
) -> None:
    async with calling("book_appointment", arguments) as call:
        answer = str(tool_result(await call.next_turn()))
        assert "wrong arguments" in answer or "failed" in answer


async def test_an_unknown_tool_is_answered_and_the_call_goes_on() -> None:
    async with calling("order_pizza", {}) as call:
        assert "order_pizza" in str(tool_result(await call.next_turn()))


async def test_barge_in_does_not_cancel_a_booking_and_its_result_is_told(booking: SlowBooking) -> None:
    async with calling("book_appointment", BOOKING) as call:
        await asyncio.wait_for(booking.begun.wait(), BOUND_S)
        await call.worker.queue_frame(InterruptionFrame())
        spoken: Any = {"role": "user", "content": "and also"}
        await call.worker.queue_frame(LLMMessagesAppendFrame([spoken], run_llm=True))
        meanwhile = await call.next_turn()
        assert tool_result(meanwhile)["status"] == "running"
        booking.let_through.set()
        told = json.loads((await call.next_turn())[-1]["content"])
        assert json.loads(told["result"]) == {"booked": True, **BOOKING}
        assert await free_slots(call.desk.agent) == 15


async def test_after_end_call_the_llm_is_not_asked_again() -> None:
    async with calling("end_call", {"goodbye": "Bye!"}) as call:
        await call.worker.flush_pipeline()
    assert call.desk.goodbyes == ["Bye!"] and call.llm.turns.empty()
    assert tool_result(call.context.get_messages()) == {"ended": True}
