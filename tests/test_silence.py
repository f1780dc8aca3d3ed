"""Silence: who owes what, when somebody is asked, and when the call is given up. No time passes here."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    CancelFrame,
    ClientConnectedFrame,
    EndFrame,
    Frame,
    FunctionCallsStartedFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.observers.base_observer import FramePushed
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from frontdesk.hangup import LastWordsFrame
from frontdesk.phrases import PHRASES
from frontdesk.record.call_record import EndReason
from frontdesk.silence import ANSWER_TIMEOUT_S, TURN_TIMEOUT_S, Silence

WORDS = PHRASES["en"]
CALLER_TIMEOUT_S = 8.0


@dataclass
class Timer:
    """One call_later of the clock."""

    at: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class Scene:
    """A clock that stands still until it is told, and a worker that keeps what it is given."""

    now: float = 0.0
    timers: list[Timer] = field(default_factory=list)
    tasks: list[Coroutine[Any, Any, None]] = field(default_factory=list)
    queued: list[Frame] = field(default_factory=list)
    ends: list[tuple[str | None, EndReason, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.silence = Silence(WORDS, CALLER_TIMEOUT_S, self.give_up)
        self.silence.attach(cast(PipelineWorker, self), FrameProcessor(), FrameProcessor())

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        self.timers.append(Timer(self.now + delay, callback))
        return self.timers[-1]

    def create_task(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        self.tasks.append(coroutine)

    async def queue_frame(self, frame: Frame, direction: FrameDirection) -> None:
        self.queued.append(frame)

    async def give_up(self, words: str | None, reason: EndReason, problem: str | None) -> None:
        self.ends.append((words, reason, problem))

    async def happens(self, *frames: Frame) -> None:
        """Frames go through the pipeline."""
        source = cast(FrameProcessor, None)
        for frame in frames:
            pushed = FramePushed(source, source, frame, FrameDirection.DOWNSTREAM, 0)
            await self.silence.on_push_frame(pushed)

    async def passes(self, seconds: float) -> None:
        """Let time pass, and do what is due."""
        end = self.now + seconds
        while due := [timer for timer in self.timers if not timer.cancelled and timer.at <= end]:
            first = min(due, key=lambda timer: timer.at)
            self.now = first.at
            self.timers.remove(first)
            first.callback()
            while self.tasks:
                await self.tasks.pop(0)
        self.now = end

    async def agent_says(self, text: str = "Hello.") -> None:
        """Something is said of the agent's own accord, and heard to its end."""
        await self.happens(TTSSpeakFrame(text), BotStartedSpeakingFrame())
        await self.passes(2)
        await self.happens(BotStoppedSpeakingFrame())

    async def caller_speaks(self) -> None:
        """A turn of the caller, of two seconds."""
        await self.happens(UserStartedSpeakingFrame(), InterruptionFrame())
        await self.passes(2)
        await self.happens(UserStoppedSpeakingFrame())

    async def model_is_asked(self) -> None:
        """The language model gets the context and begins."""
        await self.happens(LLMContextFrame(LLMContext()), LLMFullResponseStartFrame())

    @property
    def said(self) -> list[str]:
        """What the caller was told in the silence, since this was last asked."""
        words = [frame.text for frame in self.queued if isinstance(frame, TTSSpeakFrame)]
        self.queued = [frame for frame in self.queued if not isinstance(frame, TTSSpeakFrame)]
        return words


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    monkeypatch.setattr("frontdesk.silence.asyncio.get_running_loop", lambda: scene)
    return scene


async def test_a_silent_caller_is_asked_then_told_goodbye(scene: Scene) -> None:
    await scene.agent_says()
    await scene.passes(CALLER_TIMEOUT_S / 2 - 0.1)
    assert scene.said == []
    await scene.passes(0.2)
    assert scene.said == [WORDS.still_there]
    await scene.agent_says(WORDS.still_there)
    await scene.passes(CALLER_TIMEOUT_S / 2)
    assert scene.ends == [(WORDS.nobody_there, EndReason.CALLER_SILENT, None)]


async def test_a_caller_who_answers_is_asked_anew_at_the_next_silence(scene: Scene) -> None:
    for _ in range(3):
        await scene.agent_says()
        await scene.passes(CALLER_TIMEOUT_S / 2)
        assert scene.said == [WORDS.still_there]
        await scene.agent_says(WORDS.still_there)
        await scene.caller_speaks()
    assert scene.ends == []


