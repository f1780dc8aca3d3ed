"""The phone against a real WebSocket server that speaks Twilio's messages."""

import asyncio
import contextlib
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from frontdesk.simulator import CannotConnect, EndReason, Event, Kind, LineDropped, NothingHeard, Phone
from frontdesk.simulator.utterance import loud_span
from tests.toy_bot import BOUND_S, Script, ToyBot, ToyCall, greeting, silent, tone

GAP_S = 0.2


@contextlib.asynccontextmanager
async def on_the_phone(script: Script, **options: object) -> AsyncIterator[tuple[Phone, ToyBot]]:
    settings = {"gap": GAP_S, "transcribe": None} | options
    async with ToyBot(script) as bot, Phone.call(bot.url, {"agent": "toy"}, **settings) as phone:  # type: ignore[arg-type]
        yield phone, bot


async def test_the_phone_opens_the_stream_and_sends_audio_all_the_time() -> None:
    async with on_the_phone(silent) as (_, bot):
        await bot.answered()
        await bot.call.until(lambda: len(bot.call.of("media")) >= 10)
        assert [m["event"] for m in bot.call.received[:3]] == ["connected", "start", "media"]
        assert bot.call.of("start")[0]["start"]["customParameters"] == {"agent": "toy"}
        assert len(bot.call.caller_audio()) == len(bot.call.of("media")) * 320


async def test_the_agent_is_heard_until_it_falls_silent() -> None:
    async with on_the_phone(greeting) as (phone, _):
        said = await phone.hear(BOUND_S)
        assert said.end - said.start == pytest.approx(0.3, abs=0.002)
        assert len(said.pcm) == pytest.approx(2 * 0.3 * 8000, abs=32)
        assert phone.answered and not phone.problems


async def test_a_transcript_comes_with_what_was_heard() -> None:
    async def transcribe(pcm: bytes, sample_rate: int) -> str:
        return f" {len(pcm) > 2 * 0.3 * 8000} at {sample_rate} "

    async with on_the_phone(greeting, transcribe=transcribe) as (phone, _):
        assert (await phone.hear(BOUND_S)).text == "True at 8000"


async def test_what_the_caller_says_reaches_the_bot_sample_for_sample() -> None:
    speech = tone(0.4)
    async with on_the_phone(silent) as (phone, bot):
        spoken = await phone.play(speech)
        await bot.call.until(lambda: len(bot.call.caller_audio()) / 16000 > spoken.end)
        first, last = loud_span(bot.call.caller_audio()) or (0, 0)
        assert spoken.start == first / 8000
        assert spoken.end == last / 8000
        heard = np.frombuffer(bot.call.caller_audio(), "<i2")[first:last]
        assert np.allclose(heard, np.frombuffer(speech, "<i2")[: len(heard)], atol=600)


async def test_text_is_spoken_by_the_given_voice() -> None:
    async def speak(text: str) -> bytes:
        return tone(0.1 * len(text))

    async with on_the_phone(silent, speak=speak) as (phone, _):
        spoken = await phone.say("abc")
        assert spoken.end - spoken.start == pytest.approx(0.3, abs=0.002)


async def test_a_mark_comes_back_when_playout_reaches_it() -> None:
    async def script(call: ToyCall) -> None:
        await call.play(tone(0.2))
        await call.mark("half")
        await call.play(tone(0.2))
        await call.mark("all")

    async with on_the_phone(script) as (phone, bot):
        await phone.hear(BOUND_S)
        await bot.call.until(lambda: len(bot.call.of("mark")) == 2)
        assert [m["mark"]["name"] for m in bot.call.of("mark")] == ["half", "all"] == phone.marks
        events = [m["event"] for m in bot.call.received]
        first, second = (i for i, event in enumerate(events) if event == "mark")
        assert first >= 10 and second - first >= 10


async def test_clear_silences_the_agent_and_answers_its_marks() -> None:
    async def script(call: ToyCall) -> None:
        await call.play(tone(30.0))
        await call.mark("never played")
        await call.until(lambda: loud_span(call.caller_audio()))
        await call.clear()
        await call.play(tone(0.1))

    events: list[Event] = []
    async with on_the_phone(script, on_event=events.append) as (phone, bot):
        await phone.agent_speaking(BOUND_S)
        spoken = await phone.play(tone(0.2))
        first, second = await phone.hear(BOUND_S), await phone.hear(BOUND_S)
        assert first.interrupted and first.end >= spoken.start
        assert not second.interrupted and second.start >= first.end
        assert phone.playout.cleared > 20 * 8000
        await bot.call.until(lambda: bot.call.of("mark"))
    kinds = [event.kind for event in events]
    assert kinds.index(Kind.BARGE_IN) < kinds.index(Kind.CLEAR) < kinds.index(Kind.MARK)


async def test_keys_are_pressed_one_by_one() -> None:
    async with on_the_phone(silent) as (phone, bot):
        await phone.press("1#")
        await bot.call.until(lambda: len(bot.call.of("dtmf")) == 2)
        assert [m["dtmf"]["digit"] for m in bot.call.of("dtmf")] == ["1", "#"]


async def test_hanging_up_sends_stop_and_a_close_frame() -> None:
    async with on_the_phone(greeting) as (phone, bot):
        await phone.hear(BOUND_S)
        await phone.hang_up()
        await bot.call.until_closed()
        assert bot.call.received[-1]["event"] == "stop"
        assert bot.call.close_code == 1000
        assert phone.end_reason is EndReason.CALLER_HUNG_UP


