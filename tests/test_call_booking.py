"""A whole call: an appointment is booked by voice, under both hosts, with and without vendors."""

import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from frontdesk.simulator import Phone
from frontdesk.simulator.event import EndReason

from tests.host.image import image_host
from tests.host.local import local_host
from tests.host.process import Host
from tests.records import wait_for_records, words_of
from tests.vendors import Vendors, copy_agents

CALLER = ["Hi, I'd like to book an appointment.", "Tuesday at two thirty.", "My name is Sarah Miller."]


async def book(host: Host, phone_parameters: dict[str, str] | None = None) -> Phone:
    """Call, book an appointment, say goodbye; the phone after the line was dropped."""
    async with Phone.call(host.websocket_url, phone_parameters) as phone:
        await answer_until(phone, "help you")
        for line in CALLER:
            await phone.say(line)
            await phone.hear()
        await answer_until(phone, "right", heard_before=1)
        await phone.say("Yes, that's right.")
        await answer_until(phone, "else")
        await phone.say("No, thank you, goodbye.")
        await phone.hear()
        await phone.wait_ended()
        return phone


async def answer_until(phone: Phone, word: str, heard_before: int = 0) -> None:
    """Listen until the agent says `word`; it may say it in a second breath."""
    for _ in range(3):
        said = await phone.hear()
        if word in said.text.lower():
            return
    raise AssertionError(f"the agent never said {word!r}")
