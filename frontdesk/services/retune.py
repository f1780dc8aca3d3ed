"""Another language in the middle of a call: what each service of the call is to be told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipecat.frames.frames import Frame, STTUpdateSettingsFrame, TTSUpdateSettingsFrame
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.settings import STTSettings

from frontdesk.agent import AgentConfig
from frontdesk.errors import ToolError
from frontdesk.language import base_language
from frontdesk.services.choice import Choice
from frontdesk.services.introspection import split
from frontdesk.services.kinds import EMBEDDED

FRAMES = {"stt": STTUpdateSettingsFrame, "tts": TTSUpdateSettingsFrame}

DOES = {"stt": "hear", "tts": "speak"}

# A service, and what to tell it.
Update = tuple[FrameProcessor, Frame]


@dataclass(frozen=True)
class Member:
    """One service of a call that hears or speaks, and what it was built from.

    `choice` is None for a service that Python code brought.
    """

    kind: str
    service: Any
    choice: Choice | None


def updates(members: Sequence[Member], agent: AgentConfig, before: str, after: str) -> list[Update]:
    """What makes the services of a call change from one language to another, in the order to send it.

    Raises ToolError, with nothing changed, where one of them cannot.
    """
    return [update for member in members for update in _of(member, agent, before, after)]


def _of(member: Member, agent: AgentConfig, before: str, after: str) -> Iterator[Update]:
    if member.choice is None:
        if member.kind == "stt":
            generic = STTSettings(language=after)
            yield member.service, STTUpdateSettingsFrame(delta=generic, service=member.service)
        return
    _refuse(member.kind, member.choice, before, after)
    if delta := _delta(member.choice, agent, before, after):
        settings = member.service.Settings(**delta)
        yield member.service, FRAMES[member.kind](delta=settings, service=member.service)


def _refuse(kind: str, choice: Choice, before: str, after: str) -> None:
    """Raise ToolError where a service cannot change from one language to another while it works."""
    does_not = f"{DOES[kind]} {after} on this call"
    if choice.row == EMBEDDED:
        if base_language(after) != "en":
            raise ToolError(f"the embedded engine cannot {does_not}: it knows English only")
    elif choice.kind.row(choice.config, before) != choice.kind.row(choice.config, after):
        raise ToolError(f"{choice.called} cannot {does_not}: it takes another model, from the beginning")


def _delta(choice: Choice, agent: AgentConfig, before: str, after: str) -> dict[str, Any]:
    """The settings that differ; one that only the language before had is cleared."""
    if choice.row == EMBEDDED:
        return {}
    old, new = (_settings(choice, agent, language) for language in (before, after))
    cleared = dict.fromkeys(old.keys() - new.keys())
    return cleared | {name: value for name, value in new.items() if old.get(name) != value}


def _settings(choice: Choice, agent: AgentConfig, language: str) -> Mapping[str, Any]:
    section = choice.config
    vendor = choice.kind.table[choice.kind.row(section, language)]
    own, _ = split(vendor.load(), choice.kind.settings(agent, section, language))
    return own
