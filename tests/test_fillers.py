"""What is said while a tool runs, and when. No time passes here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

import pytest
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    CancelFrame,
    EndFrame,
    Frame,
    FunctionCallCancelFrame,
    FunctionCallFromLLM,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameProcessor

from frontdesk.fillers import AGAIN_S, ANSWER_S, FIRST_S, QUICK_S, Fillers
from frontdesk.floor import FillerFrame
from frontdesk.hangup import LastWordsFrame
from frontdesk.phrases import PHRASES
from frontdesk.record.call_record import EndReason, Utterance
from frontdesk.services.speaking.openai import SpeakingOpenAI
from frontdesk.silence import ANSWER_TIMEOUT_S, Silence
from tests.still_clock import StillClock

COMMON = PHRASES["en"].waiting
SPEECH_S = 1.0
JUST = 0.01


@dataclass
class Scene(StillClock):
    """A call without time; `own` are the words of its tools."""

    own: dict[str, Sequence[str] | None] = field(default_factory=dict)
    is_over: bool = False
    ends: list[EndReason] = field(default_factory=list)
    record: list[Utterance] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fillers = Fillers(
            lambda name: self.own.get(name, ()), lambda: COMMON, self.take_down, lambda: self.is_over
        )
        self.silence = Silence(lambda: PHRASES["en"], 8.0, self.give_up)
        self.observers = [self.fillers, self.silence]
        worker = cast(PipelineWorker, self)
        self.fillers.attach(worker, FrameProcessor(), FrameProcessor())
        self.silence.attach(worker, FrameProcessor(), FrameProcessor())

    def take_down(self, text: str) -> Utterance:
        self.record.append(Utterance(at_s=self.now, role="agent", text=text))
        return self.record[-1]

    async def give_up(self, words: str | None, reason: EndReason, problem: str | None) -> None:
        self.ends.append(reason)

    async def tool_begins(self, name: str = "look_up", use: str = "") -> None:
        """The language model uses a tool, and has nothing else to say."""
        call = FunctionCallFromLLM(name, use or name, {}, LLMContext())
        await self.happens(LLMFullResponseStartFrame(), FunctionCallsStartedFrame([call]))
        await self.happens(FunctionCallInProgressFrame(name, use or name, {}), LLMFullResponseEndFrame())

    async def tool_ends(self, name: str = "look_up", use: str = "") -> None:
        """The result of a tool; the frame comes twice, as broadcast frames do."""
        for _ in range(2):
            await self.happens(FunctionCallResultFrame(name, use or name, {}, {"done": True}))

    async def caller_asks_and_tool_begins(self, name: str = "look_up") -> None:
        """The usual way to a tool; no time passes between them."""
        await self.caller_speaks()
        await self.tool_begins(name)

    async def is_silent(self, seconds: float) -> None:
        """Nobody speaks for a time, and nothing is to be said in it but at its end."""
        await self.passes(seconds - JUST)
        assert self.said == [], f"before {seconds} s of silence"
        await self.passes(2 * JUST)

    async def filler_is_heard(self) -> str:
        """The one thing that was asked for is heard; what it was."""
        [frame] = self.queued
        assert isinstance(frame, FillerFrame) and not frame.append_to_context
        self.queued = []
        await self.happens(frame, BotStartedSpeakingFrame())
        await self.passes(SPEECH_S)
        await self.happens(BotStoppedSpeakingFrame())
        return frame.text

    async def fillers_after(self, *silences: float) -> list[str]:
        """The fillers that come after silences of these lengths."""
        heard = []
        for seconds in silences:
            await self.is_silent(seconds)
            heard.append(await self.filler_is_heard())
        return heard


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    monkeypatch.setattr("frontdesk.silence.asyncio.get_running_loop", lambda: scene)
    return scene


async def test_a_long_tool_is_filled_at_once_then_again_with_other_words(scene: Scene) -> None:
    await scene.caller_asks_and_tool_begins()
    heard = await scene.fillers_after(FIRST_S, *[AGAIN_S] * 9)
    assert heard[: len(COMMON)] == list(COMMON) and {*heard} == {*COMMON}
    assert all(one != other for one, other in pairwise(heard))
    assert scene.ends == [], "a tool that is not over yet has its own time limit"


async def test_a_quick_tool_is_over_before_anything_is_said_of_it(scene: Scene) -> None:
    await scene.caller_speaks()
    await scene.passes(3)
    await scene.tool_begins()
    await scene.passes(QUICK_S - JUST)
    await scene.tool_ends()
    await scene.happens(LLMFullResponseStartFrame(), LLMTextFrame("Yes."), LLMFullResponseEndFrame())
    await scene.happens(BotStartedSpeakingFrame())
    await scene.passes(1)
    await scene.happens(BotStoppedSpeakingFrame())
    await scene.passes(3)
    assert scene.said == []


async def test_the_silence_before_a_tool_counts(scene: Scene) -> None:
    await scene.caller_speaks()
    await scene.passes(1)
    await scene.tool_begins()
    await scene.fillers_after(QUICK_S)


async def test_a_caller_is_silent_from_their_last_sound_on(scene: Scene) -> None:
    await scene.happens(UserStartedSpeakingFrame(), InterruptionFrame())
    await scene.passes(2)
    await scene.happens(VADUserStoppedSpeakingFrame(stop_secs=0.2))
    await scene.passes(0.5)
    await scene.happens(UserStoppedSpeakingFrame())
    await scene.tool_begins()
    await scene.fillers_after(FIRST_S - 0.7)


async def test_a_preamble_is_speech(scene: Scene) -> None:
    await scene.caller_speaks()
    await scene.happens(LLMFullResponseStartFrame(), LLMTextFrame("Let me see."))
    await scene.tool_begins()
    await scene.happens(BotStartedSpeakingFrame())
    await scene.passes(10)
    await scene.happens(BotStoppedSpeakingFrame())
    await scene.fillers_after(FIRST_S, AGAIN_S)


async def test_a_preamble_that_is_about_to_be_heard_is_waited_for(scene: Scene) -> None:
    await scene.caller_speaks()
    await scene.happens(LLMFullResponseStartFrame(), LLMTextFrame("Let me see."))
    await scene.tool_begins()
    await scene.fillers_after(ANSWER_S)


async def test_space_before_a_tool_call_is_no_preamble(scene: Scene) -> None:
    await scene.caller_speaks()
    await scene.happens(LLMFullResponseStartFrame(), LLMTextFrame("\n\n"))
    await scene.tool_begins()
    await scene.fillers_after(FIRST_S)


async def test_a_filler_that_is_not_heard_yet_is_not_followed_by_another(scene: Scene) -> None:
    await scene.caller_asks_and_tool_begins()
    await scene.is_silent(FIRST_S)
    assert scene.said == [COMMON[0]]
    await scene.passes(ANSWER_TIMEOUT_S - FIRST_S - 2 * JUST)
    assert scene.said == []


async def test_between_result_and_answer_there_is_more_patience(scene: Scene) -> None:
    await scene.caller_asks_and_tool_begins()
    await scene.fillers_after(FIRST_S)
    await scene.passes(1)
    await scene.tool_ends()
    await scene.happens(LLMFullResponseStartFrame())
    await scene.passes(0.7)
    assert scene.said == []
    await scene.fillers_after(ANSWER_S - 1.7, ANSWER_S)


async def test_once_the_answer_has_words_nothing_gets_in_between(scene: Scene) -> None:
    await scene.caller_asks_and_tool_begins()
    await scene.tool_ends()
    await scene.happens(LLMFullResponseStartFrame(), LLMTextFrame("There is "))
    await scene.passes(ANSWER_TIMEOUT_S - JUST)
    assert scene.said == []


async def test_nothing_is_filled_where_no_answer_comes(scene: Scene) -> None:
    await scene.caller_asks_and_tool_begins()
    await scene.tool_ends()
    await scene.happens(LLMFullResponseStartFrame(), LLMFullResponseEndFrame())
    await scene.passes(3.9)
    assert scene.said == []


async def test_no_filler_over_the_caller(scene: Scene) -> None:
    await scene.caller_asks_and_tool_begins()
    await scene.passes(1)
    await scene.happens(UserStartedSpeakingFrame())
    await scene.passes(8)
    assert scene.said == []
    await scene.happens(UserStoppedSpeakingFrame())
    await scene.fillers_after(FIRST_S)


async def test_a_tool_that_barge_in_cancels_is_not_waited_for(scene: Scene) -> None:
    await scene.caller_asks_and_tool_begins()
    await scene.happens(UserStartedSpeakingFrame(), InterruptionFrame())
    await scene.happens(FunctionCallCancelFrame("look_up", "look_up"), UserStoppedSpeakingFrame())
    await scene.passes(3.9)
    assert scene.said == []


async def test_a_filler_that_is_cut_off_is_in_the_record_as_such(scene: Scene) -> None:
    await scene.caller_asks_and_tool_begins()
    await scene.fillers_after(FIRST_S)
    await scene.passes(AGAIN_S)
    await scene.happens(*scene.queued, BotStartedSpeakingFrame(), UserStartedSpeakingFrame())
    await scene.happens(InterruptionFrame(), BotStoppedSpeakingFrame())
    said = [(said.text, said.interrupted) for said in scene.record]
    assert said == [(COMMON[0], False), (COMMON[1], True)]


async def test_of_several_tools_the_first_is_spoken_of_until_the_last_is_over(scene: Scene) -> None:
    scene.own = {"look_up": ("Looking.", "Still looking."), "book": ("Booking.", "Still booking.")}
    await scene.caller_asks_and_tool_begins("look_up")
    await scene.tool_begins("book")
    assert await scene.fillers_after(FIRST_S) == ["Looking."]
    await scene.tool_ends("look_up")
    assert await scene.fillers_after(AGAIN_S, AGAIN_S) == ["Booking.", "Still booking."]
    await scene.tool_ends("book")
    await scene.happens(LLMFullResponseStartFrame())
    assert await scene.fillers_after(ANSWER_S) == ["Booking."]


async def test_one_text_of_its_own_comes_first_and_is_not_worn_out(scene: Scene) -> None:
    scene.own = {"look_up": ("Let me look that up.",)}
    await scene.caller_asks_and_tool_begins()
    assert await scene.fillers_after(FIRST_S, AGAIN_S) == ["Let me look that up.", COMMON[0]]
    await scene.tool_ends()
    await scene.happens(LLMFullResponseStartFrame(), LLMTextFrame("Yes."), LLMFullResponseEndFrame())
    await scene.agent_says("Yes.")
    await scene.caller_asks_and_tool_begins()
    assert await scene.fillers_after(FIRST_S, AGAIN_S) == ["Let me look that up.", COMMON[1]]


async def test_a_tool_that_ends_the_call_is_not_spoken_of(scene: Scene) -> None:
    scene.own = {"end_call": None}
    await scene.caller_asks_and_tool_begins("end_call")
    await scene.passes(5)
    assert scene.said == []


@pytest.mark.parametrize("end", [LastWordsFrame("Goodbye."), EndFrame(), CancelFrame()])
async def test_nothing_is_said_behind_the_goodbye(scene: Scene, end: Frame) -> None:
    await scene.caller_asks_and_tool_begins()
    await scene.happens(end)
    await scene.passes(60)
    assert scene.said == []


async def test_nothing_is_said_once_the_end_has_begun(scene: Scene) -> None:
    await scene.caller_asks_and_tool_begins()
    scene.is_over = True
    await scene.passes(5)
    assert scene.said == []


async def test_a_model_that_hangs_gains_no_time_by_fillers(scene: Scene) -> None:
    await scene.caller_asks_and_tool_begins()
    await scene.tool_ends()
    await scene.happens(LLMFullResponseStartFrame())
    asked_at = scene.now
    said: list[tuple[float, str]] = []
    while not scene.ends and scene.now < 60:
        await scene.passes(0.1)
        for frame in [*scene.queued]:
            scene.queued.remove(frame)
            if isinstance(frame, TTSSpeakFrame):
                said.append((round(scene.now - asked_at, 1), frame.text))
                await scene.happens(frame, BotStartedSpeakingFrame())
                await scene.passes(SPEECH_S)
                await scene.happens(BotStoppedSpeakingFrame())
    patience = PHRASES["en"].one_moment
    assert [at for at, text in said if text == patience] == pytest.approx([ANSWER_TIMEOUT_S], abs=0.5)
    assert scene.ends == [EndReason.VENDOR_FAILED]
    assert scene.now - asked_at < 2 * ANSWER_TIMEOUT_S + 2 * SPEECH_S


async def test_while_a_tool_runs_nobody_asks_whether_the_caller_is_there(scene: Scene) -> None:
    """A model that speaks itself begins an answer with every filler."""
    scene.fillers.attach(cast(PipelineWorker, scene), Muted(), None)
    await scene.caller_asks_and_tool_begins()
    await scene.happens(FillerFrame("One moment."), LLMFullResponseStartFrame(), BotStartedSpeakingFrame())
    await scene.happens(LLMTextFrame("One moment."), LLMFullResponseEndFrame(), BotStoppedSpeakingFrame())
    await scene.passes(ANSWER_TIMEOUT_S - JUST)
    assert scene.said == []


class Muted(FrameProcessor):
    """A model that says nothing while a tool runs."""

    speaks_during_tools = False

    def begin(self, context: LLMContext) -> None: ...
    async def say(self, text: str) -> None: ...
    async def hear_no_more(self) -> None: ...


class Talking(Muted):
    """A model that says what it is given also while a tool runs."""

    speaks_during_tools = True


def test_which_models_say_something_beside_their_tools() -> None:
    assert SpeakingOpenAI.speaks_during_tools
    gemini = pytest.importorskip("frontdesk.services.speaking.gemini", exc_type=ImportError)
    assert not gemini.SpeakingGemini.speaks_during_tools


async def test_a_model_that_would_give_up_its_tool_is_told_nothing(scene: Scene) -> None:
    scene.fillers.attach(cast(PipelineWorker, scene), Muted(), None)
    scene.silence.attach(cast(PipelineWorker, scene), Muted(), None)
    await scene.caller_asks_and_tool_begins()
    await scene.passes(3 * ANSWER_TIMEOUT_S)
    assert scene.said == [] and scene.ends == [], "the tool has a time limit of its own"
    await scene.tool_ends()
    await scene.is_silent(ANSWER_TIMEOUT_S)
    assert scene.said == [PHRASES["en"].one_moment], "the answer to its result is owed like any other"


async def test_a_model_that_speaks_itself_is_left_alone_with_its_answer(scene: Scene) -> None:
    scene.fillers.attach(cast(PipelineWorker, scene), Talking(), None)
    await scene.caller_asks_and_tool_begins()
    await scene.fillers_after(FIRST_S)
    assert scene.record == [], "it is taken down like all its words"
    await scene.tool_ends()
    await scene.happens(LLMFullResponseStartFrame())
    await scene.passes(5)
    assert scene.said == []


@pytest.mark.parametrize("language", PHRASES)
def test_every_language_has_words_enough(language: str) -> None:
    assert len({*PHRASES[language].waiting}) >= 4
