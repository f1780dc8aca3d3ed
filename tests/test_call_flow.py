"""A whole call that a flow leads: a script thinks, as an LLM would over OpenAI's protocol."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.inprocess import in_process_bot
from tests.quick import dial, make_quick, use_environment
from tests.records import wait_for_records, words_of
from tests.vendors import AGENTS, Vendors, scripted_mind

SAID = (
    "I'd like to book an appointment on Tuesday at two thirty, my name is Sarah Miller.",
    "Yes, that's right.",
    "No, that's all. Goodbye.",
)


async def test_an_appointment_is_booked_step_by_step(
    vendors: Vendors, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(AGENTS / "appointments_flow.flow.yaml", vendors.agents)
    make_quick(vendors, lines=SAID, flow="appointments_flow.flow.yaml")
    vendors.openai.respond = scripted_mind("appointments_flow")
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        for line in SAID:
            await phone.hear()
            await phone.say(line)
        await phone.wait_ended()
        [record] = await wait_for_records(data)
    assert record["notes"]["flow"] == ["errand", "offer", "booked"]
    used = [(call["name"], call["outcome"]) for call in record["tool_calls"]]
    assert used == [
        ("get_available_time_slots", "completed"),
        ("book_appointment", "completed"),
        ("end_call", "completed"),
    ]
    with sqlite3.connect(data / "calendar.sqlite") as calendar:
        assert calendar.execute("select name from bookings").fetchall() == [("Sarah Miller",)]
    assert "Sarah, you are booked" in words_of(record, "agent")
    assert record["end_reason"] == "agent_hung_up" and record["errors"] == [] and phone.playout.cut == 0
    tasks = [str(completion.body["messages"]) for completion in vendors.openai.completions]
    assert "what the appointment is for" in tasks[0] and "booked for Sarah Miller" not in tasks[-3]
    assert "booked for Sarah Miller" in tasks[-1]
