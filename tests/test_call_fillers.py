"""A call whose tools take long: what reaches the caller's ear meanwhile."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from frontdesk.calendar import Calendar
from frontdesk.phrases import PHRASES
from frontdesk.simulator import Phone
from frontdesk.simulator.clock import SAMPLE_RATE
from frontdesk.simulator.utterance import LOUD
from tests.fakes import Reply, ToolCall
from tests.fakes.openai_realtime_session import RealtimeSession
from tests.inprocess import in_process_bot
from tests.quick import GREETING, QUESTION, dial, is_whole, make_quick, use_environment
from tests.records import wait_for_records
from tests.spoken import Spoken
from tests.vendors import Vendors

WAITING = PHRASES["en"].waiting
OWN = "Let me write that down for you."
ANSWER = "We have nothing free on that day, I am sorry. May it be another one?"
CONSEQUENCE = "I could not see whether that worked, so I will have somebody call you back."
TOOL_S, LIMIT_S = 8.0, 3.0
LONGEST_SILENCE_S = 2.5
APPOINTMENT = {"name": "Ada Lovelace", "date": "2026-12-01", "time": "10:00"}


@pytest.fixture
def slow_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A calendar that takes long to look into, and for ever to write into."""

    async def look(*_: object, **__: object) -> list[Any]:
        await asyncio.sleep(TOOL_S)
        return []

    async def write(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Calendar, "free_slots", look)
    monkeypatch.setattr(Calendar, "book", write)


async def hear_until(phone: Phone, text: str) -> int:
    """Hear the tone for `text`; how many others came before it."""
    others = 0
    while not is_whole(await phone.hear(LONGEST_SILENCE_S + 0.5), text):
        others += 1
    return others


def longest_silence(phone: Phone) -> float:
    """The longest time between the first and the last sound in which nobody was heard, in seconds."""
    sides = np.frombuffer(phone.recording.stereo(), dtype="<i2").reshape(-1, 2)
    loud = np.flatnonzero(np.abs(sides.astype(np.int32)).max(axis=1) > LOUD)
    return float(np.diff(loud).max()) / SAMPLE_RATE


def after_tool(completions: list[Any], count: int) -> dict[str, Any]:
    """The message that the `count`th completion was asked with last."""
    message: dict[str, Any] = completions[count - 1].body["messages"][-1]
    return message


@pytest.mark.usefixtures("slow_calendar")
async def test_no_long_silence_while_tools_run_and_a_timeout_is_spoken_of(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    looks = Reply(tool_calls=[ToolCall("get_available_time_slots")])
    books = Reply(tool_calls=[ToolCall("book_appointment", APPOINTMENT)])
    tools = {
        "get_available_time_slots": None,
        "book_appointment": {"timeout": LIMIT_S, "say_while_waiting": OWN},
    }
    make_quick(vendors, [looks, ANSWER, books, CONSEQUENCE], tools=tools)
    vendors.openai.faults.first_byte_delay_s = 0.6  # else the answer sounds like one with the filler
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        assert is_whole(await phone.hear(), GREETING)
        await phone.say(QUESTION)
        assert await hear_until(phone, ANSWER) >= TOOL_S / (LONGEST_SILENCE_S + 1)
        await phone.say(QUESTION)
        assert await hear_until(phone, CONSEQUENCE) >= 1
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert longest_silence(phone) <= LONGEST_SILENCE_S
    asked = vendors.openai.completions
    assert len(asked) == 4 and after_tool(asked, 2)["role"] == after_tool(asked, 4)["role"] == "tool"
    assert "took too long" in after_tool(asked, 4)["content"]
    said = [turn["text"] for turn in record["transcript"] if turn["role"] == "agent"]
    assert said[0] == GREETING and ANSWER in said and CONSEQUENCE in said
    fillers = [text for text in said if text in (*WAITING, OWN)]
    assert fillers[: fillers.index(OWN)] == list(WAITING[: fillers.index(OWN)])
    assert record["end_reason"] == "caller_hung_up"
    assert [call["outcome"] for call in record["tool_calls"]] == ["completed", "timed_out"]


class Meanwhile:
    """A tool whose result comes after the model was given a filler to say, and before it begins to say it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.filled = asyncio.Event()
        send = RealtimeSession.send

        async def look(*_: object, **__: object) -> list[Any]:
            await self.filled.wait()
            return []

        async def send_late(session: RealtimeSession, kind: str, /, **fields: Any) -> None:
            if kind == "response.created" and self.fills(session):
                self.filled.set()
                async with asyncio.timeout(5):
                    while session.items[-1]["type"] != "function_call_output":
                        await asyncio.sleep(0.01)
            await send(session, kind, **fields)

        monkeypatch.setattr(Calendar, "free_slots", look)
        monkeypatch.setattr(RealtimeSession, "send", send_late)

    def fills(self, session: RealtimeSession) -> bool:
        """Whether the model is to say words of ours while it waits for the tool."""
        is_waiting = session.items and session.items[-1]["type"] == "function_call"
        return bool(is_waiting and session.response and session.response.params.get("input") == [])


async def test_a_model_that_speaks_itself_says_a_filler_and_then_answers_the_result(
    spoken: Spoken, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    meanwhile = Meanwhile(monkeypatch)
    looks = Reply(tool_calls=[ToolCall("get_available_time_slots")])
    async with spoken.bot(monkeypatch, [looks, ANSWER]) as bot, dial(bot.url) as phone:
        assert is_whole(await phone.hear(), GREETING)
        await phone.say(QUESTION)
        await hear_until(phone, ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    said = [turn["text"] for turn in record["transcript"] if turn["role"] == "agent"]
    assert meanwhile.filled.is_set() and said == [GREETING, WAITING[0], ANSWER]
    assert longest_silence(phone) <= LONGEST_SILENCE_S and spoken.errors == []
