"""A vendor fails and another is in reserve: the caller hears next to nothing of it."""

import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from frontdesk.phrases import PHRASES
from frontdesk.simulator import Phone
from frontdesk.simulator.event import EndReason
from frontdesk.simulator.twilio import TwilioWire
from tests.fakes import FakeCartesia, FakeDeepgram, FakeOpenAI, Reply, ToolCall
from tests.fakes.faults import Faults
from tests.inprocess import in_process_bot
from tests.quick import (
    GOODBYE,
    GREETING,
    QUESTION,
    agent_tone,
    dial,
    hang_up_reply,
    is_whole,
    make_quick,
    use_environment,
)
from tests.records import wait_for_records, words_of
from tests.vendors import Vendors

ENGLISH = PHRASES["en"]
ANSWER = "Yes, we are open until five."
OTHER = "Yes, the whole afternoon, you are welcome to come in."


@dataclass
class Reserve:
    """The vendors in the second row, with keys of their own."""

    deepgram: FakeDeepgram
    openai: FakeOpenAI
    cartesia: FakeCartesia

    def sections(self, vendors: Vendors, **changed: Any) -> dict[str, Any]:
        """Sections of an agent file with one fallback each; `changed` are further keys of the first."""
        llm = {"model": "gpt-4.1-mini", "base_url": vendors.openai.base_url}
        stt = {"model": "flux-general-en", "base_url": vendors.deepgram.base_url}
        tts = {"base_url": vendors.cartesia.base_url}
        groq = {"vendor": "groq", "model": "llama-3.3-70b-versatile", "base_url": self.openai.base_url}
        nova = {"model": "nova-3", "base_url": self.deepgram.base_url}
        other = {"voice": "other", "base_url": self.cartesia.base_url}
        return {
            "llm": {"main": llm | changed.get("llm", {}) | {"fallback": [groq]}},
            "stt": stt | changed.get("stt", {}) | {"fallback": [nova]},
            "tts": tts | changed.get("tts", {}) | {"fallback": [other]},
        }

    @property
    def said(self) -> list[str]:
        """What the voice in reserve was given to say."""
        return [context.text.strip() for context in self.cartesia.contexts]


@pytest.fixture
async def reserve() -> AsyncIterator[Reserve]:
    """A second vendor of each kind: the same protocols at other addresses."""
    async with AsyncExitStack() as stack:
        yield Reserve(
            deepgram=await stack.enter_async_context(FakeDeepgram(lines=[QUESTION] * 9, silence_s=0.15)),
            openai=await stack.enter_async_context(FakeOpenAI(api_key="groq-key", replies=[OTHER] * 9)),
            cartesia=await stack.enter_async_context(FakeCartesia(synthesize=agent_tone)),
        )


def prepare(vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, **agent: Any) -> None:
    """An agent with everything in reserve; `llm`, `stt` and `tts` change who is first in line."""
    first = {kind: agent.pop(kind) for kind in ("llm", "stt", "tts") if kind in agent}
    make_quick(vendors, [ANSWER] * 9, **agent, **reserve.sections(vendors, **first))
    use_environment(monkeypatch, vendors.keys | {"GROQ_API_KEY": "groq-key"})


