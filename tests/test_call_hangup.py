"""We hang up: the goodbye is heard to its end, then the line drops, whatever the carrier's REST API does."""

import asyncio
from pathlib import Path

import pytest

from frontdesk.phrases import PHRASES
from frontdesk.simulator import Phone
from frontdesk.simulator.event import EndReason
from frontdesk.simulator.twilio import TwilioWire
from tests.inprocess import in_process_bot
from tests.quick import (
    GOODBYE,
    GREETING,
    QUESTION,
    DeafWire,
    dial,
    hang_up_reply,
    hang_up_when_asked,
    is_whole,
    lines_with,
    make_quick,
    use_environment,
)
from tests.records import wait_for_records, words_of
from tests.vendors import Vendors

ENGLISH = PHRASES["en"]


async def say_goodbye(phone: Phone) -> float:
    """Hear the greeting, ask, hear the goodbye to its end; when that was, on the phone's clock."""
    greeting = await phone.hear()
    assert is_whole(greeting, GREETING)
    await phone.say(QUESTION)
    goodbye = await phone.hear()
    assert is_whole(goodbye, GOODBYE), f"{goodbye.end - goodbye.start:.2f} s of the goodbye was heard"
    return goodbye.end


async def test_the_goodbye_is_heard_before_twilio_is_asked_to_hang_up(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path, logged: list[str]
) -> None:
    make_quick(vendors, [hang_up_reply()])
    use_environment(monkeypatch, vendors.twilio_keys)
    wire = TwilioWire()
    call = vendors.twilio.add_call(wire.call_sid)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url, wire) as phone:
        carrier = asyncio.create_task(hang_up_when_asked(call, phone))
        await say_goodbye(phone)
        assert await phone.wait_ended(5) is EndReason.CARRIER_HUNG_UP
        assert phone.playout.cut == 0
        assert await carrier, "no mark had come back when the REST request was made"
        await bot.until_ended(1, 2)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "agent_hung_up" and record["errors"] == []
    assert GOODBYE in words_of(record, "agent")
    assert phone.problems == [] and not lines_with(logged, "No Twilio credentials")
    [request] = vendors.twilio.requests
    assert request.body == {"Status": "completed"}


async def test_a_carrier_that_answers_no_mark_is_not_waited_for_long(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path, logged: list[str]
) -> None:
    make_quick(vendors, [hang_up_reply()])
    use_environment(monkeypatch, vendors.twilio_keys)
    monkeypatch.setattr("frontdesk.hangup.PLAYOUT_TIMEOUT_S", 1.0)
    wire = DeafWire()
    call = vendors.twilio.add_call(wire.call_sid)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url, wire) as phone:
        carrier = asyncio.create_task(hang_up_when_asked(call, phone))
        heard_at = await say_goodbye(phone)
        assert await phone.wait_ended(5) is EndReason.CARRIER_HUNG_UP
        assert phone.now - heard_at < 3.0
        assert phone.playout.cut == 0 and await carrier == []
        await bot.until_ended(1, 2)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "agent_hung_up"
    assert len(lines_with(logged, "did not say that the goodbye was played out")) == 1


async def test_without_credentials_the_stream_is_closed_after_the_goodbye(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path, logged: list[str]
) -> None:
    make_quick(vendors, [hang_up_reply()])
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        heard_at = await say_goodbye(phone)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.now - heard_at < 2.0
        assert phone.playout.cut == 0 and phone.marks
        await bot.until_ended(1, 2)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "agent_hung_up" and record["errors"] == []
    assert len(lines_with(logged, "No Twilio credentials")) == 1
    assert [line for line in logged if line.startswith("ERROR")] == []
    assert vendors.twilio.requests == []


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_a_twilio_that_refuses_to_hang_up_leaves_nobody_on_the_line(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path, logged: list[str], status: int
) -> None:
    make_quick(vendors, [hang_up_reply()])
    use_environment(monkeypatch, vendors.twilio_keys)
    wire = TwilioWire()
    if status != 404:  # the call is not known: Twilio's own 404 with code 20404
        vendors.twilio.add_call(wire.call_sid)
        vendors.twilio.faults.fail_status = status
    async with in_process_bot(monkeypatch) as bot, dial(bot.url, wire) as phone:
        await say_goodbye(phone)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0
        await bot.until_ended(1, 2)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "agent_hung_up"
    complaints = [line for line in logged if line.startswith(("WARNING", "ERROR")) and wire.call_sid in line]
    assert len(complaints) == (0 if status == 404 else 1)
    assert len(vendors.twilio.requests) == 1


async def test_a_twilio_that_is_slow_to_hang_up_is_not_waited_for_long(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path, logged: list[str]
) -> None:
    make_quick(vendors, [hang_up_reply()])
    use_environment(monkeypatch, vendors.twilio_keys)
    monkeypatch.setattr("frontdesk.serializers.HANG_UP_TIMEOUT_S", 1.0)
    wire = TwilioWire()
    vendors.twilio.add_call(wire.call_sid)
    vendors.twilio.faults.connect_delay_s = 4.0
    async with in_process_bot(monkeypatch) as bot, dial(bot.url, wire) as phone:
        heard_at = await say_goodbye(phone)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.now - heard_at < 3.0
        assert phone.playout.cut == 0
        await bot.until_ended(1, 2)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "agent_hung_up"
    assert len(lines_with(logged, "did not hang up within 1 s")) == 1


async def test_a_caller_who_talks_over_the_goodbye_does_not_cut_it(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    goodbye = GOODBYE * 4
    make_quick(vendors, [hang_up_reply(goodbye), "I must not be asked."])
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        await phone.agent_speaking()
        await phone.say("But wait, please, one more thing!")
        assert is_whole(await phone.hear(), goodbye)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0 and phone.playout.cleared == 0
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "agent_hung_up"
    assert len(vendors.openai.completions) == 1


async def test_a_call_that_lasts_too_long_is_ended_politely(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors, call_max_duration=2.0)
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await phone.hear()
        goodbye = await phone.hear()
        assert is_whole(goodbye, ENGLISH.time_is_up)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "time_limit" and record["errors"] == []
    assert ENGLISH.time_is_up in words_of(record, "agent")


async def test_the_time_limit_does_not_cut_the_agent_short(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    answer = "This answer takes the agent a little more than three seconds to say. " * 3
    make_quick(vendors, [answer], call_max_duration=2.5)
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        await phone.agent_speaking()
        assert phone.now < 2.5
        assert await phone.wait_ended(12) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0 and phone.playout.cleared == 0
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "time_limit"
    assert words_of(record, "agent").endswith(ENGLISH.time_is_up)


async def test_a_silent_caller_is_asked_and_then_told_goodbye(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors, use_idle_processor={"is_on": True, "timeout": 1.6})
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        greeting = await phone.hear()
        asked = await phone.hear(within=3)
        assert is_whole(asked, ENGLISH.still_there)
        assert 0.6 < asked.start - greeting.end < 1.8
        assert is_whole(await phone.hear(within=3), ENGLISH.nobody_there)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_silent" and record["errors"] == []


async def test_a_silent_caller_who_answers_is_listened_to_again(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors, ["Yes, we are."], use_idle_processor={"is_on": True, "timeout": 1.6})
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await phone.hear()
        assert is_whole(await phone.hear(within=3), ENGLISH.still_there)
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(within=3), "Yes, we are.")
        assert is_whole(await phone.hear(within=3), ENGLISH.still_there), "hung up on rather than asked"
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_hung_up"
