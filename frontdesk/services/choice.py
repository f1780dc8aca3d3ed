"""Which service an agent gets: the vendor it names, or the embedded engine where its key is missing."""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from frontdesk.agent import AgentConfig
from frontdesk.agent.document import KeyPath
from frontdesk.errors import ConfigError, Problem
from frontdesk.services import embedded
from frontdesk.services.embedded.dialogue import Script
from frontdesk.services.llm import LLM, llm_row, llm_settings
from frontdesk.services.stt import STT, stt_row, stt_settings
from frontdesk.services.tts import TTS, tts_row, tts_settings
from frontdesk.services.vendor import Vendor

EMBEDDED = "embedded"


@dataclass(frozen=True)
class Kind:
    """A kind of service: its table, how an agent file asks for a row, and the engine that stands in.

    `missing` is why the engine cannot stand in where it is not `available`.
    """

    name: str
    path: KeyPath
    table: Mapping[str, Vendor]
    row: Callable[[AgentConfig], str]
    settings: Callable[[AgentConfig], dict[str, Any]]
    extras: Callable[[AgentConfig], dict[str, Any]]
    base_url: Callable[[AgentConfig], str | None]
    available: Callable[[AgentConfig], bool]
    stand_in: str
    missing: str


KINDS = (
    Kind(
        name="stt",
        path=("stt",),
        missing="moonshine-voice is not installed",
        table=STT,
        row=lambda agent: stt_row(agent.stt, _language(agent)),
        settings=lambda agent: stt_settings(agent.stt, _language(agent)),
        extras=lambda agent: agent.stt.settings,
        base_url=lambda agent: agent.stt.base_url,
        available=lambda agent: embedded.stt_available(),
        stand_in="Moonshine tiny-en",
    ),
    Kind(
        name="llm",
        path=("llm", "main"),
        missing="there is no script beside the agent",
        table=LLM,
        row=lambda agent: llm_row(agent.llm.main),
        settings=lambda agent: llm_settings(agent.llm.main),
        extras=lambda agent: agent.llm.main.settings,
        base_url=lambda agent: agent.llm.main.base_url,
        available=lambda agent: agent.script is not None,
        stand_in="a script, which is not an LLM,",
    ),
    Kind(
        name="tts",
        path=("tts",),
        missing="hibari-tts is not installed",
        table=TTS,
        row=lambda agent: tts_row(agent.tts),
        settings=lambda agent: tts_settings(agent.tts, _language(agent)),
        extras=lambda agent: agent.tts.settings,
        base_url=lambda agent: agent.tts.base_url,
        available=lambda agent: embedded.tts_available(),
        stand_in="hibari",
    ),
)


@dataclass(frozen=True)
class Choice:
    """The row chosen for one kind of service, and the one that was asked for."""

    kind: Kind
    asked: str
    row: str

    @property
    def vendor(self) -> Vendor:
        """The chosen row of the table."""
        return self.kind.table[self.row]

    @property
    def stands_in(self) -> bool:
        """Whether the embedded engine takes the place of a vendor whose key is missing."""
        return self.row != self.asked

    def __str__(self) -> str:
        if not self.stands_in:
            return f"{self.kind.name}: {self.row}"
        key = " and ".join(self.kind.table[self.asked].keys.values())
        return f"{self.kind.name}: {self.kind.stand_in} stands in for {self.asked} ({key} is not set)"


@dataclass(frozen=True)
class Choices:
    """The three services of one agent."""

    stt: Choice
    llm: Choice
    tts: Choice

    def __iter__(self) -> Iterator[Choice]:
        return iter((self.stt, self.llm, self.tts))


def _language(agent: AgentConfig) -> str:
    return str(agent.agent_inputs.get("language_code", "en"))


def choose(agent: AgentConfig, environ: Mapping[str, str]) -> Choices:
    """Choose the services of an agent that `service_problems` found nothing wrong with."""
    return Choices(*(_choose(kind, agent, environ) for kind in KINDS))


def service_problems(agent: AgentConfig, environ: Mapping[str, str]) -> Iterator[tuple[KeyPath, str]]:
    """Why an agent's services could not be built: key path in the agent file, what is wrong."""
    for kind in KINDS:
        choice = _choose(kind, agent, environ)
        if not _usable(kind, choice.row, agent, environ):
            yield kind.path, _why_unusable(choice)
            continue
        given = kind.extras(agent) if choice.stands_in else kind.settings(agent)
        if given or not choice.stands_in:
            yield from kind.table[choice.asked].problems(kind.path, given, kind.base_url(agent))
        if choice.row == EMBEDDED and kind.name == "llm":
            yield from _script_problems(agent)


def _why_unusable(choice: Choice) -> str:
    kind, key = choice.kind, " and ".join(choice.kind.table[choice.asked].keys.values())
    reason = f"{key}, which is not set, and {kind.missing}" if key else f"its engine: {kind.missing}"
    return f"{choice.asked} needs {reason}"


def _choose(kind: Kind, agent: AgentConfig, environ: Mapping[str, str]) -> Choice:
    asked = kind.row(agent)
    return Choice(kind, asked, asked if _usable(kind, asked, agent, environ) else EMBEDDED)


def _usable(kind: Kind, row: str, agent: AgentConfig, environ: Mapping[str, str]) -> bool:
    return kind.available(agent) if row == EMBEDDED else kind.table[row].has_key(environ)


def _script_problems(agent: AgentConfig) -> Iterator[tuple[KeyPath, str]]:
    try:
        _script(agent)
    except ConfigError as error:
        for problem in error.problems:
            yield ("llm", "main"), str(replace(problem, file=Path(problem.file).name))


def build(
    choice: Choice,
    agent: AgentConfig,
    environ: Mapping[str, str],
    now: Callable[[], datetime],
    instructions: str = "",
) -> Any:
    """The service itself, not yet connected.

    `now` gives the agent's local time, `instructions` are what the LLM is told of its part.
    """
    kind = choice.kind
    if choice.row == EMBEDDED and kind.name == "llm":
        return choice.vendor.make({}, None, environ, script=_script(agent), now=now)
    if choice.stands_in:
        return choice.vendor.make({}, None, environ)
    settings = kind.settings(agent)
    if kind.name == "llm" and instructions:
        settings["system_instruction"] = instructions
    return choice.vendor.make(settings, kind.base_url(agent), environ)


def _script(agent: AgentConfig) -> Script:
    if agent.script is None:
        raise ConfigError([Problem(f"{agent.agent_id}.yaml", "llm", "no script stands beside this agent")])
    return _load_script(agent.script)


@functools.cache
def _load_script(path: Path) -> Script:
    return Script.load(path)
