"""A call in which the agent presses keys, sends a text message and takes a message."""

from pathlib import Path

import pytest

from frontdesk.simulator.clock import SAMPLE_RATE
from frontdesk.simulator.twilio import TwilioWire
from tests.fakes import Reply, ToolCall
from tests.inprocess import in_process_bot
from tests.quick import (
    CHARACTER_S,
    GREETING,
    QUESTION,
    TOLERANCE_S,
    dial,
    is_whole,
    make_quick,
    use_environment,
)
from tests.records import wait_for_records
from tests.tones import keys_in
from tests.vendors import Vendors

NUMBERS = {"from_number": "+15550002222", "to_number": "+15550001111"}
ANNOUNCED, ANSWER = "Let me press that for you.", "All done, and a message is on its way."
CALLS = [
    ToolCall("send_dtmf", {"digits": "12w#"}),
    ToolCall("send_sms", {"message": "See you on Tuesday."}),
    ToolCall("take_message", {"message": "Please call back."}),
]


async def test_keys_are_heard_behind_the_words_a_text_is_sent_and_a_message_is_taken(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    tools = dict.fromkeys(("send_dtmf", "send_sms", "take_message"))
    make_quick(vendors, [Reply(text=ANNOUNCED, tool_calls=CALLS), ANSWER], tools=tools)
    use_environment(monkeypatch, vendors.twilio_keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url, TwilioWire(NUMBERS)) as phone:
        assert is_whole(await phone.hear(), GREETING)
        await phone.say(QUESTION)
        announced_s = (await phone.hear()).start
        # The pause between the keys may be taken for the end of what is said.
        while not is_whole(await phone.hear(), ANSWER):
            pass
        await phone.hang_up()
        heard = keys_in(phone.recording.agent(), SAMPLE_RATE)
    [record] = await wait_for_records(data)
    assert "".join(key for key, _ in heard) == "12#"
    assert heard[0][1] > announced_s + len(ANNOUNCED) * CHARACTER_S - TOLERANCE_S
    assert heard[2][1] - heard[1][1] == pytest.approx(1.0, abs=0.1)
    [text] = vendors.twilio.messages
    assert text["To"] == NUMBERS["from_number"] and text["From"] == NUMBERS["to_number"]
    [message] = record["notes"]["messages"]
    assert message["callback_number"] == NUMBERS["from_number"]
    assert [call["outcome"] for call in record["tool_calls"]] == ["completed"] * 3
