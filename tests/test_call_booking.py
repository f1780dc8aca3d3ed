"""A whole call: an appointment is booked by voice, under both hosts, with and without vendors."""

import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from frontdesk.simulator import Phone
from frontdesk.simulator.caller import Caller
from frontdesk.simulator.event import EndReason
from frontdesk.simulator.replies import Booker
from frontdesk.simulator.step import Mind, Say, Step
from frontdesk.simulator.twilio import TwilioWire
from tests.host.image import image_host
from tests.host.local import local_host
from tests.host.process import Host
from tests.records import wait_for_records, words_of
from tests.vendors import ACCOUNT, Vendors, copy_agents

NUMBERS = {"from_number": "+15550002222", "to_number": "+15550001111", "campaign": "spring"}


class BriskCaller(Booker):
    """Says all there is to say at once, then answers what is asked."""

    def __init__(self) -> None:
        super().__init__()
        self._has_asked = False

    def next(self, heard: str | None) -> Step | None:
        if self._has_asked:
            return super().next(heard)
        self._has_asked = True
        return Say("I'd like to book an appointment on Tuesday at two thirty, my name is Sarah Miller.")


async def book_an_appointment(host: Host, mind: Mind, wire: TwilioWire | None = None) -> Phone:
    """Call and book; the phone once the line was dropped."""
    async with Phone.call(host.websocket_url, wire=wire or TwilioWire(NUMBERS)) as phone:
        await Caller(phone, mind).converse()
        await phone.wait_ended()
        return phone


def booked(data: Path) -> list[tuple[Any, ...]]:
    """The rows of the calendar."""
    with sqlite3.connect(data / "calendar.sqlite") as calendar:
        return calendar.execute("select name from bookings").fetchall()


async def check_booking(phone: Phone, data: Path) -> dict[str, Any]:
    """What every such call must leave behind; its record."""
    [record] = await wait_for_records(data)
    assert phone.end_reason in (EndReason.AGENT_CLOSED, EndReason.CARRIER_HUNG_UP)
    assert phone.playout.cut == 0, "the goodbye was clipped"
    assert phone.problems == []
    assert len(booked(data)) == 1
    assert [call["name"] for call in record["tool_calls"]][-1] == "end_call"
    [booking] = [call for call in record["tool_calls"] if call["name"] == "book_appointment"]
    assert booking["result"]["booked"] and booking["outcome"] == "completed"
    assert "appointment" in words_of(record, "caller")
    assert "Harbor Lane" in words_of(record, "agent")
    assert record["end_reason"] == "agent_hung_up" and record["errors"] == []
    assert record["from_number"] == "+15550002222" and record["to_number"] == "+15550001111"
    assert record["metadata"] == {"campaign": "spring"}
    times = [turn["at_s"] for turn in record["transcript"]]
    assert times == sorted(times) and times[-1] < record["duration_s"]
    return record


async def test_keyless_under_pipecats_runner(tmp_path: Path, data: Path) -> None:
    env = {"AGENTS_DIR": str(copy_agents(tmp_path / "agents")), "FRONTDESK_DATA_DIR": str(data)}
    async with local_host(env) as host:
        phone = await book_an_appointment(host, Booker())
        record = await check_booking(phone, data)
        assert set(record["services"].values()) == {"embedded"}
        assert host.log().count("No Twilio credentials") == 1
        assert "a script, which is not an LLM, stands in for openai (OPENAI_API_KEY is not set)" in host.log()


@pytest.mark.slow
async def test_keyless_under_the_base_images_host(tmp_path: Path, data: Path) -> None:
    env = {"AGENTS_DIR": str(copy_agents(tmp_path / "agents")), "FRONTDESK_DATA_DIR": str(data)}
    async with image_host(env, python=Path(sys.executable)) as host:
        await check_booking(await book_an_appointment(host, BriskCaller()), data)


@pytest.mark.slow
async def test_with_vendors_under_pipecats_runner(vendors: Vendors, data: Path) -> None:
    vendors.hear_with_nova()
    async with local_host(vendors.keys | {"FRONTDESK_DATA_DIR": str(data)}) as host:
        record = await check_booking(await book_an_appointment(host, BriskCaller()), data)
        assert record["services"] == {"stt": "deepgram", "llm": "openai", "tts": "cartesia"}


@pytest.mark.slow
async def test_with_vendors_in_the_image_hung_up_by_rest(vendors: Vendors, data: Path) -> None:
    wire = TwilioWire(NUMBERS)
    vendors.twilio.add_call(wire.call_sid)
    async with image_host(vendors.twilio_keys | {"FRONTDESK_DATA_DIR": str(data)}) as host:
        phone = await book_an_appointment(host, BriskCaller(), wire)
        record = await check_booking(phone, data)
        assert record["services"] == {"stt": "deepgram-flux", "llm": "openai", "tts": "cartesia"}
        await vendors.twilio.wait_for_hangup(wire.call_sid, 5)
        assert phone.marks, "the bot did not wait for the goodbye to be played out"
        assert vendors.twilio.requests[-1].path.startswith(f"/2010-04-01/Accounts/{ACCOUNT}/Calls/")
        assert "No Twilio credentials" not in host.log()
        for secret in vendors.twilio_keys.values():
            if secret.endswith("-key") or secret.endswith("-token"):
                assert secret not in host.log()