def nobody_there() -> str:
    """An address where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


def break_down(faults: Faults, trouble: str) -> None:
    """Let a vendor have trouble from now on."""
    match trouble:
        case "drops":
            faults.drop_after = 1
        case "breaks every connection":
            faults.drop_after = 0
        case "never answers":
            faults.first_byte_delay_s = 600.0
        case "lets nobody in":
            faults.connect_delay_s = 600.0
        case status:
            faults.fail_status = int(status)


async def hear_text(phone: Phone, text: str, within: float = 5.0) -> float:
    """Hear the tone for `text` next; how long it took from now, in seconds."""
    before = phone.now
    heard = await phone.hear(within)
    assert is_whole(heard, text), f"{heard.end - heard.start:.2f} s were heard in place of {text!r}"
    return heard.start - before


async def record_of(data: Path) -> dict[str, Any]:
    """The record of the one call."""
    [record] = await wait_for_records(data)
    return record


# The language model


@pytest.mark.parametrize("trouble", ["500", "401", "429", "drops", "nobody there"])
async def test_the_next_language_model_answers_the_same_turn(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path, trouble: str
) -> None:
    gone = {"llm": {"base_url": nobody_there()}} if trouble == "nobody there" else {}
    prepare(vendors, reserve, monkeypatch, **gone)
    if not gone:
        break_down(vendors.openai.faults, trouble)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        for _ in range(2):
            await phone.say(QUESTION)
            assert await hear_text(phone, OTHER) < 2.0
        await phone.hang_up()
    record = await record_of(data)
    assert record["end_reason"] == "caller_hung_up"
    assert record["services"]["llm"] == "openai, groq"
    assert len(record["errors"]) == 1 and "LLM" in record["errors"][0]["source"]
    assert len(vendors.openai.requests) <= 1, "it was asked again"


async def test_the_next_language_model_is_told_its_part_and_has_the_tools(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(
        vendors,
        reserve,
        monkeypatch,
        agent_inputs={"agent_phone": "+15550001111"},
        prompts={"agent": {"en": "You are Emma, at {agent_phone}."}},
    )
    break_down(vendors.openai.faults, "500")
    reserve.openai.replies = [hang_up_reply()]
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await hear_text(phone, GOODBYE)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
    asked = reserve.openai.requests[0].body
    assert asked["messages"][0]["content"].startswith("You are Emma, at +")
    assert asked["model"] == "llama-3.3-70b-versatile" and asked["tools"]
    assert (await record_of(data))["end_reason"] == "agent_hung_up"


async def test_an_answer_that_breaks_off_is_given_whole_by_the_next(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(vendors, reserve, monkeypatch)
    vendors.openai.replies = ["Yes, we are open. And also on Sunday"]
    vendors.openai.faults.drop_after = 7
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        heard = await phone.hear(5)
        if not is_whole(heard, OTHER):
            await hear_text(phone, OTHER)
        await phone.hang_up()
    record = await record_of(data)
    assert words_of(record, "agent").endswith(OTHER) and "Sunday" not in str(record["transcript"])


async def test_the_next_language_model_takes_over_from_one_that_hangs(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(vendors, reserve, monkeypatch)
    monkeypatch.setattr("frontdesk.silence.ANSWER_TIMEOUT_S", 1.2)
    break_down(vendors.openai.faults, "never answers")
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await phone.hear(5)  # the request for patience, and the answer right behind it
        await phone.say(QUESTION)
        await hear_text(phone, OTHER)
        await phone.hang_up()
    record = await record_of(data)
    assert record["end_reason"] == "caller_hung_up" and record["services"]["llm"] == "openai, groq"
    assert f"{ENGLISH.one_moment} {OTHER}" in words_of(record, "agent")
    assert "no answer" in record["errors"][0]["message"]


async def test_what_a_model_booked_before_it_failed_is_told_by_the_next_and_not_booked_again(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(vendors, reserve, monkeypatch)
    tuesday = datetime.now(UTC) + timedelta(days=2 + (6 - datetime.now(UTC).weekday()))
    slot = {"date": f"{tuesday:%Y-%m-%d}", "time": "10:00"}
    booking = ToolCall("book_appointment", {"name": "Ann Lee", **slot})
    vendors.openai.replies = [Reply(tool_calls=[booking])]  # to what comes of it, it only has an error
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await hear_text(phone, OTHER)
        await phone.hang_up()
    record = await record_of(data)
    assert record["services"]["llm"] == "openai, groq"
    assert [call["result"].get("booked") for call in record["tool_calls"]] == [True]
    assert "Ann Lee" in str(reserve.openai.requests[0].body["messages"][-1])


async def test_language_models_that_all_fail_cost_an_apology_and_then_the_call(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(vendors, reserve, monkeypatch)
    for openai in (vendors.openai, reserve.openai):
        break_down(openai.faults, "500")
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await hear_text(phone, ENGLISH.say_again)
        await phone.say(QUESTION)
        await hear_text(phone, ENGLISH.out_of_order)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
    record = await record_of(data)
    assert record["end_reason"] == "vendor_failed" and len(record["errors"]) == 4


async def test_the_first_language_model_gets_another_chance_when_the_next_fails(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(vendors, reserve, monkeypatch)
    break_down(vendors.openai.faults, "500")
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await hear_text(phone, OTHER)
        vendors.openai.faults.fail_status = None
        break_down(reserve.openai.faults, "500")
        await phone.say(QUESTION)
        await hear_text(phone, ANSWER)
        await phone.hang_up()
    assert (await record_of(data))["services"]["llm"] == "openai, groq, openai"


# The voice


@pytest.mark.parametrize(
    "trouble", ["401", "500", "breaks every connection", "never answers", "lets nobody in", "nobody there"]
)
async def test_the_next_voice_says_the_greeting(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path, trouble: str
) -> None:
    gone = {"tts": {"base_url": nobody_there()}} if trouble == "nobody there" else {}
    prepare(vendors, reserve, monkeypatch, **gone)
    monkeypatch.setattr("frontdesk.services.fallback.line_up.CONNECT_TIMEOUT_S", 1.0)
    if not gone:
        break_down(vendors.cartesia.faults, trouble)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await hear_text(phone, ANSWER)
        await phone.hang_up()
    record = await record_of(data)
    assert record["end_reason"] == "caller_hung_up" and record["services"]["tts"] == "cartesia, cartesia"
    assert "TTS" in record["errors"][0]["source"]
    assert reserve.said == [GREETING, ANSWER]
    assert words_of(record, "agent") == f"{GREETING} {ANSWER}"


async def test_the_next_voice_says_the_goodbye_before_the_line_drops(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(vendors, reserve, monkeypatch)
    vendors.openai.replies = [hang_up_reply()]
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        break_down(vendors.cartesia.faults, "500")
        vendors.cartesia.connections[-1].drop()
        await phone.say(QUESTION)
        await hear_text(phone, GOODBYE)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0
    record = await record_of(data)
    assert record["end_reason"] == "agent_hung_up" and words_of(record, "agent") == f"{GREETING} {GOODBYE}"


async def test_voices_that_all_fail_drop_the_line(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(vendors, reserve, monkeypatch)
    for cartesia in (vendors.cartesia, reserve.cartesia):
        break_down(cartesia.faults, "401")
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        assert await phone.wait_ended(12) is EndReason.AGENT_CLOSED
        await bot.until_ended(1, 2)
    assert (await record_of(data))["end_reason"] == "vendor_failed"


# The ears


def speak(url: str) -> AbstractAsyncContextManager[Phone]:
    """A phone whose caller has a voice: nothing else is speech to the model that listens for it here."""
    return Phone.call(url, wire=TwilioWire(), transcribe=None, gap=0.3)


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["401", "500", "lets nobody in", "nobody there"])
async def test_the_next_ears_listen_in_their_own_way(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path, trouble: str
) -> None:
    gone = {"stt": {"base_url": nobody_there()}} if trouble == "nobody there" else {}
    prepare(vendors, reserve, monkeypatch, **gone)
    monkeypatch.setattr("frontdesk.services.fallback.line_up.CONNECT_TIMEOUT_S", 1.0)
    if not gone:
        break_down(vendors.deepgram.faults, trouble)
    async with in_process_bot(monkeypatch) as bot, speak(bot.url) as phone:
        await hear_text(phone, GREETING)
        for _ in range(2):
            await phone.say(QUESTION)
            await hear_text(phone, ANSWER)
        await phone.hang_up()
    record = await record_of(data)
    assert record["end_reason"] == "caller_hung_up"
    assert record["services"]["stt"] == "deepgram-flux, deepgram"
    assert words_of(record, "caller") == f"{QUESTION} {QUESTION}"
    assert "STT" in record["errors"][0]["source"]


async def lose_ears(deepgram: FakeDeepgram, reserve: Reserve) -> None:
    """The connection breaks and no other is let in."""
    break_down(deepgram.faults, "500")
    deepgram.connections[-1].drop()
    await deepgram.wait_until(lambda: len(deepgram.requests) > 1)


async def test_ears_that_die_while_nobody_speaks_are_not_missed(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(vendors, reserve, monkeypatch)
    async with in_process_bot(monkeypatch) as bot, speak(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await hear_text(phone, ANSWER)
        await lose_ears(vendors.deepgram, reserve)
        await phone.say(QUESTION)
        await hear_text(phone, ANSWER)
        await phone.hang_up()
    record = await record_of(data)
    assert record["services"]["stt"] == "deepgram-flux, deepgram"
    assert ENGLISH.say_again not in words_of(record, "agent")


async def test_a_caller_whose_words_were_lost_is_asked_to_repeat_them(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    nova = {"stt": {"model": "nova-3"}}
    prepare(vendors, reserve, monkeypatch, **nova)
    vendors.deepgram.silence_s = 600.0  # it hears, and has not written anything down yet
    async with in_process_bot(monkeypatch) as bot, speak(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await lose_ears(vendors.deepgram, reserve)
        await hear_text(phone, ENGLISH.say_again)
        await phone.say(QUESTION)
        await hear_text(phone, ANSWER)
        await phone.hang_up()
    record = await record_of(data)
    assert record["services"]["stt"] == "deepgram, deepgram"
    assert words_of(record, "caller") == QUESTION


async def test_ears_that_die_in_the_middle_of_a_turn_do_not_leave_it_open(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(vendors, reserve, monkeypatch)
    vendors.deepgram.silence_s = 600.0
    async with in_process_bot(monkeypatch) as bot, speak(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await lose_ears(vendors.deepgram, reserve)
        await phone.hear(5)  # an answer to what was understood, or the request to say it again
        await phone.say(QUESTION)
        await hear_text(phone, ANSWER)
        await phone.hang_up()
    record = await record_of(data)
    assert record["services"]["stt"] == "deepgram-flux, deepgram"
    assert record["transcript"][-2]["text"] == QUESTION


async def test_ears_that_hear_turns_themselves_take_over_from_others(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(vendors, reserve, monkeypatch)
    flux = {"model": "flux-general-en", "base_url": reserve.deepgram.base_url}
    vendors.change_agent(
        {"stt": {"model": "nova-3", "base_url": vendors.deepgram.base_url, "fallback": [flux]}}
    )
    async with in_process_bot(monkeypatch) as bot, speak(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await hear_text(phone, ANSWER)
        await lose_ears(vendors.deepgram, reserve)
        for _ in range(2):
            await phone.say(QUESTION)
            await hear_text(phone, ANSWER)
        await phone.hang_up()
    record = await record_of(data)
    assert record["services"]["stt"] == "deepgram, deepgram-flux"
    assert words_of(record, "caller") == " ".join([QUESTION] * 3)


async def test_ears_that_hear_nothing_make_way_when_the_caller_is_asked_whether_they_are_there(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(vendors, reserve, monkeypatch, use_idle_processor={"timeout": 3.0})
    break_down(vendors.deepgram.faults, "never answers")
    async with in_process_bot(monkeypatch) as bot, speak(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await hear_text(phone, ENGLISH.still_there, within=12)
        await phone.say(QUESTION)
        await hear_text(phone, ANSWER)
        await phone.hang_up()
    record = await record_of(data)
    assert record["services"]["stt"] == "deepgram-flux, deepgram"
    assert words_of(record, "caller") == QUESTION and "nothing heard" in record["errors"][0]["message"]


async def test_ears_that_all_fail_end_the_call_with_words(
    vendors: Vendors, reserve: Reserve, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    prepare(vendors, reserve, monkeypatch)
    for deepgram in (vendors.deepgram, reserve.deepgram):
        break_down(deepgram.faults, "401")
    async with in_process_bot(monkeypatch) as bot, speak(bot.url) as phone:
        said = [await phone.hear(8)]
        if is_whole(said[0], GREETING):
            said.append(await phone.hear(8))
        assert is_whole(said[-1], ENGLISH.out_of_order)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
    assert (await record_of(data))["end_reason"] == "vendor_failed"
