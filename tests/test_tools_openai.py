"""A booking by a real LLM service: what goes over the wire, with and without barge-in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    LLMMessagesAppendFrame,
    LLMRunFrame,
    LLMTextFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from frontdesk.agent import load_agents
from frontdesk.calendar import Booking, Calendar
from frontdesk.call import Call
from frontdesk.services.choice import choose
from frontdesk.services.services import build_services
from frontdesk.tools import ToolContext, bind_tools
from tests.fakes import FakeOpenAI
from tests.fakes.openai import Reply, ToolCall
from tests.vendors import change_agent, copy_agents

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
BOOKING = {"name": "Ann Lee", "date": "2026-03-03", "time": "14:30"}
BOOKED = {"booked": True, **BOOKING}
ASKS: Any = {"role": "user", "content": "Yes, book it."}
ADDS: Any = {"role": "user", "content": "And is there parking?"}
BOUND_S = 10.0


class SlowCalendar(Calendar):
    """A calendar whose bookings wait to be let through; `tried` counts them."""

    tried = 0

    def __init__(self, *arguments: Any):
        super().__init__(*arguments)
        self.begun = asyncio.Event()
        self.let_through = asyncio.Event()

    async def book(self, *arguments: Any) -> Booking:
        self.tried += 1
        self.begun.set()
        await self.let_through.wait()
        return await super().book(*arguments)


class Ear(FrameProcessor):
    """Hears the words on their way to the voice."""

    words = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMTextFrame):
            self.words += frame.text
        await self.push_frame(frame, direction)


class CallUnderTest:
    """A pipeline of the aggregators and the agent's own LLM service, which asks for a booking."""

    def __init__(self, folder: Path, fake: FakeOpenAI):
        change_agent(copy_agents(folder / "agents"), {"llm": {"main": {"base_url": fake.base_url}}})
        environ = {"OPENAI_API_KEY": fake.api_key}
        agent = load_agents(folder / "agents", {}).by_id["appointments"]
        self.calendar = SlowCalendar(
            folder / "c.sqlite", agent.calendar, agent.agent_id, agent.timezone, lambda: NOW
        )
        self.ear, self.fake = Ear(), fake

        async def end(goodbye: str | None) -> None: ...

        def context_of(tool: str) -> ToolContext:
            return ToolContext(Call("c1", "twilio"), agent, {}, self.calendar, end)

        params = LLMUserAggregatorParams(user_turn_strategies=ExternalUserTurnStrategies())
        self.context = LLMContext([ASKS], tools=[*bind_tools(agent, context_of)])
        pair = LLMContextAggregatorPair(self.context, user_params=params)
        choices = choose(agent, environ)
        services = build_services(agent, choices, environ, language="en", instructions="You are Emma.")
        self.worker = PipelineWorker(
            Pipeline([pair.user(), services.llm, self.ear, pair.assistant()]), enable_rtvi=False
        )

    async def sent(self, count: int) -> list[dict[str, Any]]:
        """The messages of the `count`th completion, once it has been answered to the end."""
        async with asyncio.timeout(BOUND_S):
            await self.fake.wait_until(lambda: len([c for c in self.fake.completions if c.ended]) >= count)
        messages: list[dict[str, Any]] = self.fake.completions[count - 1].body["messages"]
        return messages

    async def told_in_context(self) -> None:
        """Wait until the context has the booking's result."""
        async with asyncio.timeout(BOUND_S):
            while '"booked": true' not in str(self.context.get_messages()):
                await asyncio.sleep(0.01)
        await self.settle()

    async def settle(self) -> None:
        """Let everything that is on its way arrive."""
        await asyncio.wait_for(self.worker.flush_pipeline(), BOUND_S)

    async def free_slots(self) -> int:
        return len(await self.calendar.free_slots(date(2026, 3, 3)))


