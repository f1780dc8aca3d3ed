"""What was given to a voice and not said; who takes over from whom."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    Frame,
    FunctionCallsStartedFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputTransportMessageFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSTextFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings, TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.utils.errors import ErrorCategory

from frontdesk.hangup import LastWordsFrame
from frontdesk.services.fallback import Mind, Voice
from frontdesk.services.fallback.line_up import NextInLine
from frontdesk.services.fallback.unsaid import Unsaid
from tests.fakes.bench import SAMPLE_RATE, bench


def given(*frames: Frame) -> Unsaid:
    """A voice that was given these."""
    unsaid = Unsaid()
    for frame in frames:
        unsaid.give(frame)
    return unsaid


def answer(*words: str, ends: bool = True) -> list[Frame]:
    """What a language model gives a voice."""
    end = [LLMFullResponseEndFrame()] if ends else []
    return [LLMFullResponseStartFrame(), *map(LLMTextFrame, words), *end]


def texts(frames: list[Frame]) -> list[str]:
    """The texts among the frames."""
    return [frame.text for frame in frames if isinstance(frame, LLMTextFrame | TTSSpeakFrame)]


# What is unsaid


def test_what_was_said_is_taken_from_the_front() -> None:
    unsaid = given(*answer("Hello, ", "this is ", "Emma."))
    unsaid.say("Hello,")
    unsaid.say("this")
    assert texts(unsaid.rest()) == [" is ", "Emma."]


def test_spaces_do_not_count() -> None:
    unsaid = given(*answer("Hello,  this", " is Emma."))
    unsaid.say("Hello, this is")
    assert texts(unsaid.rest()) == [" Emma."]


def test_the_ends_of_an_answer_are_given_again_with_it() -> None:
    frames = answer("Hello.")
    unsaid = given(*frames)
    assert unsaid.rest() == frames
    unsaid.say("Hello.")
    assert unsaid.rest() == [frames[0], frames[-1]] and not unsaid.is_speakable


def test_what_has_come_to_its_end_was_said_however_it_was_pronounced() -> None:
    first, second = answer("It is 24 Elm St."), answer("Anything else?")
    unsaid = given(*first, *second)
    unsaid.say("It is")
    end = first[-1]
    assert isinstance(end, LLMFullResponseEndFrame)
    unsaid.end_answer(end)
    assert unsaid.rest() == second


@pytest.mark.parametrize(("said", "is_over"), [("", False), ("Good", False), ("Good afternoon", True)])
def test_a_sentence_is_over_when_the_voice_falls_silent_after_most_of_it(said: str, is_over: bool) -> None:
    unsaid = given(TTSSpeakFrame("Good afternoon!"))
    unsaid.say(said)
    unsaid.end_speech()
    assert (unsaid.rest() == []) is is_over


def test_an_interruption_leaves_only_what_cannot_be_interrupted() -> None:
    goodbye = LastWordsFrame("Goodbye.")
    unsaid = given(*answer("Well, ", ends=False), goodbye)
    unsaid.say("Well,")
    unsaid.interrupt()
    assert unsaid.rest() == [goodbye]


def test_a_goodbye_that_is_half_said_stays_a_goodbye() -> None:
    unsaid = given(LastWordsFrame("Thank you. Goodbye."))
    unsaid.say("Thank you.")
    unsaid.interrupt()
    [rest] = unsaid.restart()
    assert isinstance(rest, LastWordsFrame) and not rest.interruptible and rest.text == " Goodbye."
    assert unsaid.rest() == [rest]


def test_what_is_not_to_be_spoken_is_not_kept() -> None:
    silent = LLMTextFrame("(thinks)")
    silent.skip_tts = True
    aloud = LLMTextFrame("Hello.")
    assert given(silent, aloud).rest() == [aloud]


@pytest.mark.parametrize(("text", "is_speakable"), [("…", False), ("🙂", False), ("4", True), ("é", True)])
def test_only_letters_and_digits_can_be_said_by_every_voice(text: str, is_speakable: bool) -> None:
    assert given(*answer(text)).is_speakable is is_speakable


# Who takes over


def three() -> tuple[NextInLine, list[FrameProcessor]]:
    """Three services in a line."""
    services: list[FrameProcessor] = [FrameProcessor(name=name) for name in "abc"]
    return NextInLine(services), services


def trouble(category: ErrorCategory = ErrorCategory.SERVER) -> ErrorFrame:
    """An error of a service that can go on."""
    return ErrorFrame("trouble", category=category)


async def test_each_takes_over_once_until_one_of_them_works() -> None:
    line, (a, b, c) = three()
    assert [await line.handle_error(trouble()) for _ in range(3)] == [b, c, None]
    assert line.active_service is c
    line.forgive()
    assert await line.handle_error(trouble()) is a


async def test_who_can_never_work_again_is_passed_over() -> None:
    line, (_, b, c) = three()
    await b.set_usable(False)
    assert await line.handle_error(trouble()) is c


async def test_an_error_of_the_application_is_nobodys_failure() -> None:
    line, (a, *_) = three()
    assert await line.handle_error(trouble(ErrorCategory.APPLICATION)) is None
    assert line.active_service is a


# A voice that fails in the middle


class Tones(TTSService):
    """Says each sentence as 20 ms of sound, and fails at the one that it `cannot_say`."""

    def __init__(self, cannot_say: str = "") -> None:
        settings = TTSSettings(model="m", voice="v", language=None)
        super().__init__(push_start_frame=True, push_stop_frames=True, settings=settings)
        self.cannot_say = cannot_say
        self.said: list[str] = []

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """The sound of a sentence, or an error."""
        self.said.append(text)
        if text == self.cannot_say:
            yield ErrorFrame("the vendor refuses this text")
        else:
            yield TTSAudioRawFrame(bytes(640), SAMPLE_RATE, 1, context_id=context_id)


async def test_a_voice_that_fails_in_the_middle_is_continued_by_the_next() -> None:
    first, second = Tones(cannot_say="Two."), Tones()
    async with bench(Voice([first, second], ["first", "second"])) as pipeline:
        await pipeline.queue(*answer("One. ", "Two. ", "Three."))
        await pipeline.wait_for(LLMFullResponseEndFrame, count=2)  # that which was given, and that which came
    assert first.said[:2] == ["One.", "Two."] and second.said == ["Two.", "Three."]
    spoken = [frame.text for frame in pipeline.seen(TTSTextFrame)]
    assert spoken == ["One.", "Two.", "Three."]
    assert len(pipeline.seen(LLMFullResponseStartFrame)) == len(pipeline.seen(LLMFullResponseEndFrame)) == 2


async def test_what_stands_behind_a_sentence_stays_behind_it_when_the_voice_changes() -> None:
    mark = OutputTransportMessageFrame({"name": "heard"})
    mark.interruptible = False
    voice = Voice([Tones(cannot_say="Goodbye."), Tones()], ["first", "second"])
    async with bench(voice) as pipeline:
        await pipeline.queue(LastWordsFrame("Goodbye."), mark)
        await pipeline.wait_for(OutputTransportMessageFrame, count=2)
    kinds = [type(frame) for frame in pipeline.frames]
    _, came_out = (at for at, kind in enumerate(kinds) if kind is OutputTransportMessageFrame)
    assert kinds.index(TTSAudioRawFrame) < came_out


async def test_a_sentence_that_no_voice_can_say_changes_nothing() -> None:
    first, second = Tones(cannot_say="…"), Tones()
    voice = Voice([first, second], ["first", "second"])
    async with bench(voice) as pipeline:
        await pipeline.queue(TTSSpeakFrame("…"), TTSSpeakFrame("Hello."))
        await pipeline.wait_for(TTSAudioRawFrame)
    assert first.said == ["…", "Hello."] and second.said == []


# A model that fails with more than one question before it


class Model(LLMService[Any]):
    """Answers each question as the next of `acts` does; one that raises ValueError has failed."""

    def __init__(self, *acts: "Act") -> None:
        super().__init__(settings=LLMSettings.from_mapping({}))
        self.acts = [*acts]
        self.asked = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Answer, as pipecat's models do."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            return await self.push_frame(frame, direction)
        self.asked.set()
        await self.push_frame(LLMFullResponseStartFrame())
        try:
            await self.acts.pop(0)(self)
        except ValueError as error:
            await self.push_error(str(error))
        finally:
            await self.push_frame(LLMFullResponseEndFrame())


Act = Callable[[Model], Awaitable[None]]


def says(text: str) -> Act:
    """An answer."""
    return lambda model: model.push_frame(LLMTextFrame(text))


async def fails(model: Model, when: asyncio.Event) -> None:
    """An answer that does not come."""
    await when.wait()
    raise ValueError("the vendor refuses")


async def acts_and_fails(model: Model, when: asyncio.Event) -> None:
    """A tool is used, and then no more comes."""
    await model.broadcast_frame(FunctionCallsStartedFrame, function_calls=[])
    await fails(model, when)


async def answers_of(first: Model, *behind: Frame, fail: asyncio.Event, ends: int) -> list[str]:
    """What is answered when the first fails at a question with this behind it, after `ends` answers."""
    second = Model(says("second"), says("second again"))
    async with bench(Mind([first, second], ["first", "second"])) as pipeline:
        await pipeline.queue(LLMContextFrame(LLMContext()), *behind)
        await asyncio.wait_for(first.asked.wait(), 5)
        fail.set()
        await pipeline.wait_for(LLMFullResponseEndFrame, count=ends)
        probe = OutputTransportMessageFrame({})
        await pipeline.queue(probe)
        await pipeline.wait_for(OutputTransportMessageFrame, lambda frame: frame is probe, count=2)
    return [frame.text for frame in pipeline.seen(LLMTextFrame)]


async def test_only_one_model_answers_when_the_first_fails_with_another_question_before_it() -> None:
    fail = asyncio.Event()
    first = Model(partial(fails, when=fail), says("first"))
    again = LLMContextFrame(LLMContext())
    assert await answers_of(first, again, fail=fail, ends=2) == ["second"]


async def test_a_question_that_waited_behind_an_answer_is_asked_of_the_next_model_too() -> None:
    fail = asyncio.Event()
    first = Model(says("first"), partial(fails, when=fail))
    again = LLMContextFrame(LLMContext())
    assert await answers_of(first, again, fail=fail, ends=3) == ["first", "second"]


async def test_what_a_model_did_before_it_failed_is_not_done_again() -> None:
    fail = asyncio.Event()
    assert await answers_of(Model(partial(acts_and_fails, when=fail)), fail=fail, ends=1) == []


async def test_no_model_answers_behind_the_goodbye() -> None:
    fail = asyncio.Event()
    first = Model(partial(fails, when=fail))
    assert await answers_of(first, LastWordsFrame("Goodbye."), fail=fail, ends=1) == []
