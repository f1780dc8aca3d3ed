"""Another language in the middle of a call: what the services are told, and what they cannot do."""

from collections.abc import Mapping
from typing import Any

import pytest
from pipecat.frames.frames import STTUpdateSettingsFrame, TTSUpdateSettingsFrame
from pipecat.services.settings import ServiceSettings

from frontdesk.agent import AgentConfig
from frontdesk.errors import ToolError
from frontdesk.services.choice import choose
from frontdesk.services.retune import updates
from frontdesk.services.services import Given, Services, build_services

KEYS = {"OPENAI_API_KEY": "k", "DEEPGRAM_API_KEY": "k", "CARTESIA_API_KEY": "k"}


def services_of(
    agent: AgentConfig, environ: Mapping[str, str] = KEYS, language: str = "en", given: Given | None = None
) -> Services:
    """The services of a call with this agent."""
    choices = choose(agent, environ)
    return build_services(agent, choices, environ, language=language, instructions="", given=given)


def told(agent: AgentConfig, after: str, services: Services | None = None) -> list[dict[str, Any]]:
    """The settings that each service is told, in order, when an English call goes on in another language."""
    found = []
    services = services or services_of(agent)
    for service, frame in updates(services.members, agent, "en", after):
        assert isinstance(frame, STTUpdateSettingsFrame | TTSUpdateSettingsFrame)
        assert frame.service is service and isinstance(frame.delta, ServiceSettings)
        found.append(frame.delta.given_fields())
    return found


def test_flux_takes_its_model_of_many_languages_and_the_voice_that_of_the_language() -> None:
    agent = AgentConfig(
        stt={"vendor": "deepgram", "model": "flux-general-en"},
        tts={"vendor": "cartesia", "voice": "anna", "voices": {"es": "maria"}},
    )
    ears, voice = told(agent, "es")
    assert ears == {"model": "flux-general-multi", "language_hints": ["es"]}
    assert voice == {"voice": "maria", "language": "es"}


def test_what_only_the_language_before_had_is_cleared() -> None:
    agent = AgentConfig(stt={"vendor": "deepgram", "model": "flux-general-en"})
    services = services_of(agent, language="es")
    ears = updates(services.members, agent, "es", "en")[0][1]
    assert isinstance(ears, STTUpdateSettingsFrame) and ears.delta is not None
    assert ears.delta.given_fields() == {"model": "flux-general-en", "language_hints": None}


def test_those_in_reserve_change_too() -> None:
    agent = AgentConfig(
        stt={"vendor": "deepgram", "model": "nova-3", "fallback": [{"vendor": "deepgram", "model": "nova-2"}]}
    )
    assert [each.get("language") for each in told(agent, "fr")] == ["fr", "fr", "fr"]


def test_a_language_that_takes_another_service_is_refused_with_nothing_changed() -> None:
    agent = AgentConfig(stt={"vendor": "deepgram", "model": "flux-general-en"})
    with pytest.raises(ToolError, match="deepgram cannot hear ko on this call"):
        told(agent, "ko")


def test_the_embedded_engines_know_english_only() -> None:
    agent = AgentConfig()
    services = services_of(agent.model_copy(update={"script": None}), {"OPENAI_API_KEY": "k"})
    assert told(agent, "en-GB", services) == []
    with pytest.raises(ToolError, match="English only"):
        told(agent, "es", services)


def test_ears_that_python_code_brought_are_told_the_language() -> None:
    agent = AgentConfig()
    brought = services_of(agent).stt
    ears, *_ = told(agent, "es", services_of(agent, given=Given(stt=brought)))
    assert ears == {"language": "es"}
