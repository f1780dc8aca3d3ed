"""Agents whose model hears and speaks itself, and calls with them that cost next to no CPU."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from frontdesk.agent.document import read_document
from tests.fakes import FakeTwilio, Reply
from tests.fakes.openai_realtime import FakeOpenAIRealtime
from tests.inprocess import InProcess, in_process_bot
from tests.quick import GREETING, QUESTION, agent_tone, use_environment
from tests.vendors import ACCOUNT, copy_agents

MODEL = "gpt-realtime"


@dataclass
class Spoken:
    """OpenAI's stand-in, and an agent that it speaks for."""

    openai: FakeOpenAIRealtime
    twilio: FakeTwilio
    agents: Path

    @property
    def keys(self) -> dict[str, str]:
        """The environment of a bot that speaks to it, Twilio left out."""
        return {"AGENTS_DIR": str(self.agents), "OPENAI_API_KEY": self.openai.api_key}

    @property
    def twilio_keys(self) -> dict[str, str]:
        """The same with Twilio's credentials."""
        return self.keys | {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": self.twilio.auth_token,
            "TWILIO_BASE_URL": self.twilio.base_url,
        }

    @property
    def session(self) -> dict[str, Any]:
        """How the last call's session was set up."""
        return self.openai.sessions[-1].session

    @property
    def updates(self) -> list[dict[str, Any]]:
        """How the client set the last call's session up, and changed it."""
        received = self.openai.connections[-1].received
        return [event for event in received if event["type"] == "session.update"]

    @property
    def errors(self) -> list[str]:
        """What the vendor complained about."""
        events = [event for connection in self.openai.connections for event in connection.sent]
        return [event["error"]["message"] for event in events if event["type"] == "error"]

    @asynccontextmanager
    async def bot(
        self,
        monkeypatch: pytest.MonkeyPatch,
        replies: Iterable[Reply | str] = (),
        *,
        environ: Mapping[str, str] | None = None,
        **agent: Any,
    ) -> AsyncIterator[InProcess]:
        """A bot in this process whose model gives `replies`; `agent` are further keys of the agent file."""
        self.openai.replies = [*replies]
        main = {"vendor": "openai", "model": MODEL, "base_url": self.openai.base_url}
        speak_itself(self.agents, {"llm": {"main": main}, "start_message": GREETING} | agent)
        use_environment(monkeypatch, {**(self.keys if environ is None else environ)})
        async with in_process_bot(monkeypatch) as bot:
            yield bot


def speak_itself(folder: Path, changes: Mapping[str, Any], agent_id: str = "appointments") -> None:
    """Make an agent's model hear and speak itself, and change further keys of its file."""
    file = folder / f"{agent_id}.yaml"
    data = {key: value for key, value in read_document(file, {}).data.items() if key not in ("stt", "tts")}
    file.write_text(yaml.safe_dump(data | {"realtime": True} | dict(changes)))


@asynccontextmanager
async def open_spoken(folder: Path) -> AsyncIterator[Spoken]:
    """Start the stand-ins: the model hears lines and says tones."""
    openai = FakeOpenAIRealtime(synthesize=agent_tone, lines=[QUESTION] * 20)
    async with openai, FakeTwilio(account_sid=ACCOUNT) as twilio:
        yield Spoken(openai, twilio, copy_agents(folder / "agents"))
