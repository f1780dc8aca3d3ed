"""The kinds of service: whose table, which key of the agent file, which engine stands in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk.agent import AgentConfig, Service
from frontdesk.agent.document import KeyPath
from frontdesk.services import embedded
from frontdesk.services.flux import FLUX
from frontdesk.services.llm import LLM, llm_row, llm_settings
from frontdesk.services.realtime import REALTIME, realtime_row, realtime_settings
from frontdesk.services.stt import STT, flux_section, stt_row, stt_settings
from frontdesk.services.tts import TTS, tts_row, tts_settings
from frontdesk.services.vendor import Vendor

EMBEDDED = "embedded"


@dataclass(frozen=True)
class Kind:
    """A kind of service: its table, its key in the agent file, and the engine that stands in.

    `row` and `settings` are what a section of the file asks for in a language; `wanting` is what to do so
    that the engine can stand in, empty where it can; `english` tells that it knows no other language;
    `held_to` is, for some sections, another row and settings by which they are checked.
    """

    name: str
    path: KeyPath
    table: Mapping[str, Vendor]
    section: Callable[[AgentConfig], Service]
    row: Callable[[Any, str], str]
    settings: Callable[[AgentConfig, Any, str], dict[str, Any]]
    wanting: Callable[[AgentConfig], list[str]]
    stand_in: str
    english: bool = True
    held_to: Callable[[Any], tuple[str, dict[str, Any]] | None] = lambda section: None

    @property
    def vendors(self) -> set[str]:
        """The names that a file may have for a vendor; Flux is a model of deepgram's."""
        return self.table.keys() - {FLUX}

    def available(self, agent: AgentConfig) -> bool:
        """Whether the engine can stand in."""
        return not self.wanting(agent)

    def checked(self, agent: AgentConfig, section: Any, language: str) -> tuple[str, dict[str, Any]]:
        """The row, and the settings of a section that it is to take."""
        ordinary = self.row(section, language), self.settings(agent, section, language)
        return self.held_to(section) or ordinary


def _write_a_script(agent: AgentConfig) -> str:
    stem = agent.source.stem if agent.source else agent.agent_id
    return f'write a script, {stem}.script.yaml (docs/agent-file.md, "Without a key")'


STT_KIND = Kind(
    name="stt",
    path=("stt",),
    table=STT,
    section=lambda agent: agent.stt,
    row=stt_row,
    settings=lambda agent, section, language: stt_settings(section, language),
    wanting=lambda agent: [] if embedded.stt_available() else ["install moonshine-voice"],
    stand_in="Moonshine tiny-en",
    held_to=flux_section,
)
LLM_KIND = Kind(
    name="llm",
    path=("llm", "main"),
    table=LLM,
    section=lambda agent: agent.llm.main,
    row=lambda section, language: llm_row(section),
    settings=lambda agent, section, language: llm_settings(section),
    wanting=lambda agent: [] if agent.script else [_write_a_script(agent)],
    stand_in="a script, which is not an LLM,",
    english=False,
)
TTS_KIND = Kind(
    name="tts",
    path=("tts",),
    table=TTS,
    section=lambda agent: agent.tts,
    row=lambda section, language: tts_row(section),
    settings=lambda agent, section, language: tts_settings(section, language),
    wanting=lambda agent: [] if embedded.tts_available() else ["install hibari-tts"],
    stand_in="hibari",
)
KINDS = (STT_KIND, LLM_KIND, TTS_KIND)

# Hears and speaks in place of all three, which stand in for it together.
REALTIME_KIND = Kind(
    name="llm",
    path=("llm", "main"),
    table=REALTIME,
    section=lambda agent: agent.llm.main,
    row=lambda section, language: realtime_row(section),
    settings=lambda agent, section, language: realtime_settings(agent, language),
    wanting=lambda agent: [step for kind in KINDS for step in kind.wanting(agent)],
    stand_in="the embedded engines",
)
