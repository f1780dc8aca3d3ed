"""Generated inputs: when the greeting is heard with slow generators, beside an agent that has none.

    uv run python -m benchmarks.inputs --runs 10

Two agents of one process answer in turn, so that a slow machine is slow for both. The slow one has twelve
generated inputs, one of them in its greeting, and no generator ends before the greeting was heard.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from loguru import logger

from frontdesk.simulator.twilio import TwilioWire
from tests.inprocess import InProcess, in_process_bot
from tests.quick import GREETING, dial, make_quick, use_environment
from tests.vendors import Vendors, open_vendors

LIMIT = 1.25

# Three ways of being slow: an honest one, one that waits as it should, one that holds up its event loop.
GENERATORS = """
import asyncio, time

def sleeps(call):
    time.sleep(5)
    return "late"

async def waits(call):
    await asyncio.sleep(5)
    return "late"

async def blocks(call):
    time.sleep(5)
    return "late"
"""
INPUTS = {
    f"{name}_{number}": {"generator": name, "timeout": 4, "fallback": "you"}
    for name in ("sleeps", "waits", "blocks")
    for number in range(4)
}


def make_agents(vendors: Vendors) -> None:
    """The agents `appointments`, which has no generators, and `slow`."""
    make_quick(vendors, agent_inputs={}, prompts={"agent": {"en": "You are Emma."}})
    plain = json.loads(json.dumps(GREETING))
    (vendors.agents / "generators").mkdir()
    (vendors.agents / "generators" / "slow.py").write_text(GENERATORS)
    changes = {"agent_id": "slow", "default": False, "agent_inputs": INPUTS, "start_message": plain}
    (vendors.agents / "slow.yaml").write_text((vendors.agents / "appointments.yaml").read_text())
    vendors.change_agent(changes | {"start_message": GREETING.replace("Emma", "{sleeps_0}")}, "slow")