async def test_vanishing_sends_neither_stop_nor_a_close_frame() -> None:
    async with on_the_phone(greeting) as (phone, bot):
        await phone.hear(BOUND_S)
        phone.vanish()
        await bot.call.until_closed()
        assert not bot.call.of("stop")
        assert bot.call.close_code == 1006
        assert phone.end_reason is EndReason.CALLER_VANISHED


async def test_leaving_the_block_hangs_up() -> None:
    async with ToyBot(silent) as bot:
        async with Phone.call(bot.url, transcribe=None) as phone:
            pass
        await bot.call.until_closed()
        assert bot.call.of("stop") and phone.end_reason is EndReason.CALLER_HUNG_UP


async def goodbye(call: ToyCall) -> None:
    await call.play(tone(0.4))
    await call.close()


async def test_what_was_buffered_is_heard_after_the_bot_closed_the_stream() -> None:
    async with on_the_phone(goodbye) as (phone, _):
        assert await phone.wait_ended(BOUND_S) is EndReason.AGENT_CLOSED
        said = await phone.hear(BOUND_S)
        assert said.end - said.start == pytest.approx(0.4, abs=0.002)
        assert phone.playout.heard == phone.playout.received and phone.playout.cut == 0


async def test_a_hang_up_by_rest_cuts_what_was_not_yet_heard() -> None:
    async def script(call: ToyCall) -> None:
        await call.play(tone(30.0))

    async with on_the_phone(script) as (phone, bot):
        await phone.agent_speaking(BOUND_S)
        phone.on_hangup()
        assert await phone.wait_ended(BOUND_S) is EndReason.CARRIER_HUNG_UP
        await bot.call.until_closed()
        assert bot.call.of("stop")
        heard, cut = phone.playout.heard, phone.playout.cut
        assert heard and cut and heard + cut == phone.playout.received
        assert loud_span(phone.playout.cut_pcm)


async def test_a_hang_up_by_rest_after_the_mark_cuts_nothing() -> None:
    async def script(call: ToyCall) -> None:
        await call.play(tone(0.3))
        await call.mark("heard")

    async with on_the_phone(script) as (phone, bot):
        await bot.answered()
        await bot.call.until(lambda: bot.call.of("mark"))
        phone.on_hangup()
        assert phone.playout.cut == 0 and phone.playout.heard == phone.playout.received


async def test_a_line_that_breaks_is_told_from_one_that_was_closed() -> None:
    async def script(call: ToyCall) -> None:
        call.break_line()

    async with on_the_phone(script) as (phone, _):
        assert await phone.wait_ended(BOUND_S) is EndReason.LINE_BROKE


async def test_an_agent_that_says_nothing_is_told_after_the_wait() -> None:
    async with on_the_phone(silent) as (phone, _):
        with pytest.raises(NothingHeard, match=r"waited 0\.05 s"):
            await phone.hear(0.05)
        assert not phone.answered


async def test_listening_and_speaking_after_the_end_says_that_the_line_is_dropped() -> None:
    async with on_the_phone(goodbye) as (phone, _):
        await phone.wait_ended(BOUND_S)
        await phone.hear(BOUND_S)
        with pytest.raises(LineDropped, match="agent closed the stream"):
            await phone.hear(BOUND_S)
        with pytest.raises(LineDropped):
            await phone.play(tone(0.1))


async def test_a_caller_cut_off_in_mid_sentence_is_told() -> None:
    async def script(call: ToyCall) -> None:
        await call.until(lambda: loud_span(call.caller_audio()))
        await call.close()

    async with on_the_phone(script) as (phone, _):
        with pytest.raises(LineDropped, match="cut off"):
            await phone.play(tone(30.0))


async def test_messages_that_twilio_would_refuse_are_kept_as_problems() -> None:
    async def script(call: ToyCall) -> None:
        await call.send_raw('{"event": "media", "streamSid": "MZother"}')
        await greeting(call)

    async with on_the_phone(script) as (phone, _):
        await phone.hear(BOUND_S)
        assert len(phone.problems) == 1 and "MZother" in phone.problems[0]


async def test_nobody_at_that_address_cannot_be_connected() -> None:
    async with ToyBot(silent) as bot:
        url = bot.url
    with pytest.raises(CannotConnect, match=r"127\.0\.0\.1"):
        async with Phone.call(url, transcribe=None):
            pass


async def test_both_sides_are_recorded_on_one_clock(tmp_path: Path) -> None:
    async def echo(call: ToyCall) -> None:
        await call.until(lambda: loud_span(call.caller_audio()))
        await call.play(tone(0.3, hertz=200))

    async with on_the_phone(echo) as (phone, _):
        spoken = await phone.play(tone(0.1))
        said = await phone.hear(BOUND_S)
        path = phone.recording.save(tmp_path / "call.wav")
    with wave.open(str(path)) as file:
        sides = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    caller, agent = (loud_span(sides[:, side].tobytes()) or (0, 0) for side in (0, 1))
    assert (caller[0] / 8000, caller[1] / 8000) == (spoken.start, spoken.end)
    assert (agent[0] / 8000, agent[1] / 8000) == (said.start, said.end)
    assert said.start > spoken.start


async def test_a_call_leaves_no_task_behind() -> None:
    before = asyncio.all_tasks()
    async with ToyBot(greeting) as bot, Phone.call(bot.url, transcribe=None, gap=GAP_S) as phone:
        await phone.hear(BOUND_S)
    assert asyncio.all_tasks() == before