@asynccontextmanager
async def booking(folder: Path, *words: str) -> AsyncIterator[CallUnderTest]:
    """A call whose LLM has just asked for a booking; then it says `words`, one at a time."""
    asked = Reply(tool_calls=[ToolCall("book_appointment", BOOKING)])
    async with FakeOpenAI(replies=[asked, *words]) as fake:
        call = CallUnderTest(folder, fake)
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(call.worker)
        running = asyncio.create_task(runner.run())
        try:
            await call.worker.queue_frame(LLMRunFrame())
            await asyncio.wait_for(call.calendar.begun.wait(), BOUND_S)
            await call.sent(1)
            yield call
        finally:
            await call.worker.cancel()
            await asyncio.wait_for(running, BOUND_S)


async def test_an_undisturbed_booking_is_an_ordinary_tool_call(tmp_path: Path) -> None:
    async with booking(tmp_path, "You are booked.") as call:
        await call.settle()
        assert len(call.fake.completions) == 1, "the LLM was asked while the tool ran"
        call.calendar.let_through.set()
        messages = await call.sent(2)
        await call.settle()
        assert [message["role"] for message in messages] == ["system", "user", "assistant", "tool"]
        assert messages[0]["content"].startswith("You are Emma.")
        assert json.loads(messages[3]["content"]) == BOOKED
        assert messages[3]["tool_call_id"] == messages[2]["tool_calls"][0]["id"]
        assert len(call.fake.completions) == 2 and call.ear.words == "You are booked."
        assert call.calendar.tried == 1 and await call.free_slots() == 15


async def test_a_booking_that_is_talked_over_runs_to_its_end_once_and_is_told(tmp_path: Path) -> None:
    async with booking(tmp_path, "There is.", "And you are booked.") as call:
        await call.worker.queue_frame(InterruptionFrame())
        await call.worker.queue_frame(LLMMessagesAppendFrame([ADDS], run_llm=True))
        meanwhile = await call.sent(2)
        assert [message["role"] for message in meanwhile[1:]] == ["user", "assistant", "tool", "user"]
        assert json.loads(meanwhile[3]["content"])["status"] == "running"
        await call.settle()
        call.calendar.let_through.set()
        after = await call.sent(3)
        await call.settle()
        assert after[4:6] == [ADDS, {"role": "assistant", "content": "There is."}]
        assert after[-1]["role"] == "developer"
        assert json.loads(json.loads(after[-1]["content"])["result"]) == BOOKED
        assert len(call.fake.completions) == 3 and call.ear.words == "There is.And you are booked."
        assert call.calendar.tried == 1 and await call.free_slots() == 15


async def test_a_booking_that_ends_while_the_caller_speaks_is_told_in_the_answer_to_them(
    tmp_path: Path,
) -> None:
    async with booking(tmp_path, "There is, and you are booked.") as call:
        await call.worker.queue_frames([UserStartedSpeakingFrame(), InterruptionFrame()])
        await call.settle()
        call.calendar.let_through.set()
        await call.told_in_context()
        assert len(call.fake.completions) == 1, "the LLM was asked while the caller spoke"
        await call.worker.queue_frame(UserStoppedSpeakingFrame())
        await call.worker.queue_frame(LLMMessagesAppendFrame([ADDS], run_llm=True))
        messages = await call.sent(2)
        await call.settle()
        assert json.loads(messages[3]["content"]) == BOOKED and messages[-1] == ADDS
        assert len(call.fake.completions) == 2 and call.calendar.tried == 1


async def test_noise_during_a_booking_changes_nothing(tmp_path: Path) -> None:
    async with booking(tmp_path, "You are booked.") as call:
        await call.worker.queue_frame(InterruptionFrame())
        await call.settle()
        call.calendar.let_through.set()
        messages = await call.sent(2)
        await call.settle()
        assert [message["role"] for message in messages] == ["system", "user", "assistant", "tool"]
        assert json.loads(messages[3]["content"]) == BOOKED
        assert len(call.fake.completions) == 2 and call.calendar.tried == 1
