"""The vendors' stand-ins together, with ears, a voice and a mind behind them."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from frontdesk.agent.document import read_document
from frontdesk.services.embedded import models
from frontdesk.services.embedded.dialogue import Reply, Script, respond
from tests.fakes import FakeCartesia, FakeDeepgram, FakeOpenAI, FakeTwilio
from tests.host.dockerfile import ROOT

AGENTS = ROOT / "agents"
ACCOUNT = "AC00000000000000000000000000000000"

# Every variable with a credential in it.
KEYS = (
    "OPENAI_API_KEY",
    "DEEPGRAM_API_KEY",
    "CARTESIA_API_KEY",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_ACCOUNT_ID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_API_KEY",
    "TWILIO_API_SECRET",
    "TWILIO_BASE_URL",
    "TWILIO_PHONE_NUMBER",
    "TWILIO_REGION",
    "TWILIO_EDGE",
    "TELNYX_API_KEY",
    "PLIVO_AUTH_ID",
    "PLIVO_AUTH_TOKEN",
    "DAILY_API_KEY",
)


@dataclass
class Vendors:
    """Four stand-ins and how a bot reaches them."""

    deepgram: FakeDeepgram
    openai: FakeOpenAI
    cartesia: FakeCartesia
    twilio: FakeTwilio
    agents: Path

    @property
    def keys(self) -> dict[str, str]:
        """The environment of a bot that speaks to these vendors, Twilio left out."""
        return {
            "AGENTS_DIR": str(self.agents),
            "DEEPGRAM_API_KEY": self.deepgram.api_key,
            "OPENAI_API_KEY": self.openai.api_key,
            "CARTESIA_API_KEY": self.cartesia.api_key,
        }

    @property
    def twilio_keys(self) -> dict[str, str]:
        """The same with Twilio's credentials."""
        return self.keys | {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": self.twilio.auth_token,
            "TWILIO_BASE_URL": self.twilio.base_url,
        }

    def change_agent(self, changes: Mapping[str, Any], agent_id: str = "appointments") -> None:
        """Replace keys of an agent file."""
        change_agent(self.agents, changes, agent_id)

    def hear_with_nova(self) -> None:
        """Deepgram's nova in place of Flux."""
        self.change_agent(
            {"stt": {"vendor": "deepgram", "model": "nova-3", "base_url": self.deepgram.base_url}}
        )


@asynccontextmanager
async def open_vendors(folder: Path) -> AsyncIterator[Vendors]:
    """Start the stand-ins: the embedded engines hear and speak behind them, a script thinks."""
    async with AsyncExitStack() as stack:
        vendors = Vendors(
            deepgram=await stack.enter_async_context(FakeDeepgram(transcribe=models.transcribe)),
            openai=await stack.enter_async_context(FakeOpenAI(respond=scripted_mind())),
            cartesia=await stack.enter_async_context(FakeCartesia(synthesize=models.synthesize)),
            twilio=await stack.enter_async_context(FakeTwilio(account_sid=ACCOUNT)),
            agents=folder / "agents",
        )
        copy_agents(vendors.agents)
        vendors.change_agent(
            {
                "stt": {"model": "flux-general-en", "base_url": vendors.deepgram.base_url},
                "llm": {"main": {"base_url": vendors.openai.base_url}},
                "tts": {"base_url": vendors.cartesia.base_url},
            }
        )
        yield vendors


def scripted_mind(agent_id: str = "appointments") -> Any:
    """A brain for FakeOpenAI: an agent's dialogue script over the messages that it was sent."""
    script = Script.load(AGENTS / f"{agent_id}.script.yaml")
    zone = ZoneInfo(read_document(AGENTS / f"{agent_id}.yaml", {}).data["timezone"])

    def mind(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        return respond(script, messages, now=datetime.now(zone))

    return mind


def copy_agents(folder: Path, *agent_ids: str) -> Path:
    """The shipped `appointments` agent and any others named, in a folder of the test's own."""
    folder.mkdir(parents=True)
    for agent_id in agent_ids or ("appointments",):
        for file in AGENTS.glob(f"{agent_id}.*"):
            shutil.copy(file, folder)
    return folder


def change_agent(folder: Path, changes: Mapping[str, Any], agent_id: str = "appointments") -> None:
    """Replace keys of an agent file."""
    file = folder / f"{agent_id}.yaml"
    file.write_text(yaml.safe_dump(read_document(file, {}).data | dict(changes)))
