"""The kinds of service: whose table, which key of the agent file, which engine stands in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk.agent import AgentConfig, Service
from frontdesk.agent.document import KeyPath
from frontdesk.services import embedded
from frontdesk.services.llm import LLM, llm_row, llm_settings
from frontdesk.services.realtime import REALTIME, realtime_row, realtime_settings
from frontdesk.services.stt import STT, stt_row, stt_settings
from frontdesk.services.tts import TTS, tts_row, tts_settings
from frontdesk.services.vendor import Vendor

EMBEDDED = "embedded"


@dataclass(frozen=True)
class Kind:
    """A kind of service: its table, its key in the agent file, and the engine that stands in.

    `row` and `settings` are what a section of the file asks for in a language; `missing` is why the engine
    cannot stand in where it is not `available`, `english` whether it knows no other language.
    """

    name: str
    path: KeyPath
    table: Mapping[str, Vendor]
    section: Callable[[AgentConfig], Service]
    row: Callable[[Any, str], str]
    settings: Callable[[AgentConfig, Any, str], dict[str, Any]]
    available: Callable[[AgentConfig], bool]
    stand_in: str
    missing: str
    english: bool = True


STT_KIND = Kind(
    name="stt",
    path=("stt",),
    table=STT,
    section=lambda agent: agent.stt,
    row=stt_row,
    settings=lambda agent, section, language: stt_settings(section, language),
    available=lambda agent: embedded.stt_available(),
    stand_in="Moonshine tiny-en",
    missing="moonshine-voice is not installed",
)
LLM_KIND = Kind(
    name="llm",
    path=("llm", "main"),
    table=LLM,
    section=lambda agent: agent.llm.main,
    row=lambda section, language: llm_row(section),
    settings=lambda agent, section, language: llm_settings(section),
    available=lambda agent: agent.script is not None,
    stand_in="a script, which is not an LLM,",
    missing="there is no script beside the agent",
    english=False,
)
TTS_KIND = Kind(
    name="tts",
    path=("tts",),
    table=TTS,
    section=lambda agent: agent.tts,
    row=lambda section, language: tts_row(section),
    settings=lambda agent, section, language: tts_settings(section, language),
    available=lambda agent: embedded.tts_available(),
    stand_in="hibari",
    missing="hibari-tts is not installed",
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
    available=lambda agent: all(kind.available(agent) for kind in KINDS),
    stand_in="the embedded engines",
    missing="the embedded engines are not all there",
)
