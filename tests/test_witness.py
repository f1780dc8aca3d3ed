"""What happens in a pipeline reaches the record: turns of both sides, tools, errors."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pipecat.frames.frames import (
    BotStoppedSpeakingFrame,
    CancelFrame,
    EndFrame,
    Frame,
    FunctionCallFromLLM,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import FunctionCallParams, LLMService
from pipecat.services.settings import LLMSettings, TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies
from pipecat.utils.time import time_now_iso8601
from pipecat.workers.runner import WorkerRunner

from frontdesk.call import Call
from frontdesk.record.recorder import Recorder
from frontdesk.sentence import SPEAKING_RATE
from frontdesk.witness import watch_pipeline, watch_turns

RATE = 16000
BOUND_S = 10.0
OPENING = "We are open from nine to five, and on Fridays until noon."

Say = str
Use = tuple[str, dict[str, Any]]
# name → the handler, and how it is registered.
Tools = dict[str, tuple[Callable[[FunctionCallParams], Awaitable[None]], dict[str, Any]]]


class PlannedLLM(LLMService[Any]):
    """An LLM that answers by plan: words, or a tool with its arguments."""

    def __init__(self, plan: list[Say | Use]):
        super().__init__(settings=LLMSettings(model="planned"))
        self._plan = plan

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        await self.push_frame(LLMFullResponseStartFrame())
        step = self._plan.pop(0)
        if isinstance(step, str):
            await self.push_frame(LLMTextFrame(step))
        else:
            await self.run_function_calls([FunctionCallFromLLM(step[0], step[0], step[1], frame.context)])
        await self.push_frame(LLMFullResponseEndFrame())


class Voice(TTSService):
    """A voice without word timestamps: each sentence is as many seconds of silence as it would take."""

    def __init__(self) -> None:
        settings = TTSSettings(model="silence", voice="none", language=None)
        super().__init__(push_start_frame=True, push_stop_frames=True, sample_rate=RATE, settings=settings)

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        for _ in range(int(len(text) / SPEAKING_RATE * 10) + 1):
            yield TTSAudioRawFrame(bytes(RATE // 5), RATE, 1, context_id=context_id)


class Earpiece(BaseOutputTransport):
    """An output that takes audio at once, until `limit_s` seconds were played: then it holds still."""

    def __init__(self) -> None:
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_end_silence_secs=0))
        self.limit_s = float("inf")
        self.stuck = asyncio.Event()
        self._goes_on = asyncio.Event()
        self._played_s = 0.0

    async def setup(self, setup: Any) -> None:
        await super().setup(setup)
        self._sample_rate = RATE

    async def start(self, frame: Any) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    def go_on(self) -> None:
        """Play without a limit from now on."""
        self.limit_s = float("inf")
        self._goes_on.set()

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        if self._played_s >= self.limit_s:
            self.stuck.set()
            await self._goes_on.wait()
        self._played_s += frame.num_frames / frame.sample_rate
        return True


class CallUnderTest:
    """A running pipeline with its witnesses."""

    def __init__(self, plan: list[Say | Use], tools: Tools):
        self.recorder = Recorder(Call("c1", "twilio"))
        context = LLMContext([])
        params = LLMUserAggregatorParams(user_turn_strategies=ExternalUserTurnStrategies())
        pair = LLMContextAggregatorPair(context, user_params=params)
        self.llm, self.earpiece = PlannedLLM(plan), Earpiece()
        for name, (handler, options) in tools.items():
            self.llm.register_function(name, handler, **options)
        self.spoke = asyncio.Event()
        pipeline = Pipeline([pair.user(), self.llm, Voice(), self.earpiece, pair.assistant()])
        self.worker = PipelineWorker(
            pipeline,
            enable_rtvi=False,
            params=PipelineParams(audio_out_sample_rate=RATE),
            observers=watch_pipeline(self.recorder),
        )
        self.worker.set_reached_downstream_filter((BotStoppedSpeakingFrame,))
        self.worker.add_event_handler("on_frame_reached_downstream", self._on_spoke)
        watch_turns(self.recorder, pair.user(), pair.assistant())

    async def _on_spoke(self, *_: object) -> None:
        self.spoke.set()

    async def says(self, text: str) -> None:
        """The caller says something."""
        said = TranscriptionFrame(text, "caller", time_now_iso8601(), finalized=True)
        await self.worker.queue_frames([UserStartedSpeakingFrame(), said, UserStoppedSpeakingFrame()])

    async def until(self, met: Callable[[], Any]) -> Any:
        """What `met` gives once it gives something; TimeoutError past the bound."""
        async with asyncio.timeout(BOUND_S):
            while not (found := met()):
                await asyncio.sleep(0.01)
        return found

    def turns(self) -> list[tuple[str, str, bool]]:
        """The transcript without its times."""
        return [(turn.role, turn.text, turn.interrupted) for turn in self.recorder.record.transcript]

    async def settled(self) -> Any:
        """The only tool call, once it came to its end."""
        calls = self.recorder.record.tool_calls
        await self.until(lambda: calls and calls[0].outcome != "pending")
        return calls[0]


@asynccontextmanager
async def calling(*plan: Say | Use, tools: Tools | None = None) -> AsyncIterator[CallUnderTest]:
    """A call whose LLM answers by plan; it ends with the block."""
    call = CallUnderTest(list(plan), tools or {})
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(call.worker)
    running = asyncio.create_task(runner.run())
    try:
        yield call
        if not call.worker.has_finished():
            await call.worker.queue_frame(EndFrame())
        await asyncio.wait_for(running, BOUND_S)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_both_sides_stand_in_the_transcript_in_order() -> None:
    async with calling("From nine to five. Every day.") as call:
        await call.worker.queue_frame(TTSSpeakFrame("Hello, this is Emma."))
        await asyncio.wait_for(call.spoke.wait(), BOUND_S)
        await call.says("When are you open?")
        await call.until(lambda: len(call.turns()) == 3)
    assert call.turns() == [
        ("agent", "Hello, this is Emma.", False),
        ("caller", "When are you open?", False),
        ("agent", "From nine to five. Every day.", False),
    ]
    times = [turn.at_s for turn in call.recorder.record.transcript]
    assert times == sorted(times) and times[-1] <= call.recorder.now()


async def test_of_a_turn_that_the_caller_cuts_short_only_what_was_heard_is_kept() -> None:
    async with calling("Yes. " + OPENING, "Oh.") as call:
        call.earpiece.limit_s = 5 / SPEAKING_RATE + 1.5
        await call.says("Are you open?")
        await asyncio.wait_for(call.earpiece.stuck.wait(), BOUND_S)
        await call.worker.queue_frame(InterruptionFrame())
        await call.until(lambda: len(call.turns()) == 2)
        call.earpiece.go_on()
        await call.says("Never mind.")
        await call.until(lambda: len(call.turns()) == 4)
    assert call.turns()[1:] == [
        ("agent", "Yes. We are open from nine", True),
        ("caller", "Never mind.", False),
        ("agent", "Oh.", False),
    ]


@pytest.mark.parametrize("greeting", [True, False])
async def test_a_call_that_ends_in_the_middle_of_a_sentence_keeps_what_was_said_of_it(greeting: bool) -> None:
    async with calling(OPENING) as call:
        call.earpiece.limit_s = 1.0
        if greeting:
            await call.worker.queue_frame(TTSSpeakFrame(OPENING))
        else:
            await call.says("Are you open?")
        await asyncio.wait_for(call.earpiece.stuck.wait(), BOUND_S)
        await call.worker.cancel()
    assert call.turns()[-1] == ("agent", "We are open", True)


async def test_a_call_that_ends_before_the_agent_is_heard_has_no_turn_of_it() -> None:
    async with calling(OPENING) as call:
        call.earpiece.limit_s = 0.0
        await call.worker.queue_frame(TTSSpeakFrame(OPENING))
        await asyncio.wait_for(call.earpiece.stuck.wait(), BOUND_S)
        await call.worker.cancel()
    assert call.turns() == []


async def test_what_was_cut_off_is_told_once() -> None:
    async with calling("Oh.") as call:
        call.earpiece.limit_s = 1.0
        await call.worker.queue_frame(TTSSpeakFrame(OPENING))
        await asyncio.wait_for(call.earpiece.stuck.wait(), BOUND_S)
        await call.worker.queue_frames([InterruptionFrame(), InterruptionFrame()])
        await call.until(call.turns)
        call.earpiece.go_on()
        await call.says("Stop.")
        await call.until(lambda: len(call.turns()) == 3)
        await call.worker.queue_frame(CancelFrame())
    assert call.turns() == [
        ("agent", "We are open", True),
        ("caller", "Stop.", False),
        ("agent", "Oh.", False),
    ]


async def returns(params: FunctionCallParams) -> None:
    await params.result_callback({"slots": ["2026-03-03T09:00"]})


async def raises(params: FunctionCallParams) -> None:
    raise ConnectionError("no calendar")


async def hangs(params: FunctionCallParams) -> None:
    await asyncio.Event().wait()


async def test_a_tool_that_returns_is_kept_with_arguments_and_result() -> None:
    async with calling(("look", {"date": "2026-03-03"}), "Nine.", tools={"look": (returns, {})}) as call:
        await call.says("When?")
        looked = await call.settled()
    assert (looked.name, looked.arguments, looked.outcome) == ("look", {"date": "2026-03-03"}, "completed")
    assert looked.result == {"slots": ["2026-03-03T09:00"]}
    assert looked.duration_s >= 0 and looked.at_s >= call.recorder.record.transcript[0].at_s


async def test_a_tool_that_raises_is_kept_as_failed_and_as_an_error() -> None:
    async with calling(("look", {}), "Sorry.", tools={"look": (raises, {})}) as call:
        await call.says("When?")
        looked = await call.settled()
    assert (looked.outcome, looked.result) == ("failed", "ConnectionError: no calendar")
    [fault] = call.recorder.record.errors
    assert "PlannedLLM" in fault.source and "no calendar" in fault.message


async def test_a_tool_that_takes_too_long_is_kept_as_timed_out() -> None:
    tools: Tools = {"look": (hangs, {"timeout_secs": 0.05})}
    async with calling(("look", {}), "Sorry.", tools=tools) as call:
        await call.says("When?")
        assert (await call.settled()).outcome == "timed_out"


async def test_a_tool_that_barge_in_stops_is_kept_as_cancelled() -> None:
    begun = asyncio.Event()

    async def look(params: FunctionCallParams) -> None:
        begun.set()
        await hangs(params)

    async with calling(("look", {}), "Well.", tools={"look": (look, {})}) as call:
        await call.says("When?")
        await asyncio.wait_for(begun.wait(), BOUND_S)
        await call.worker.queue_frame(InterruptionFrame())
        assert (await call.settled()).outcome == "cancelled"


async def test_a_tool_still_running_when_the_call_ends_is_kept_as_pending() -> None:
    begun = asyncio.Event()

    async def look(params: FunctionCallParams) -> None:
        begun.set()
        await hangs(params)

    async with calling(("look", {}), tools={"look": (look, {})}) as call:
        await call.says("When?")
        await asyncio.wait_for(begun.wait(), BOUND_S)
        await call.worker.cancel()
    [looked] = call.recorder.record.tool_calls
    assert (looked.outcome, looked.result, looked.duration_s) == ("pending", None, None)


async def test_errors_of_a_service_are_kept_with_their_source() -> None:
    async with calling() as call:
        await call.llm.push_error("rate limit reached")
        [fault] = await call.until(lambda: call.recorder.record.errors)
    assert "PlannedLLM" in fault.source and fault.message == "rate limit reached"