async def test_a_call_without_a_greeting_is_not_silent_for_ever(scene: Scene) -> None:
    await scene.happens(ClientConnectedFrame())
    await scene.passes(CALLER_TIMEOUT_S / 2)
    assert scene.said == [WORDS.still_there]


async def test_an_agent_that_speaks_is_not_interrupted(scene: Scene) -> None:
    await scene.happens(TTSSpeakFrame("A long story."), BotStartedSpeakingFrame())
    await scene.passes(600)
    assert scene.said == [] and scene.ends == []


async def test_a_model_that_hangs_costs_patience_then_the_call(scene: Scene) -> None:
    await scene.caller_speaks()
    await scene.model_is_asked()
    await scene.passes(ANSWER_TIMEOUT_S)
    assert scene.said == [WORDS.one_moment]
    await scene.agent_says(WORDS.one_moment)
    await scene.passes(ANSWER_TIMEOUT_S)
    [(words, reason, problem)] = scene.ends
    assert (words, reason) == (WORDS.out_of_order, EndReason.VENDOR_FAILED)
    assert problem and "the language model" in problem
    assert any(isinstance(frame, InterruptionFrame) for frame in scene.queued), "it would block the goodbye"


async def test_a_model_that_breaks_off_and_hangs_costs_patience_though_callers_are_never_asked(
    scene: Scene,
) -> None:
    scene.silence = Silence(WORDS, 0.0, scene.give_up)
    scene.silence.attach(cast(PipelineWorker, scene), FrameProcessor(), FrameProcessor())
    await scene.model_is_asked()
    await scene.happens(LLMTextFrame("We are open. "), BotStartedSpeakingFrame(), BotStoppedSpeakingFrame())
    await scene.passes(ANSWER_TIMEOUT_S)
    assert scene.said == [WORDS.one_moment]
    await scene.agent_says(WORDS.one_moment)
    await scene.passes(ANSWER_TIMEOUT_S)
    assert [end[:2] for end in scene.ends] == [(WORDS.out_of_order, EndReason.VENDOR_FAILED)]


async def test_patience_is_asked_for_anew_after_an_answer_that_is_heard_before_it_ends(scene: Scene) -> None:
    for _ in range(2):
        await scene.model_is_asked()
        await scene.passes(ANSWER_TIMEOUT_S)
        assert scene.said == [WORDS.one_moment]
        await scene.agent_says(WORDS.one_moment)
        await scene.happens(LLMTextFrame("Yes. "), BotStartedSpeakingFrame(), LLMTextFrame("Until five."))
        await scene.happens(LLMFullResponseEndFrame(), BotStoppedSpeakingFrame())
    assert scene.ends == []


async def test_a_model_that_answers_after_all_gives_the_caller_their_time(scene: Scene) -> None:
    await scene.model_is_asked()
    await scene.passes(ANSWER_TIMEOUT_S)
    await scene.agent_says(WORDS.one_moment)
    await scene.happens(LLMTextFrame("Yes."), LLMFullResponseEndFrame(), BotStartedSpeakingFrame())
    await scene.happens(BotStoppedSpeakingFrame())
    assert scene.said == [WORDS.one_moment]
    await scene.passes(CALLER_TIMEOUT_S / 2)
    assert scene.said == [WORDS.still_there] and scene.ends == []


async def test_patience_is_asked_for_anew_with_each_answer(scene: Scene) -> None:
    for _ in range(3):
        await scene.model_is_asked()
        await scene.passes(ANSWER_TIMEOUT_S)
        assert scene.said == [WORDS.one_moment]
        await scene.agent_says(WORDS.one_moment)
        await scene.happens(LLMTextFrame("Yes."), LLMFullResponseEndFrame())
        await scene.agent_says("Yes.")
    assert scene.ends == []


async def test_a_tool_that_hangs_after_a_preamble_costs_patience(scene: Scene) -> None:
    await scene.model_is_asked()
    await scene.happens(LLMTextFrame("Let me see."), FunctionCallsStartedFrame([]))
    await scene.happens(LLMFullResponseEndFrame())
    await scene.agent_says("Let me see.")
    await scene.passes(ANSWER_TIMEOUT_S)
    assert scene.said == [WORDS.one_moment]
    await scene.agent_says(WORDS.one_moment)
    await scene.passes(ANSWER_TIMEOUT_S)
    assert scene.ends[0][1] is EndReason.VENDOR_FAILED and "a tool" in str(scene.ends[0][2])


