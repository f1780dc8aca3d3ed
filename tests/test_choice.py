"""Which services an agent gets: line-ups with others in reserve, side jobs, speech to speech."""

from typing import Any

import pytest
from pipecat.pipeline.service_switcher import ServiceSwitcher

from frontdesk.agent import AgentConfig
from frontdesk.services import embedded
from frontdesk.services.choice import Choices, choose
from frontdesk.services.fallback import Ears, Mind, Voice
from frontdesk.services.kinds import EMBEDDED
from frontdesk.services.problems import service_problems, service_warnings, setting_problems
from frontdesk.services.services import Given, Services, build_services, build_utils
from tests.vendors import AGENTS

NAMES = ("DEEPGRAM", "OPENAI", "CARTESIA", "GROQ", "ANTHROPIC", "ELEVENLABS")
KEYS = {f"{name}_API_KEY": name.lower() for name in NAMES}
GROQ = {"vendor": "groq", "model": "llama-3.3-70b-versatile"}
NOVA = {"vendor": "deepgram", "model": "nova-3"}
SCRIPT = AGENTS / "guest_relations.script.yaml"


def an_agent(**keys: Any) -> AgentConfig:
    """An agent with a script beside it."""
    return AgentConfig.model_validate({"script": SCRIPT} | keys)


def without(*names: str) -> dict[str, str]:
    """All keys but those of the vendors named."""
    return {name: key for name, key in KEYS.items() if key not in names}


def rows(choices: Choices) -> list[str]:
    """Every service, as it is announced."""
    return [str(choice) for choice in choices]


def built(agent: AgentConfig, environ: dict[str, str] | None = None, **more: Any) -> Services:
    """The services of a call in the agent's own language."""
    environ = environ or KEYS
    language = more.pop("language", agent.own_language)
    return build_services(
        agent, choose(agent, environ), environ, language=language, instructions="You are Emma.", **more
    )


# In reserve


def test_services_in_reserve_stand_behind_the_first_in_their_order() -> None:
    agent = an_agent(
        llm={"main": {"fallback": [GROQ, {"vendor": "anthropic"}]}, "utils": GROQ}, stt={"fallback": [NOVA]}
    )
    assert list(service_problems(agent, KEYS)) == []
    assert rows(choose(agent, KEYS)) == [
        "stt: deepgram",
        "stt.fallback[0]: deepgram",
        "llm: openai",
        "llm.main.fallback[0]: groq",
        "llm.main.fallback[1]: anthropic",
        "tts: cartesia",
        "llm.utils: groq",
    ]


def test_a_service_in_reserve_without_its_key_is_left_out_with_a_warning() -> None:
    agent = an_agent(llm={"main": {"fallback": [GROQ]}, "utils": GROQ})
    environ = without("groq")
    assert list(service_problems(agent, environ)) == []
    assert rows(choose(agent, environ)) == ["stt: deepgram", "llm: openai", "tts: cartesia"]
    assert list(service_warnings(agent, environ)) == [
        (("llm", "main", "fallback", 0), "groq is left out: it needs GROQ_API_KEY, which is not set"),
        (("llm", "utils"), "groq is left out: it needs GROQ_API_KEY, which is not set"),
    ]


def test_a_setting_of_a_service_in_reserve_is_checked_also_without_its_key() -> None:
    agent = an_agent(tts={"fallback": [{"vendor": "elevenlabs", "voice": "v", "stabilty": 0.5}]})
    for environ in (KEYS, without("elevenlabs")):
        [(path, message)] = service_problems(agent, environ)
        assert path == ("tts", "fallback", 0, "stabilty") and "did you mean 'stability'" in message


def test_only_the_first_in_line_has_an_engine_that_stands_in() -> None:
    agent = an_agent(llm={"main": {"fallback": [GROQ]}})
    choices = choose(agent, without("openai", "groq"))
    assert choices.llm.row == EMBEDDED and choices.llm.lacks == (("OPENAI_API_KEY",),)
    assert choices.fallbacks["llm"] == ()


def test_an_engine_in_reserve_that_is_not_there_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "tts_available", lambda: False)
    agent = an_agent(tts={"fallback": [{"vendor": "embedded"}]})
    [(path, message)] = service_warnings(agent, KEYS)
    assert path == ("tts", "fallback", 0) and message.endswith("it needs its engine: install hibari-tts")
    assert choose(agent, KEYS).fallbacks["tts"] == ()


async def test_a_call_gets_line_ups_only_where_there_is_something_in_reserve() -> None:
    plain = built(an_agent())
    assert not any(isinstance(each, ServiceSwitcher) for each in (plain.stt, plain.llm, plain.tts))
    lined_up = built(
        an_agent(
            llm={"main": {"fallback": [GROQ]}}, stt={"fallback": [NOVA]}, tts={"fallback": [{"voice": "v"}]}
        )
    )
    assert isinstance(lined_up.llm, Mind) and [*lined_up.llm.names.values()] == ["openai", "groq"]
    assert isinstance(lined_up.stt, Ears) and [*lined_up.stt.names.values()] == ["deepgram-flux", "deepgram"]
    assert isinstance(lined_up.tts, Voice) and [*lined_up.tts.names.values()] == ["cartesia", "cartesia"]
    assert lined_up.names == {"stt": "deepgram-flux", "llm": "openai", "tts": "cartesia"}


