"""Silence: who owes what, when somebody is asked, and when the call is given up. No time passes here."""

from dataclasses import dataclass, field
from typing import cast

import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    CancelFrame,
    ClientConnectedFrame,
    EndFrame,
    Frame,
    FunctionCallFromLLM,
    FunctionCallResultFrame,
    FunctionCallResultProperties,
    FunctionCallsStartedFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    TTSSpeakFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameProcessor

from frontdesk.hangup import LastWordsFrame
from frontdesk.phrases import PHRASES
from frontdesk.record.call_record import EndReason
from frontdesk.silence import ANSWER_TIMEOUT_S, TURN_TIMEOUT_S, Silence
from tests.still_clock import StillClock

WORDS = PHRASES["en"]
CALLER_TIMEOUT_S = 8.0


@dataclass
class Scene(StillClock):
    """A call without time whose silence is watched."""

    ends: list[tuple[str | None, EndReason, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watch(CALLER_TIMEOUT_S)

    def watch(self, caller_timeout_s: float) -> None:
        """Begin to watch; a caller who is silent that long is given up."""
        self.silence = Silence(lambda: WORDS, caller_timeout_s, self.give_up)
        self.silence.attach(cast(PipelineWorker, self), FrameProcessor(), FrameProcessor())
        self.observers = [self.silence]

    async def give_up(self, words: str | None, reason: EndReason, problem: str | None) -> None:
        self.ends.append((words, reason, problem))


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
    scene.watch(0.0)
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


async def test_a_result_that_nobody_is_to_answer_leaves_the_caller_their_time(scene: Scene) -> None:
    await scene.model_is_asked()
    calls = [FunctionCallFromLLM("note", use, {}, LLMContext()) for use in ("one", "two")]
    await scene.happens(FunctionCallsStartedFrame(calls), LLMFullResponseEndFrame())
    silent = FunctionCallResultProperties(run_llm=False)
    await scene.happens(FunctionCallResultFrame("note", "one", {}, "done", properties=silent))
    await scene.passes(CALLER_TIMEOUT_S / 2)
    assert scene.said == [], "the other one is still to come"
    await scene.happens(FunctionCallResultFrame("note", "two", {}, "done", properties=silent))
    await scene.passes(CALLER_TIMEOUT_S / 2)
    assert scene.said == [WORDS.still_there]


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
    scene.watch(0.0)
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