async def test_a_model_that_failed_owes_nothing_once_the_caller_was_asked_to_repeat(scene: Scene) -> None:
    await scene.model_is_asked()
    await scene.happens(LLMFullResponseEndFrame())
    await scene.agent_says(WORDS.say_again)
    await scene.passes(CALLER_TIMEOUT_S / 2)
    assert scene.said == [WORDS.still_there]


async def test_a_voice_that_is_gone_is_given_no_last_words(scene: Scene) -> None:
    await scene.happens(TTSSpeakFrame("Hello."))
    await scene.passes(ANSWER_TIMEOUT_S)
    assert scene.said == [WORDS.one_moment]
    await scene.happens(TTSSpeakFrame(WORDS.one_moment))
    await scene.passes(ANSWER_TIMEOUT_S)
    [(words, reason, problem)] = scene.ends
    assert words is None and reason is EndReason.VENDOR_FAILED and problem and "the voice" in problem


async def test_a_voice_that_dies_when_a_silent_caller_is_asked_ends_the_call(scene: Scene) -> None:
    await scene.agent_says()
    await scene.passes(CALLER_TIMEOUT_S / 2)
    await scene.happens(TTSSpeakFrame(WORDS.still_there))
    await scene.passes(2 * ANSWER_TIMEOUT_S)
    assert [end[1] for end in scene.ends] == [EndReason.VENDOR_FAILED]


async def test_text_that_comes_while_the_agent_speaks_is_not_awaited_afterwards(scene: Scene) -> None:
    await scene.model_is_asked()
    await scene.happens(LLMTextFrame("One."), BotStartedSpeakingFrame(), LLMTextFrame("Two."))
    await scene.happens(LLMFullResponseEndFrame(), BotStoppedSpeakingFrame())
    await scene.passes(CALLER_TIMEOUT_S / 2)
    assert scene.said == [WORDS.still_there]


async def test_a_caller_who_interrupts_a_thought_is_not_told_to_wait_for_it(scene: Scene) -> None:
    await scene.model_is_asked()
    await scene.passes(ANSWER_TIMEOUT_S - 1)
    await scene.caller_speaks()  # a cough: no words, so nothing is asked of the model
    await scene.passes(CALLER_TIMEOUT_S / 2)
    assert scene.said == [WORDS.still_there] and scene.ends == []


async def test_a_turn_whose_end_was_missed_is_over_after_a_while(scene: Scene) -> None:
    await scene.happens(UserStartedSpeakingFrame())
    await scene.passes(TURN_TIMEOUT_S)
    assert scene.said == [WORDS.still_there]


async def test_a_caller_who_tells_a_long_story_is_listened_to(scene: Scene) -> None:
    await scene.happens(UserStartedSpeakingFrame())
    for _ in range(20):
        await scene.passes(TURN_TIMEOUT_S / 2)
        await scene.happens(InterimTranscriptionFrame("and then", "", ""))
    assert scene.said == []


async def test_the_context_that_the_assistant_keeps_is_not_a_question_to_the_model(scene: Scene) -> None:
    await scene.agent_says()
    await scene.happens(LLMContextFrame(LLMContext()))
    await scene.passes(CALLER_TIMEOUT_S / 2)
    assert scene.said == [WORDS.still_there]


async def test_a_caller_is_never_asked_where_that_is_turned_off(scene: Scene) -> None:
    scene.silence = Silence(WORDS, 0.0, scene.give_up)
    scene.silence.attach(cast(PipelineWorker, scene), FrameProcessor(), FrameProcessor())
    await scene.agent_says()
    await scene.passes(3600)
    assert scene.said == [] and scene.ends == []


@pytest.mark.parametrize("end", [LastWordsFrame("Goodbye."), EndFrame(), CancelFrame()])
async def test_nothing_is_said_behind_the_goodbye(scene: Scene, end: Frame) -> None:
    await scene.model_is_asked()
    await scene.happens(end, BotStartedSpeakingFrame(), BotStoppedSpeakingFrame())
    await scene.passes(3600)
    assert scene.said == [] and scene.ends == []


async def test_nothing_more_happens_after_the_call(scene: Scene) -> None:
    await scene.agent_says()
    await scene.silence.cleanup()
    await scene.passes(3600)
    assert scene.said == [] and scene.ends == []


async def test_an_answer_stays_owed_where_the_caller_may_not_interrupt(scene: Scene) -> None:
    await scene.model_is_asked()
    await scene.happens(UserStartedSpeakingFrame(), UserStoppedSpeakingFrame())
    await scene.passes(ANSWER_TIMEOUT_S)
    assert scene.said == [WORDS.one_moment]