async def test_every_language_model_of_a_line_up_is_told_its_part_and_only_the_last_asks_twice() -> None:
    pytest.importorskip("anthropic")
    mind = built(an_agent(llm={"main": {"fallback": [{"vendor": "anthropic"}, GROQ]}})).llm
    assert isinstance(mind, Mind)
    assert [llm._settings.system_instruction for llm in mind.llms] == ["You are Emma."] * 3
    assert [llm._client.max_retries == 0 for llm in mind.llms] == [True, True, False]  # type: ignore[attr-defined]


# A call's language, side jobs, services of one's own


async def test_a_call_in_another_language_gets_ears_that_hear_it() -> None:
    services = built(an_agent(), language="tr")
    assert services.names["stt"] == "deepgram" and "tr" in str(services.stt._settings.language)  # type: ignore[union-attr]


async def test_services_of_ones_own_take_the_place_of_the_agents() -> None:
    own = built(an_agent()).tts
    services = built(an_agent(tts={"fallback": [{"voice": "v"}]}), given=Given(tts=own))  # type: ignore[arg-type]
    assert services.tts is own and services.names["tts"] == "CartesiaTTSService"


async def test_side_jobs_have_a_model_of_their_own_where_it_can_be_used() -> None:
    agent = an_agent(llm={"utils": {"model": "gpt-4.1-nano"}})
    utils = build_utils(agent, choose(agent, KEYS), KEYS)
    assert utils is not None and utils._settings.model == "gpt-4.1-nano"
    assert build_utils(agent, choose(agent, {}), {}) is None
    assert build_utils(an_agent(), choose(an_agent(), KEYS), KEYS) is None


def test_a_script_does_no_side_jobs() -> None:
    [(path, message)] = service_problems(an_agent(llm={"utils": {"vendor": "embedded"}}), KEYS)
    assert path == ("llm", "utils", "vendor") and "no side jobs" in message


# Speech to speech


def test_an_agent_that_speaks_itself_has_neither_ears_nor_voice() -> None:
    choices = choose(an_agent(realtime=True), KEYS)
    assert (choices.stt, choices.tts, choices.realtime) == (None, None, True)
    assert rows(choices) == ["llm: openai"]


def test_the_engines_stand_in_together_for_a_model_that_speaks_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agent = an_agent(realtime=True)
    choices = choose(agent, without("openai"))
    assert [choice.row for choice in choices] == [EMBEDDED] * 3 and not choices.realtime
    assert all("stands in for openai (OPENAI_API_KEY is not set)" in row for row in rows(choices))
    monkeypatch.setattr(embedded, "stt_available", lambda: False)
    [(path, message)] = service_problems(agent, without("openai"))
    assert path == ("llm", "main") and "OPENAI_API_KEY" in message


def test_what_has_no_speech_to_speech_model_is_told_with_those_that_have() -> None:
    agent = an_agent(realtime=True, llm={"main": {"vendor": "groq"}})
    assert list(service_warnings(agent, KEYS)) == []
    [(path, message)] = setting_problems(agent)
    assert path == ("llm", "main", "vendor") and "openai" in message


def test_nothing_takes_over_from_a_model_that_speaks_itself() -> None:
    agent = an_agent(realtime=True, llm={"main": {"fallback": [{"vendor": "google"}]}})
    assert [path for path, _ in service_problems(agent, KEYS)] == [("llm", "main", "fallback")]


# Rates and languages


@pytest.mark.parametrize(("stt", "rate"), [(NOVA, 24000), ({"fallback": [NOVA]}, 48000)])
def test_a_rate_that_the_models_here_do_not_hear_is_a_problem(stt: dict[str, Any], rate: int) -> None:
    agent = an_agent(stt=stt, pipeline_settings={"audio_in_sample_rate": rate})
    [(path, message)] = service_problems(agent, KEYS)
    assert path == ("pipeline_settings", "audio_in_sample_rate") and "allowed: 8000, 16000" in message


def test_ears_that_hear_turns_themselves_take_any_rate() -> None:
    agent = an_agent(pipeline_settings={"audio_in_sample_rate": 24000})
    assert list(service_problems(agent, KEYS)) == []


async def test_an_engine_that_hears_one_rate_only_decides_for_all() -> None:
    agent = an_agent(
        stt={"vendor": "embedded", "fallback": [NOVA]}, pipeline_settings={"audio_in_sample_rate": 8000}
    )
    assert built(agent).in_rate == 16000
    [(path, message)] = service_warnings(agent, KEYS)
    assert path == ("pipeline_settings", "audio_in_sample_rate") and "embedded hears only 16000 Hz" in message


def test_a_setting_that_the_ears_for_the_agents_language_lack_is_a_warning() -> None:
    agent = an_agent(
        agent_inputs={"language_code": "tr"}, stt={"eot_threshold": 0.7, "profanity_filter": True}
    )
    assert not [*service_problems(agent, KEYS)]
    assert (("stt", "eot_threshold"), "is not used: nova-3 hears tr, flux-general-en does not") in [
        *service_warnings(agent, KEYS)
    ]
    assert ("stt", "profanity_filter") not in [path for path, _ in service_warnings(agent, KEYS)]


def test_an_engine_that_does_not_know_the_agents_language_is_a_warning() -> None:
    agent = an_agent(agent_inputs={"language_code": "es"})
    warnings = list(service_warnings(agent, without("deepgram", "cartesia")))
    assert [path for path, _ in warnings] == [("stt",), ("tts",)]
    assert all("only English" in message and message.endswith("is es") for _, message in warnings)
    assert list(service_warnings(agent, KEYS)) == []
