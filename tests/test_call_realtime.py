"""A phone call whose model hears and speaks itself, over OpenAI's realtime protocol."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from frontdesk.phrases import PHRASES
from frontdesk.simulator import NothingHeard
from frontdesk.simulator.event import EndReason
from frontdesk.simulator.twilio import TwilioWire
from tests.fakes import Reply, ToolCall
from tests.quick import (
    GOODBYE,
    GREETING,
    QUESTION,
    dial,
    hang_up_reply,
    hang_up_when_asked,
    is_whole,
)
from tests.records import wait_for_records, words_of
from tests.spoken import Spoken

ENGLISH = PHRASES["en"]
ANSWER = "Yes, we are open until five."


async def test_the_greeting_comes_word_for_word_then_the_model_answers(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path, logged: list[str]
) -> None:
    async with spoken.bot(monkeypatch, [ANSWER]) as bot, dial(bot.url) as phone:
        assert is_whole(await phone.hear(), GREETING)
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    said = [(turn["role"], turn["text"]) for turn in record["transcript"]]
    assert said == [("agent", GREETING), ("caller", QUESTION), ("agent", ANSWER)]
    assert record["services"] == {"llm": "openai"}
    assert record["end_reason"] == "caller_hung_up" and record["errors"] == []
    assert spoken.session["model"] == "gpt-realtime" and spoken.errors == []
    assert "receptionist" in spoken.session["instructions"]
    assert [line for line in logged if line.startswith("ERROR")] == []


async def test_without_a_greeting_the_first_turn_is_answered_once_and_with_tools(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    async with (
        spoken.bot(monkeypatch, [ANSWER, "I must not be heard."], start_message=None) as bot,
        dial(bot.url) as phone,
    ):
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        with pytest.raises(NothingHeard):
            await phone.hear(1.5)
        await phone.hang_up()
    assert len(spoken.openai.responses) == 1
    assert "book_appointment" in {tool["name"] for tool in spoken.session["tools"]}
    await wait_for_records(data)


async def test_a_tool_is_used_and_its_result_spoken(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    looks = Reply(tool_calls=[ToolCall("get_available_time_slots", {})])
    async with spoken.bot(monkeypatch, [looks, ANSWER]) as bot, dial(bot.url) as phone:
        assert is_whole(await phone.hear(), GREETING)
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    [call] = record["tool_calls"]
    assert call["name"] == "get_available_time_slots" and call["outcome"] == "completed"
    items = spoken.openai.sessions[0].items
    [result] = [item for item in items if item["type"] == "function_call_output"]
    assert "free" in result["output"] or "slots" in result["output"]
    assert words_of(record, "caller") == QUESTION and words_of(record, "agent") == f"{GREETING} {ANSWER}"
    assert spoken.errors == []


async def test_an_appointment_is_booked(spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    day = (datetime.now(ZoneInfo("UTC")) + timedelta(days=2)).date().isoformat()
    wanted = {"name": "Ada Lovelace", "date": day, "time": "10:00"}
    books = Reply("I'll book that.", tool_calls=[ToolCall("book_appointment", wanted)])
    keys: dict[str, Any] = {
        "timezone": "UTC",
        "calendar": {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
    }
    async with spoken.bot(monkeypatch, [books, ANSWER], **keys) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), f"I'll book that.{ANSWER}")
        await phone.hang_up()
    [record] = await wait_for_records(data)
    [call] = record["tool_calls"]
    assert call["arguments"] == wanted and call["outcome"] == "completed", call["result"]
    assert "error" not in call["result"]
    assert words_of(record, "agent") == f"{GREETING} I'll book that. {ANSWER}"


async def test_a_caller_who_barges_in_is_not_talked_over(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    long = "This is a long answer that nobody would want to hear to its end. " * 4
    async with spoken.bot(monkeypatch, [long, ANSWER]) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        began = await phone.agent_speaking()
        await asyncio.sleep(1.0)
        await phone.say(QUESTION)
        cut = await phone.hear()
        assert cut.end - began < 2.5, "the voice went on"
        assert phone.playout.cleared > 0, "what the carrier had buffered was played out"
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    [interrupted] = [turn for turn in record["transcript"] if turn["interrupted"]]
    assert long.startswith(interrupted["text"]) and len(interrupted["text"]) < len(long) / 2
    [heard_ms] = spoken.openai.sessions[0].truncated.values()
    assert 500 < heard_ms < 2500, "the model does not know how much of it was heard"
    assert record["errors"] == [] and spoken.errors == []


async def test_the_goodbye_is_heard_before_twilio_is_asked_to_hang_up(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    wire = TwilioWire()
    call = spoken.twilio.add_call(wire.call_sid)
    async with (
        spoken.bot(monkeypatch, [hang_up_reply()], environ=spoken.twilio_keys) as bot,
        dial(bot.url, wire) as phone,
    ):
        carrier = asyncio.create_task(hang_up_when_asked(call, phone))
        assert is_whole(await phone.hear(), GREETING)
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), GOODBYE)
        assert await phone.wait_ended(5) is EndReason.CARRIER_HUNG_UP
        assert phone.playout.cut == 0
        assert await carrier, "no mark had come back when the REST request was made"
        await bot.until_ended(1, 2)
    [record] = await wait_for_records(data)
    said = [(turn["role"], turn["text"]) for turn in record["transcript"]]
    assert said == [("agent", GREETING), ("caller", QUESTION), ("agent", GOODBYE)]
    assert record["end_reason"] == "agent_hung_up" and record["errors"] == []


async def test_what_is_said_with_the_last_tool_comes_before_the_goodbye(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    both = Reply(ANSWER, tool_calls=hang_up_reply().tool_calls)
    async with spoken.bot(monkeypatch, [both]) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        assert await phone.wait_ended(8) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0
    [record] = await wait_for_records(data)
    assert words_of(record, "agent") == f"{GREETING} {ANSWER} {GOODBYE}"


async def test_a_caller_who_talks_over_the_goodbye_does_not_cut_it(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    goodbye = GOODBYE * 4
    async with spoken.bot(monkeypatch, [hang_up_reply(goodbye), ANSWER]) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        await phone.agent_speaking()
        await phone.say("But wait, please, one more thing!")
        assert is_whole(await phone.hear(), goodbye)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0 and phone.playout.cleared == 0
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "agent_hung_up"
    assert spoken.openai.replies == [ANSWER], "the model answered what came after the goodbye"


async def test_a_silent_caller_is_asked_and_then_told_goodbye(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    idle = {"is_on": True, "timeout": 1.6}
    async with spoken.bot(monkeypatch, use_idle_processor=idle) as bot, dial(bot.url) as phone:
        greeting = await phone.hear()
        asked = await phone.hear(within=3)
        assert is_whole(asked, ENGLISH.still_there)
        assert 0.6 < asked.start - greeting.end < 1.8
        assert is_whole(await phone.hear(within=3), ENGLISH.nobody_there)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_silent" and record["errors"] == []
    assert words_of(record, "agent") == f"{GREETING} {ENGLISH.still_there} {ENGLISH.nobody_there}"


async def test_a_call_that_lasts_too_long_is_ended_politely(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    long = "This answer takes the agent a little more than three seconds to say. " * 3
    async with spoken.bot(monkeypatch, [long], call_max_duration=2.5) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        assert await phone.wait_ended(12) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0 and phone.playout.cleared == 0
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "time_limit"
    assert words_of(record, "agent").endswith(f"to say. {ENGLISH.time_is_up}")


async def test_a_caller_who_may_not_interrupt_is_heard_when_the_agent_has_finished(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    long = "This answer takes the agent a little more than three seconds to say. " * 3
    keys: dict[str, Any] = {"allow_interruptions": False}
    async with spoken.bot(monkeypatch, [long, ANSWER], pipeline_settings=keys) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        await phone.agent_speaking()
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), long)
        assert phone.playout.cleared == 0
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert not any(turn["interrupted"] for turn in record["transcript"])


async def test_a_session_in_spanish_is_greeted_and_written_down_in_spanish(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    greetings = {"en": GREETING, "es": "Hola, soy Emma, de la clínica dental."}
    keys: dict[str, Any] = {
        "agent_inputs": {"language_code": "es"},
        "prompts": {"agent": {"es": "Eres Emma."}},
    }
    async with (
        spoken.bot(monkeypatch, start_message=greetings, **keys) as bot,
        dial(bot.url) as phone,
    ):
        assert is_whole(await phone.hear(), greetings["es"])
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert words_of(record, "agent") == greetings["es"]
    assert spoken.session["audio"]["input"]["transcription"]["language"] == "es"
    assert spoken.session["instructions"].startswith("Eres Emma.")


async def test_what_comes_to_be_known_later_is_told_to_the_model(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    code = "import time\n\n\ndef mood(call):\n    time.sleep(0.4)\n    return 'splendid'\n"
    (spoken.agents / "generators").mkdir()
    (spoken.agents / "generators" / "mood.py").write_text(code)
    keys: dict[str, Any] = {
        "agent_inputs": {"mood": {"generator": "mood", "fallback": "unknown"}},
        "prompts": {"agent": {"en": "Your mood is {mood}."}},
    }
    async with spoken.bot(monkeypatch, [ANSWER], **keys) as bot, dial(bot.url) as phone:
        assert is_whole(await phone.hear(), GREETING)
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    told = [each["session"].get("instructions", "") for each in spoken.updates]
    assert told[0].startswith("Your mood is unknown.") and told[-1].startswith("Your mood is splendid.")
    await wait_for_records(data)


async def test_the_first_messages_are_part_of_the_conversation(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    messages = [{"role": "user", "content": "My name is Ada."}]
    async with spoken.bot(monkeypatch, initial_messages=messages) as bot, dial(bot.url) as phone:
        assert is_whole(await phone.hear(), GREETING)
        await phone.hang_up()
    first, *_ = spoken.openai.sessions[0].items
    assert first["role"] == "user" and "My name is Ada." in first["content"][0]["text"]
    await wait_for_records(data)
