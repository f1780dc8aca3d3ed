"""The scripted dialogue in a real pipeline: context in, words and tool calls out, as from an LLM."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMMessagesAppendFrame,
    LLMRunFrame,
    LLMTextFrame,
    MetricsFrame,
)
from pipecat.metrics.metrics import LLMUsageMetricsData, TTFBMetricsData
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import FunctionCallParams
from pipecat.workers.runner import WorkerRunner

from frontdesk.environment import agents_dir
from frontdesk.services.embedded.dialogue import Script, ScriptedLLMService

NOW = datetime(2026, 3, 2, 9, 0)
BOUND_S = 10.0
SCRIPT = Script.load(agents_dir() / "appointments.script.yaml")


class Ear(FrameProcessor):
    """Keeps the frames of the answer on their way to the voice."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[Frame] = []
        self.words: asyncio.Queue[str] = asyncio.Queue()
        self.answers: asyncio.Queue[str] = asyncio.Queue()
        self._answer = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self.frames.append(frame)
        if isinstance(frame, LLMFullResponseStartFrame):
            self._answer = ""
        elif isinstance(frame, LLMTextFrame):
            self._answer += frame.text
            self.words.put_nowait(frame.text)
        elif isinstance(frame, LLMFullResponseEndFrame) and self._answer:
            self.answers.put_nowait(self._answer)
        await self.push_frame(frame, direction)


class Conversation:
    """A running pipeline of the two aggregators and the script, with two tools."""

    def __init__(self) -> None:
        self.booked: list[dict[str, Any]] = []
        self.goodbyes: asyncio.Queue[str] = asyncio.Queue()
        self.ear = Ear()
        self.context = LLMContext(
            [], tools=[self.get_available_time_slots, self.book_appointment, self.end_call]
        )
        pair = LLMContextAggregatorPair(self.context)
        llm = ScriptedLLMService(script=SCRIPT, now=lambda: NOW)
        params = PipelineParams(enable_metrics=True, enable_usage_metrics=True)
        self.worker = PipelineWorker(Pipeline([pair.user(), llm, self.ear, pair.assistant()]), params=params)

    async def get_available_time_slots(self, params: FunctionCallParams, date: str) -> None:
        """Free times.

        Args:
            date: The day.
        """
        await params.result_callback({"slots": [f"{date}T10:00", f"{date}T14:30"]})

    async def book_appointment(self, params: FunctionCallParams, name: str, date: str, time: str) -> None:
        """Book.

        Args:
            name: Who.
            date: The day.
            time: The time.
        """
        self.booked.append({"name": name, "date": date, "time": time})
        await params.result_callback({"booked": True, **self.booked[-1]})

    async def end_call(self, params: FunctionCallParams, goodbye: str) -> None:
        """Say goodbye.

        Args:
            goodbye: The last words.
        """
        self.goodbyes.put_nowait(goodbye)
        await params.result_callback(None)

    async def tell(self, text: str) -> None:
        message: Any = {"role": "user", "content": text}
        await self.worker.queue_frame(LLMMessagesAppendFrame([message], run_llm=True))

    async def say(self, text: str) -> str:
        """Say something and hear the answer to the end."""
        await self.tell(text)
        return await asyncio.wait_for(self.ear.answers.get(), BOUND_S)


@asynccontextmanager
async def talking() -> AsyncIterator[Conversation]:
    conversation = Conversation()
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(conversation.worker)
    running = asyncio.create_task(runner.run())
    try:
        yield conversation
        await conversation.worker.queue_frame(EndFrame())
        await asyncio.wait_for(running, BOUND_S)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_an_appointment_is_booked_through_the_tools() -> None:
    async with talking() as call:
        await call.worker.queue_frame(LLMRunFrame())
        assert await asyncio.wait_for(call.ear.answers.get(), BOUND_S) == SCRIPT.opening[0]
        assert "ten o'clock and two thirty" in await call.say("An appointment on Tuesday, please.")
        assert "name" in await call.say("Two thirty.")
        assert "Is that right?" in await call.say("Sarah Miller.")
        assert "10 AM" in await call.say("No, make that ten.")
        assert "booked for Tuesday, March 3rd at 10 AM" in await call.say("Yes.")
        await call.tell("No, thank you. Goodbye.")
        assert "Goodbye!" in await asyncio.wait_for(call.goodbyes.get(), BOUND_S)
    assert call.booked == [{"name": "Sarah Miller", "date": "2026-03-03", "time": "10:00"}]


async def test_an_answer_comes_word_by_word_between_its_start_and_its_end() -> None:
    async with talking() as call:
        answer = await call.say("I need an appointment.")
        kinds = (LLMFullResponseStartFrame, LLMTextFrame, LLMFullResponseEndFrame)
        frames = [frame for frame in call.ear.frames if isinstance(frame, kinds)]
        words = [frame.text for frame in frames if isinstance(frame, LLMTextFrame)]
    assert isinstance(frames[0], LLMFullResponseStartFrame)
    assert isinstance(frames[-1], LLMFullResponseEndFrame)
    assert words == ["What", " day", " would", " suit", " you?"]
    assert "".join(words) == answer


async def test_time_to_first_byte_and_usage_are_reported() -> None:
    async with talking() as call:
        await call.say("I need an appointment.")
    data = [item for frame in call.ear.frames if isinstance(frame, MetricsFrame) for item in frame.data]
    usage = [item.value for item in data if isinstance(item, LLMUsageMetricsData)]
    assert [(each.prompt_tokens, each.completion_tokens) for each in usage] == [(4, 5)]
    assert {item.model for item in data if isinstance(item, TTFBMetricsData) and item.value} <= {
        "script",
        None,
    }


async def test_an_interruption_cuts_the_answer_and_the_next_turn_is_answered() -> None:
    async with talking() as call:
        await call.tell("What did you say?")
        await asyncio.wait_for(call.ear.words.get(), BOUND_S)
        await call.worker.queue_frame(InterruptionFrame())
        await call.tell("Tuesday at ten for Sarah Miller.")
        while "Is that right?" not in (answer := await asyncio.wait_for(call.ear.answers.get(), BOUND_S)):
            continue
        assert "Tuesday, March 3rd at 10 AM for Sarah Miller" in answer
