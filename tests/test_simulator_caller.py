"""The caller: what it does, when, and what it measures."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from frontdesk.simulator import EndReason, NothingHeard, Phone
from frontdesk.simulator.caller import Caller, Turn
from frontdesk.simulator.mouth import Spoken
from frontdesk.simulator.replies import FIRST, NUDGE, Booker, answer
from frontdesk.simulator.step import BargeIn, HangUp, Pause, Play, Press, Say, Script, Step, Vanish
from frontdesk.simulator.utterance import Utterance, loud_span
from tests.test_simulator_audio import write_wav
from tests.toy_bot import BOUND_S, ToyBot, ToyCall, greeting, silent, tone


async def beep(text: str) -> bytes:
    return tone(0.2)


async def wordless(pcm: bytes, sample_rate: int) -> str:
    return f"{len(pcm) // 2 / sample_rate:.1f} s"


async def answering(call: ToyCall) -> None:
    """Greets, then answers everything that is said, and two keys, with a tone."""
    await greeting(call)
    seen = 0
    while len(call.of("dtmf")) < 2:
        await call.until(something_new(call, seen))
        seen = len(call.caller_audio())
        await call.play(tone(0.2))


def something_new(call: ToyCall, seen: int) -> Callable[[], bool]:
    return lambda: has_new_speech(call, seen) or len(call.of("dtmf")) == 2


def has_new_speech(call: ToyCall, seen: int) -> bool:
    """Whether the caller has spoken since byte `seen` and has finished."""
    span = loud_span(call.caller_audio()[seen:])
    return span is not None and len(call.caller_audio()[seen:]) // 2 - span[1] > 800


async def converse(bot: ToyBot, *steps: Step, patience: float = BOUND_S) -> tuple[Caller, Phone]:
    async with Phone.call(bot.url, speak=beep, transcribe=wordless, gap=0.2) as phone:
        caller = Caller(phone, Script(list(steps)), greeting_within=BOUND_S, patience=patience)
        await asyncio.wait_for(caller.converse(), 3 * BOUND_S)
    return caller, phone


async def test_a_scripted_caller_speaks_when_the_agent_has_finished_and_hangs_up_at_the_end() -> None:
    async with ToyBot(answering) as bot:
        caller, phone = await converse(bot, Say("one"), Say("two"), Press("12"))
    assert [turn.said for turn in caller.turns] == ["", "one", "two", "keys 12"]
    assert all(len(turn.replies) == 1 for turn in caller.turns)
    for turn, following in zip(caller.turns, caller.turns[1:], strict=False):
        assert following.spoken.start > turn.replies[-1].end
    assert all(turn.latency is not None and turn.latency > 0 for turn in caller.turns[1:3])
    assert phone.end_reason is EndReason.CALLER_HUNG_UP


async def test_a_caller_plays_a_wav_file(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "hello.wav", tone(0.3), 8000)
    async with ToyBot(answering) as bot:
        caller, _ = await converse(bot, Play(path))
    spoken = caller.turns[1].spoken
    assert caller.turns[1].said == "hello.wav"
    assert spoken.end - spoken.start == pytest.approx(0.3, abs=0.002)


async def test_a_caller_who_barges_in_does_not_wait_for_the_end() -> None:
    async def script(call: ToyCall) -> None:
        await call.play(tone(0.2))
        await call.until(lambda: has_new_speech(call, 0))
        heard = len(call.caller_audio())
        await call.play(tone(30.0))
        await call.until(lambda: loud_span(call.caller_audio()[heard:]))
        await call.clear()
        await call.play(tone(0.3))

    async with ToyBot(script) as bot:
        caller, phone = await converse(bot, Say("one"), BargeIn("stop", after=0.3))
    _, one, stop = caller.turns
    assert one.replies[0].interrupted and stop.barge_in
    assert one.replies[0].start + 0.28 <= stop.spoken.start <= one.replies[0].end
    assert not stop.replies[0].interrupted
    assert phone.playout.cleared > 20 * 8000


async def test_a_pause_is_followed_by_the_next_step_without_the_agent() -> None:
    async with ToyBot(greeting) as bot:
        caller, _ = await converse(bot, Pause(0.1), Say("one"), Pause(0.1), HangUp(), patience=0.1)
    assert [turn.said for turn in caller.turns] == ["", "one"]


async def test_a_caller_can_vanish() -> None:
    async with ToyBot(greeting) as bot:
        _, phone = await converse(bot, Vanish())
        await bot.call.until_closed()
        assert bot.call.close_code == 1006
    assert phone.end_reason is EndReason.CALLER_VANISHED


async def test_an_agent_that_hangs_up_ends_the_conversation_and_its_last_words_are_kept() -> None:
    async def script(call: ToyCall) -> None:
        await greeting(call)
        await call.until(lambda: has_new_speech(call, 0))
        await call.play(tone(0.4))
        await call.close()

    async with ToyBot(script) as bot:
        caller, phone = await converse(bot, Say("goodbye"), Say("never said"))
    assert phone.end_reason is EndReason.AGENT_CLOSED
    assert caller.turns[1].replies[0].end - caller.turns[1].replies[0].start == pytest.approx(0.4, abs=0.01)


async def test_a_caller_whom_the_agent_hangs_up_on_has_its_turn_kept() -> None:
    async def script(call: ToyCall) -> None:
        await greeting(call)
        await call.until(lambda: loud_span(call.caller_audio()))
        await call.close()

    async def long(text: str) -> bytes:
        return tone(20.0)

    async with ToyBot(script) as bot, Phone.call(bot.url, speak=long, transcribe=None, gap=0.2) as phone:
        caller = Caller(phone, Script([Say("and another thing")]))
        await asyncio.wait_for(caller.converse(), BOUND_S)
    assert [turn.said for turn in caller.turns] == ["", "and another thing …"]


async def test_an_agent_without_a_first_word_has_not_answered() -> None:
    async with ToyBot(silent) as bot, Phone.call(bot.url, speak=beep, transcribe=None) as phone:
        with pytest.raises(NothingHeard):
            await Caller(phone, Booker(), greeting_within=0.1).converse()


def utterance(start: float) -> Utterance:
    return Utterance(start, start + 1.0, b"")


def test_the_latency_is_from_the_end_of_speech_to_the_first_sound_after_it() -> None:
    turn = Turn("hello", Spoken(1.0, 2.0), replies=[utterance(1.5), utterance(2.75), utterance(4.0)])
    assert turn.latency == pytest.approx(0.75)
    assert Turn("hello", Spoken(1.0, 2.0)).latency is None


@pytest.mark.parametrize(
    ("heard", "reply"),
    [
        ("Thank you for calling Harbor Lane Dental, this is Emma. How can I help you today?", FIRST),
        ("What day would suit you?", "Tuesday next week, in the afternoon please."),
        ("On which day, at two o'clock?", "Tuesday next week, in the afternoon please."),
        ("On Tuesday I have 1:30 PM, 2 PM or 4 PM. Which would you like?", "1:30 PM, please."),
        (
            "There is half past two in the afternoon or three. Which one suits you?",
            "half past two in the afternoon, please.",
        ),
        ("I have one thirty p.m. and four. Which would you prefer?", "one thirty p.m., please."),
        ("And what time would suit you?", "The first one, please."),
        ("May I have your name, please?", "My name is Alex Miller."),
        ("What name shall I put it under?", "My name is Alex Miller."),
        ("Sorry, I didn't catch your name. Could you say it again?", "before"),
        (
            "It is at 2 p.m. Is there anything else I can do for you?",
            "No, that's all, thank you and goodbye.",
        ),
        ("So that's Tuesday at two for Alex Miller. Is that right?", "Yes, that's right."),
        ("Tuesday at two for Alex Miller. Shall I book it?", "Yes, that's right."),
        (
            "You are booked for Tuesday. Is there anything else I can do for you?",
            "No, that's all, thank you and goodbye.",
        ),
        ("Is there anything else I can do for you?", "No, that's all, thank you and goodbye."),
        ("Is there anything else? I can do for you.", "No, that's all, thank you and goodbye."),
        ("Is there anything? Else I can do for you?", "No, that's all, thank you and goodbye."),
        ("What else can I do for you today?", "No, that's all, thank you and goodbye."),
        ("Will that be everything for today?", "No, that's all, thank you and goodbye."),
        ("Hello. What can I do for you?", FIRST),
        ("Hello. Is there anything I can help you with?", FIRST),
        ("You're all set. Have a great day. Good-bye!", ""),
        ("One moment, let me check.", ""),
        ("Sorry, I did not hear you. Can you repeat that?", "before"),
        ("Do you like jazz?", "Yes, please."),
        ("Mm-hm.", ""),
    ],
)
def test_the_default_caller_answers_what_it_was_asked(heard: str, reply: str) -> None:
    assert answer(heard, "before") == reply


def test_the_default_caller_nudges_a_silent_agent_and_then_gives_up() -> None:
    booker = Booker()
    assert booker.next("How can I help you?") == Say(FIRST)
    assert [booker.next(None) for _ in range(3)] == [Say(NUDGE), Say(NUDGE), HangUp()]


def test_the_default_caller_books_once() -> None:
    booker = Booker()
    assert booker.next("How can I help you?") == Say(FIRST)
    assert booker.next("Sorry, I missed that. How can I help you?") == Say(FIRST)
    assert booker.next("Shall I book it?") == Say("Yes, that's right.")
    assert booker.next("Is there anything I can do for you?") == Say("No, that's all, thank you and goodbye.")


def test_the_default_caller_hangs_up_when_nothing_follows_its_goodbye() -> None:
    booker = Booker()
    booker.next("Is there anything else?")
    assert booker.next(None) == HangUp()
