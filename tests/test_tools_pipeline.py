"""Tools in a running pipeline: what the LLM sees, and what barge-in does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
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

from frontdesk.agent import load_agents
from frontdesk.calendar import Booking, Calendar
from frontdesk.call import Call
from frontdesk.environment import agents_dir
from frontdesk.tools import ToolContext, bind_tools

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
BOOKING = {"name": "Ann Lee", "date": "2026-03-03", "time": "14:30"}
BOUND_S = 10.0


class SlowCalendar(Calendar):
    """A calendar whose bookings wait to be let through."""

    def __init__(self, *arguments: Any):
        super().__init__(*arguments)
        self.begun = asyncio.Event()
        self.let_through = asyncio.Event()

    async def book(self, *arguments: Any) -> Booking:
        self.begun.set()
        await self.let_through.wait()
        return await super().book(*arguments)


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

    def __init__(self, folder: Path, name: str, arguments: dict[str, Any]):
        self.agent = load_agents(agents_dir(), {}).by_id["appointments"]
        path = folder / "calendar.sqlite"
        self.calendar = SlowCalendar(path, self.agent.calendar, "a", self.agent.timezone, lambda: NOW)
        self.goodbyes: asyncio.Queue[str | None] = asyncio.Queue()
        self.llm = PlannedLLM(name, arguments)
        self.context = LLMContext([], tools=bind_tools(self.agent, self.tool_context))
        pair = LLMContextAggregatorPair(self.context)
        self.worker = PipelineWorker(Pipeline([pair.user(), self.llm, pair.assistant()]))

    def tool_context(self, tool: str) -> ToolContext:
        call = Call("c1", "twilio")
        return ToolContext(call, self.agent, {}, self.calendar, end=self.goodbyes.put)

    async def next_turn(self) -> list[Any]:
        """The messages that the LLM gets after the tool call."""
        return await asyncio.wait_for(self.llm.turns.get(), BOUND_S)

    async def free_slots(self) -> int:
        return len(await self.calendar.free_slots(date(2026, 3, 3)))


@asynccontextmanager
async def calling(folder: Path, name: str, arguments: dict[str, Any]) -> AsyncIterator[CallUnderTest]:
    """A call whose LLM has just asked for a tool."""
    call = CallUnderTest(folder, name, arguments)
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


async def test_the_llm_goes_on_with_the_booking_as_an_ordinary_result(tmp_path: Path) -> None:
    async with calling(tmp_path, "book_appointment", BOOKING) as call:
        call.calendar.let_through.set()
        messages = await call.next_turn()
        assert tool_result(messages) == {"booked": True, **BOOKING}
        assert [message["role"] for message in messages] == ["assistant", "tool"]


@pytest.mark.parametrize("arguments", [{}, {"name": 5}, {"params": 1}, {"name": "Ann", "when": "now"}])
async def test_wrong_arguments_are_answered_and_the_call_goes_on(
    tmp_path: Path, arguments: dict[str, Any]
) -> None:
    async with calling(tmp_path, "book_appointment", arguments) as call:
        answer = str(tool_result(await call.next_turn()))
        assert "wrong arguments" in answer or "failed" in answer


async def test_an_unknown_tool_is_answered_and_the_call_goes_on(tmp_path: Path) -> None:
    async with calling(tmp_path, "order_pizza", {}) as call:
        assert "order_pizza" in str(tool_result(await call.next_turn()))


async def test_barge_in_does_not_cancel_a_booking_and_its_result_is_told(tmp_path: Path) -> None:
    async with calling(tmp_path, "book_appointment", BOOKING) as call:
        await asyncio.wait_for(call.calendar.begun.wait(), BOUND_S)
        await call.worker.queue_frame(InterruptionFrame())
        spoken: Any = {"role": "user", "content": "and also"}
        await call.worker.queue_frame(LLMMessagesAppendFrame([spoken], run_llm=True))
        meanwhile = await call.next_turn()
        assert tool_result(meanwhile)["status"] == "running"
        call.calendar.let_through.set()
        told = json.loads((await call.next_turn())[-1]["content"])
        assert json.loads(told["result"]) == {"booked": True, **BOOKING}
        assert await call.free_slots() == 15


async def test_after_end_call_the_llm_is_not_asked_again(tmp_path: Path) -> None:
    async with calling(tmp_path, "end_call", {"goodbye": "Bye!"}) as call:
        assert await asyncio.wait_for(call.goodbyes.get(), BOUND_S) == "Bye!"
    assert call.llm.turns.empty()
    assert tool_result(call.context.get_messages()) == {"ended": True}
