"""A model that hears and speaks itself fails: the line is never dead for long, and the record says why."""

from pathlib import Path
from typing import Any

import pytest

from frontdesk.phrases import PHRASES
from frontdesk.simulator.event import EndReason
from tests.quick import GREETING, QUESTION, dial, hang_up_reply, is_whole, lines_with
from tests.records import wait_for_records, words_of
from tests.spoken import Spoken

ENGLISH = PHRASES["en"]
ANSWER = "Yes, we are open until five."


@pytest.mark.parametrize(
    "trouble",
    ["refuses the key", "lets nobody in", "breaks at once", "fails inside", "refuses a setting"],
)
async def test_a_model_that_cannot_be_reached_drops_the_line(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path, trouble: str
) -> None:
    monkeypatch.setattr("frontdesk.pipeline.CONNECT_TIMEOUT_S", 1.0)
    keys: dict[str, Any] = {}
    match trouble:
        case "refuses the key":
            spoken.openai.faults.fail_status = 401
        case "lets nobody in":
            spoken.openai.faults.connect_delay_s = 600.0
        case "breaks at once":
            spoken.openai.faults.drop_after = 0
        case "fails inside":
            spoken.openai.faults.fail_status = 500
        case _:
            keys = {"session_properties": {"id": "one that the API does not take"}}
    main = {"vendor": "openai", "base_url": spoken.openai.base_url} | keys
    async with spoken.bot(monkeypatch, llm={"main": main}) as bot, dial(bot.url) as phone:
        assert await phone.wait_ended(8) is EndReason.AGENT_CLOSED
        assert phone.now < 6, "the caller listened to silence"
        await bot.until_ended(1, 2)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "vendor_failed"
    assert record["errors"], "the record does not say why"
    assert spoken.openai.api_key not in str(record["errors"])


async def test_a_connection_that_breaks_in_mid_call_is_made_anew(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    async with spoken.bot(monkeypatch, [ANSWER, ANSWER]) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        spoken.openai.connections[0].drop()
        assert is_whole(await phone.hear(), ENGLISH.say_again)
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_hung_up"
    assert [error["message"] for error in record["errors"]] == ["The connection to the model is gone"]
    told = str(spoken.openai.sessions[1].items[0]["content"])
    assert GREETING in told and QUESTION in told, "the new session does not know what was said"
    assert "book_appointment" in {tool["name"] for tool in spoken.session["tools"]}


@pytest.mark.parametrize("trouble", ["lets nobody in", "breaks again and again"])
async def test_a_connection_that_cannot_be_made_anew_drops_the_line(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path, trouble: str
) -> None:
    async with spoken.bot(monkeypatch, [ANSWER]) as bot, dial(bot.url) as phone:
        greeting = await phone.hear()
        assert is_whole(greeting, GREETING)
        if trouble == "lets nobody in":
            spoken.openai.faults.fail_status = 500
        else:
            spoken.openai.faults.drop_after = 3
        spoken.openai.connections[0].drop()
        assert await phone.wait_ended(8) is EndReason.AGENT_CLOSED
        assert phone.now - greeting.end < 4, "the caller listened to silence"
        await bot.until_ended(1, 2)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "vendor_failed" and len(record["errors"]) >= 2


async def test_an_answer_that_fails_costs_an_apology(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    async with spoken.bot(monkeypatch) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ENGLISH.say_again)
        spoken.openai.replies = [ANSWER]
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_hung_up"
    assert len(record["errors"]) == 1 and "LLM" in record["errors"][0]["source"]


async def test_a_model_that_hangs_is_given_up(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path, logged: list[str]
) -> None:
    monkeypatch.setattr("frontdesk.silence.ANSWER_TIMEOUT_S", 1.2)
    monkeypatch.setattr("frontdesk.hangup.PLAYOUT_TIMEOUT_S", 1.0)
    async with spoken.bot(monkeypatch, [ANSWER]) as bot, dial(bot.url) as phone:
        await phone.hear()
        spoken.openai.faults.first_byte_delay_s = 600.0
        asked = await phone.say(QUESTION)
        assert await phone.wait_ended(8) is EndReason.AGENT_CLOSED
        assert phone.now - asked.end < 6
        await bot.until_ended(1, 3)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "vendor_failed"
    assert len(lines_with(logged, "given up")) == 1


async def test_a_model_that_reads_nothing_any_more_is_given_up(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    monkeypatch.setattr("frontdesk.silence.ANSWER_TIMEOUT_S", 1.2)
    monkeypatch.setattr("frontdesk.hangup.PLAYOUT_TIMEOUT_S", 1.0)
    idle = {"is_on": True, "timeout": 1.6}
    async with spoken.bot(monkeypatch, use_idle_processor=idle) as bot, dial(bot.url) as phone:
        await phone.hear()
        spoken.openai.connections[0].stall()
        asked = await phone.say(QUESTION)
        assert await phone.wait_ended(8) is EndReason.AGENT_CLOSED
        assert phone.now - asked.end < 7
        await bot.until_ended(1, 3)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "vendor_failed"


async def test_a_model_that_thinks_for_too_long_asks_for_patience(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    monkeypatch.setattr("frontdesk.silence.ANSWER_TIMEOUT_S", 1.2)
    monkeypatch.setattr("frontdesk.services.speaking.openai.QUIET_TIMEOUT_S", 1.0)
    async with spoken.bot(monkeypatch, [ANSWER]) as bot, dial(bot.url) as phone:
        await phone.hear()
        spoken.openai.think_delay_s = 600.0
        asked = await phone.say(QUESTION)
        patience = await phone.hear(5)
        assert is_whole(patience, ENGLISH.one_moment)
        assert patience.start - asked.end < 2.5, "dead air before the caller was asked for patience"
        spoken.openai.think_delay_s = 0.0
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_hung_up"


async def test_what_was_said_last_is_in_the_record_however_late_it_is_written_down(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    spoken.openai.transcript_delay_s = 0.4
    async with spoken.bot(monkeypatch, [ANSWER, hang_up_reply()]) as bot, dial(bot.url) as phone:
        await phone.hear()
        for _ in range(2):
            await phone.say(QUESTION)
            await phone.hear()
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
    [record] = await wait_for_records(data)
    assert [turn["role"] for turn in record["transcript"]] == ["agent", "caller", "agent", "caller", "agent"]
    assert words_of(record, "caller") == f"{QUESTION} {QUESTION}"


async def test_an_error_of_the_vendors_does_not_end_the_session(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path, logged: list[str]
) -> None:
    async with spoken.bot(monkeypatch, [ANSWER]) as bot, dial(bot.url) as phone:
        await phone.hear()
        await spoken.openai.sessions[0].send("response.output_audio.delta")  # without all that it must have
        await spoken.openai.sessions[0].send("something.new")
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert record["errors"] == [] and len(lines_with(logged, "could not be read")) == 1
