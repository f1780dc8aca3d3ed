"""Who hears the caller's turns, and what that takes."""

from collections.abc import Iterator
from typing import Any

import pytest
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies

from frontdesk import boot, turns
from frontdesk.agent import AgentConfig
from frontdesk.services.choice import choose
from frontdesk.services.fallback import Ears
from frontdesk.services.services import Services, build_services
from frontdesk.turns import follow_ears, turn_params
from tests.vendors import AGENTS

KEYS = {f"{name}_API_KEY": name.lower() for name in ("DEEPGRAM", "OPENAI", "CARTESIA")}
SCRIPT = AGENTS / "guest_relations.script.yaml"
NOVA = {"model": "nova-3"}


def an_agent(**keys: Any) -> AgentConfig:
    """An agent with a script beside it."""
    return AgentConfig.model_validate({"script": SCRIPT} | keys)


def services_of(agent: AgentConfig) -> Services:
    """The services of a call of the agent."""
    return build_services(agent, choose(agent, KEYS), KEYS, language="en", instructions="")


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is loaded of the turn models, in place of loading it."""
    calls: list[str] = []
    monkeypatch.setattr(turns, "load_models", lambda: calls.append("turn models"))
    boot._load_turn_models.cache_clear()
    yield calls
    boot._load_turn_models.cache_clear()


@pytest.mark.parametrize(
    ("agent", "needs_models"),
    [
        ({}, False),
        ({"stt": NOVA}, True),
        ({"stt": {"fallback": [NOVA]}}, True),
        ({"realtime": True}, False),
    ],
)
def test_the_models_are_loaded_only_where_someone_needs_them(
    loaded: list[str], agent: dict[str, Any], needs_models: bool
) -> None:
    boot.load_models(choose(an_agent(**agent), KEYS))
    assert bool(loaded) is needs_models


def test_the_models_are_loaded_for_ears_that_python_code_brings(loaded: list[str]) -> None:
    boot.load_models(choice for choice in choose(an_agent(), KEYS) if choice.kind.name != "stt")
    assert loaded


async def test_ears_that_hear_turns_themselves_need_no_voice_activity_detection() -> None:
    agent = an_agent()
    stt = services_of(agent).stt
    assert stt is not None
    params = turn_params(agent, stt, lambda: False)
    assert isinstance(params.user_turn_strategies, ExternalUserTurnStrategies)
    assert params.vad_analyzer is None


async def test_with_ears_of_both_ways_each_has_its_own_and_who_listens_decides() -> None:
    agent = an_agent(stt={"fallback": [NOVA]}, vad_params={"stop_secs": 0.6})
    stt = services_of(agent).stt
    assert isinstance(stt, Ears)
    params = turn_params(agent, stt, lambda: False)
    flux, nova = stt.services
    assert params.user_turn_strategies is stt.strategies[flux]
    assert isinstance(stt.strategies[flux], ExternalUserTurnStrategies)
    assert not isinstance(stt.strategies[nova], ExternalUserTurnStrategies)
    assert params.vad_analyzer is not None and params.vad_analyzer.params.stop_secs == 0.6
    follow_ears(params, stt)
    assert params.user_turn_strategies is None
