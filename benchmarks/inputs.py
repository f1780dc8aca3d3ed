"""Generated inputs: when the greeting is heard with slow generators, beside an agent that has none.

    uv run python -m benchmarks.inputs --runs 10

Two agents of one process answer in turn, so that a slow machine is slow for both. The slow one has twelve
generated inputs, one of them in its greeting, and no generator ends before the greeting was heard. The voice
takes as long to begin as a vendor's does; what is heard is timed to a frame of 20 ms.
"""

import argparse
import asyncio
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

# Until the first byte of the voice, in seconds.
VOICE_S = 0.15

# Three ways of being slow: in a thread, as an async function should, and holding up its event loop.
GENERATORS = """
import asyncio, time

def sleeps(call):
    time.sleep(5)

async def waits(call):
    await asyncio.sleep(5)

async def blocks(call):
    time.sleep(5)
"""
INPUTS = {
    f"{name}_{number}": {"generator": name, "timeout": 4, "fallback": "Emma"}
    for name in ("sleeps", "waits", "blocks")
    for number in range(4)
}


def make_agents(vendors: Vendors) -> None:
    """The agents `appointments`, which has no generators, and `slow`; what they say sounds the same."""
    (vendors.agents / "generators").mkdir()
    (vendors.agents / "generators" / "slow.py").write_text(GENERATORS)
    make_quick(vendors, agent_inputs={}, prompts={"agent": {"en": "You are Emma."}})
    (vendors.agents / "slow.yaml").write_text((vendors.agents / "appointments.yaml").read_text())
    greeting = GREETING.replace("Emma", "{sleeps_0}")
    slow = {"agent_id": "slow", "default": False, "agent_inputs": INPUTS, "start_message": greeting}
    vendors.change_agent(slow, "slow")


async def greeted_s(bot: InProcess, agent: str) -> float:
    """Seconds from the start of a call's stream until its greeting is heard."""
    async with dial(bot.url, TwilioWire({"agent": agent})) as phone:
        heard = await phone.hear(10)
    await bot.until_ended(bot.begun, 10)
    return heard.start


async def measure(runs: int) -> tuple[list[float], list[float]]:
    """`runs` calls to each agent, in turn, after one to each that only warms up: slow, plain."""
    slow, plain = [], []
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        async with open_vendors(Path(folder)) as vendors:
            make_agents(vendors)
            vendors.cartesia.faults.first_byte_delay_s = VOICE_S
            data = {"FRONTDESK_DATA_DIR": f"{folder}/data", "FRONTDESK_LOG_LEVEL": "CRITICAL"}
            use_environment(patch, vendors.keys | data)
            async with in_process_bot(patch) as bot:
                for _ in range(runs + 1):
                    slow.append(await greeted_s(bot, "slow"))
                    plain.append(await greeted_s(bot, "appointments"))
                assert {context.text for context in vendors.cartesia.contexts} == {GREETING}
    return slow[1:], plain[1:]


def row(name: str, seconds: Sequence[float]) -> str:
    """One line of the table."""
    values = (statistics.median(seconds), min(seconds), max(seconds))
    return f"{name:<34}" + "".join(f"{value:>9.3f}" for value in values)


def main() -> None:
    """Print the table; exit 1 when the ratio is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=10)
    runs: int = parser.parse_args().runs
    logger.remove()
    slow, plain = asyncio.run(measure(runs))
    ratio = statistics.median(slow) / statistics.median(plain)
    print(f"{'seconds to the greeting, ' + str(runs) + ' calls':<34}{'median':>9}{'min':>9}{'max':>9}")
    print(row(f"{len(INPUTS)} generators of 5 s each", slow))
    print(row("no generators", plain))
    print(f"slow over none: {ratio:.2f}×, limit {LIMIT:g}×")
    raise SystemExit(ratio > LIMIT)


if __name__ == "__main__":
    main()
