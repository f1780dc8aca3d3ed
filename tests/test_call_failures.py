"""A vendor fails: the caller hears something, and is never left with a dead line."""

from pathlib import Path

import pytest

from frontdesk.phrases import PHRASES
from frontdesk.simulator import NothingHeard, Phone
from frontdesk.simulator.event import EndReason
from tests.inprocess import in_process_bot
from tests.quick import GREETING, QUESTION, dial, is_whole, lines_with, make_quick, use_environment
from tests.records import wait_for_records, words_of
from tests.vendors import Vendors

ENGLISH = PHRASES["en"]
ANSWER = "Yes, we are open until five."


async def hear_text(phone: Phone, text: str, within: float = 5.0) -> float:
    """Hear the tone for `text` next; when it began, on the phone's clock."""
    heard = await phone.hear(within)
    assert is_whole(heard, text), f"{heard.end - heard.start:.2f} s were heard in place of {text!r}"
    return heard.start


async def test_a_language_model_that_fails_once_costs_an_apology(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors, [ANSWER] * 4)
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        for fails in (True, False, True):  # twice in a call, though not in a row
            vendors.openai.faults.drop_after = 1 if fails else None
            await phone.say(QUESTION)
            await hear_text(phone, ENGLISH.say_again if fails else ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_hung_up"
    assert len(record["errors"]) == 2 and "LLM" in record["errors"][0]["source"]


async def test_a_language_model_that_keeps_failing_ends_the_call_with_words(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors, [ANSWER] * 4)
    use_environment(monkeypatch, vendors.keys)
    vendors.openai.faults.drop_after = 1
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await hear_text(phone, ENGLISH.say_again)
        await phone.say(QUESTION)
        await hear_text(phone, ENGLISH.out_of_order)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "vendor_failed" and len(record["errors"]) == 2
    assert ENGLISH.say_again in words_of(record, "agent")


async def test_a_language_model_that_refuses_the_key_ends_the_call_with_words(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors)
    use_environment(monkeypatch, vendors.keys | {"OPENAI_API_KEY": "wrong"})
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await hear_text(phone, ENGLISH.out_of_order)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "vendor_failed" and len(record["errors"]) == 1


async def test_ears_that_refuse_the_key_end_the_call_with_words(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors)
    use_environment(monkeypatch, vendors.keys | {"DEEPGRAM_API_KEY": "wrong"})
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        said = [await phone.hear(8)]
        if is_whole(said[0], GREETING):
            said.append(await phone.hear(8))
        assert is_whole(said[-1], ENGLISH.out_of_order)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0 and phone.now < 15
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "vendor_failed"
    assert "STT" in record["errors"][0]["source"] and "wrong" not in str(record)


@pytest.mark.parametrize(
    "trouble", ["refuses the key", "breaks every connection", "never answers", "lets nobody in"]
)
async def test_a_voice_that_is_gone_drops_the_line(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path, trouble: str
) -> None:
    make_quick(vendors)
    monkeypatch.setattr("frontdesk.silence.ANSWER_TIMEOUT_S", 1.0)
    monkeypatch.setattr("frontdesk.hangup.STUCK_TIMEOUT_S", 1.0)
    monkeypatch.setattr("frontdesk.hangup.PLAYOUT_TIMEOUT_S", 1.0)
    monkeypatch.setattr("frontdesk.pipeline.CONNECT_TIMEOUT_S", 1.0)
    use_environment(monkeypatch, vendors.keys)
    match trouble:
        case "refuses the key":
            vendors.cartesia.faults.fail_status = 401
        case "breaks every connection":
            vendors.cartesia.faults.drop_after = 0
        case "never answers":
            vendors.cartesia.faults.first_byte_delay_s = 600.0
        case _:
            vendors.cartesia.faults.connect_delay_s = 600.0
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        assert await phone.wait_ended(12) is EndReason.AGENT_CLOSED
        await bot.until_ended(1, 2)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "vendor_failed"
    assert record["errors"], "the record does not say why"


async def test_a_language_model_that_hangs_costs_patience_then_the_call(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path, logged: list[str]
) -> None:
    make_quick(vendors, [ANSWER])
    use_environment(monkeypatch, vendors.keys)
    monkeypatch.setattr("frontdesk.silence.ANSWER_TIMEOUT_S", 1.2)
    vendors.openai.faults.first_byte_delay_s = 600.0
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        asked = await phone.say(QUESTION)
        patience = await phone.hear(5)
        assert is_whole(patience, ENGLISH.one_moment)
        last_words = await phone.hear(5)
        assert is_whole(last_words, ENGLISH.out_of_order)
        assert patience.start - asked.end < 2.5, "dead air before the caller was asked for patience"
        assert last_words.start - patience.end < 3.0, "dead air before the goodbye"
        assert await phone.wait_ended(3) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0
        await bot.until_ended(1, 2)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "vendor_failed"
    assert "the language model" in record["errors"][0]["message"]
    assert len(lines_with(logged, "given up")) == 1


async def test_a_slow_language_model_is_waited_for(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors, [ANSWER])
    use_environment(monkeypatch, vendors.keys)
    monkeypatch.setattr("frontdesk.silence.ANSWER_TIMEOUT_S", 1.2)
    vendors.openai.faults.first_byte_delay_s = 2.3
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await hear_text(phone, ENGLISH.one_moment)
        await hear_text(phone, ANSWER)
        with pytest.raises(NothingHeard):
            await phone.hear(1.4)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_hung_up" and record["errors"] == []


async def test_the_time_limit_ends_a_call_whose_language_model_hangs(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors, [ANSWER], call_max_duration=2.0)
    use_environment(monkeypatch, vendors.keys)
    monkeypatch.setattr("frontdesk.hangup.STUCK_TIMEOUT_S", 0.5)
    vendors.openai.faults.first_byte_delay_s = 600.0
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await hear_text(phone, ENGLISH.time_is_up)
        assert await phone.wait_ended(3) is EndReason.AGENT_CLOSED
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "time_limit"


@pytest.mark.parametrize("vendor", ["cartesia", "deepgram"])
async def test_a_connection_that_breaks_in_mid_call_is_made_anew(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path, vendor: str
) -> None:
    make_quick(vendors, [ANSWER * 5, ANSWER])
    use_environment(monkeypatch, vendors.keys)
    stand_in = getattr(vendors, vendor)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await hear_text(phone, GREETING)
        await phone.say(QUESTION)
        await phone.agent_speaking()
        stand_in.connections[-1].drop()
        await phone.hear()
        await stand_in.wait_until(lambda: len(stand_in.connections) == 2)
        await phone.say(QUESTION)
        await hear_text(phone, ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_hung_up"
