"""The services tables, and which service an agent gets."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from pipecat.frames.frames import LLMContextFrame, LLMFullResponseEndFrame, TTSSpeakFrame, TTSStoppedFrame
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService

from frontdesk.agent import AgentConfig, load_agents
from frontdesk.boot import load_house
from frontdesk.environment import agents_dir
from frontdesk.errors import ConfigError
from frontdesk.services import embedded
from frontdesk.services.choice import choose
from frontdesk.services.kinds import EMBEDDED, KINDS, Kind
from frontdesk.services.llm import LLM
from frontdesk.services.problems import service_problems
from frontdesk.services.services import build_services
from frontdesk.services.stt import STT
from tests.fakes import FakeCartesia, FakeDeepgram, FakeOpenAI
from tests.fakes.bench import bench

KEYS = {name: name.lower() for name in ("DEEPGRAM_API_KEY", "OPENAI_API_KEY", "CARTESIA_API_KEY")}
BASES = {"stt": STTService, "llm": LLMService, "tts": TTSService}
ENGINES = {
    "stt": "{vendor: embedded}",
    "tts": "{vendor: embedded}",
    "llm": "{main: {vendor: embedded}}",
}


def an_agent(folder: Path, text: str = "", script: bool = True) -> AgentConfig:
    """The agent of a file with these lines."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.yaml").write_text(f"agent_id: a\n{text}\n")
    if script:
        shutil.copy(agents_dir() / "guest_relations.script.yaml", folder / "a.script.yaml")
    return load_agents(folder, {}).by_id["a"]


def rows(agent: AgentConfig, environ: dict[str, str]) -> dict[str, str]:
    """Kind of service → the row that the agent gets."""
    return {choice.kind.name: choice.row for choice in choose(agent, environ)}


def built(agent: AgentConfig, kind: str, environ: dict[str, str] | None = None) -> Any:
    """One service of the agent, not connected."""
    choices = choose(agent, environ or KEYS)
    services = build_services(
        agent, choices, environ or KEYS, language=agent.own_language, instructions="You are Emma."
    )
    return getattr(services, kind)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_has_an_engine_to_stand_in_that_needs_nothing(kind: Kind) -> None:
    engine = kind.table[EMBEDDED]
    assert issubclass(engine.load(), BASES[kind.name])
    assert engine.has_key({}) and engine.url is None and engine.extra is None


# Settings and addresses


async def test_settings_of_nova_reach_deepgram(tmp_path: Path) -> None:
    async with FakeDeepgram() as fake:
        agent = an_agent(
            tmp_path,
            f"stt: {{model: nova-3, base_url: '{fake.base_url}', keyterms: [Emma], endpointing: 300}}",
        )
        assert rows(agent, KEYS)["stt"] == "deepgram"
        async with bench(built(agent, "stt", KEYS | {"DEEPGRAM_API_KEY": fake.api_key})):
            await fake.wait_until(lambda: bool(fake.requests))
    [request] = fake.requests
    assert request.path == "/v1/listen"
    assert (request.query["model"], request.query["keyterm"]) == ("nova-3", "Emma")
    assert request.query["endpointing"] == "300"


async def test_settings_of_flux_reach_deepgram(tmp_path: Path) -> None:
    async with FakeDeepgram() as fake:
        agent = an_agent(
            tmp_path, f"stt: {{base_url: '{fake.base_url}', keyterms: [Emma], eot_threshold: 0.8}}"
        )
        assert rows(agent, KEYS)["stt"] == "deepgram-flux"
        async with bench(built(agent, "stt", KEYS | {"DEEPGRAM_API_KEY": fake.api_key})):
            await fake.wait_until(lambda: bool(fake.requests))
    [request] = fake.requests
    assert request.path == "/v2/listen"
    assert (request.query["model"], request.query["keyterm"]) == ("flux-general-en", "Emma")
    assert request.query["eot_threshold"] == "0.8"


async def test_settings_reach_openai(tmp_path: Path) -> None:
    async with FakeOpenAI(replies=["Hello."]) as fake:
        agent = an_agent(
            tmp_path,
            f"llm: {{main: {{model: gpt-4.1, base_url: '{fake.base_url}', temperature: 0.2, seed: 7}}}}",
        )
        async with bench(built(agent, "llm", KEYS | {"OPENAI_API_KEY": fake.api_key})) as pipeline:
            await pipeline.queue(LLMContextFrame(LLMContext([{"role": "user", "content": "Hi"}])))
            await pipeline.wait_for(LLMFullResponseEndFrame)
    body = fake.requests[0].body
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["messages"][0]["content"] == "You are Emma."
    assert (body["model"], body["temperature"], body["seed"]) == ("gpt-4.1", 0.2, 7)


async def test_settings_reach_cartesia(tmp_path: Path) -> None:
    async with FakeCartesia() as fake:
        agent = an_agent(
            tmp_path, f"tts: {{base_url: '{fake.base_url}', voice: v1, model: sonic-3, language: es}}"
        )
        async with bench(built(agent, "tts", KEYS | {"CARTESIA_API_KEY": fake.api_key})) as pipeline:
            await pipeline.queue(TTSSpeakFrame("Hola."))
            await pipeline.wait_for(TTSStoppedFrame)
    message = fake.connections[0].received[0]
    assert (message["voice"]["id"], message["model_id"], message["language"]) == ("v1", "sonic-3", "es")


@pytest.mark.parametrize(
    ("base_url", "address"),
    [
        ("http://127.0.0.1:9", "ws://127.0.0.1:9/v2/listen"),
        ("http://127.0.0.1:9/", "ws://127.0.0.1:9/v2/listen"),
        ("https://eu.deepgram.test", "wss://eu.deepgram.test/v2/listen"),
        ("wss://http.deepgram.test", "wss://http.deepgram.test/v2/listen"),
        ("wss://deepgram.test/own/listen", "wss://deepgram.test/own/listen"),
        ("https://deepgram.test/own/listen?tag=a", "wss://deepgram.test/own/listen?tag=a"),
        ("https://deepgram.test?tag=a", "wss://deepgram.test/v2/listen?tag=a"),
    ],
)
def test_a_websocket_gets_the_scheme_and_path_that_its_base_url_lacks(base_url: str, address: str) -> None:
    assert STT["deepgram-flux"].arguments(base_url, KEYS)["url"] == address


def test_where_no_base_url_is_given_the_vendors_own_address_holds() -> None:
    vendors = [vendor for kind in KINDS for vendor in kind.table.values() if vendor.url_variable]
    assert len(vendors) > 20
    assert not any(vendor.url in vendor.arguments(None, KEYS) for vendor in vendors)


def test_a_base_url_over_http_is_passed_on_as_it_is() -> None:
    assert LLM["openai"].arguments("http://127.0.0.1:9/v1", KEYS)["base_url"] == "http://127.0.0.1:9/v1"


def test_settings_of_an_engine_that_is_asked_for_reach_it(tmp_path: Path) -> None:
    agent = an_agent(tmp_path, "tts: {vendor: embedded, speed: 1.3}")
    assert built(agent, "tts", {})._settings.speed == 1.3


def test_settings_of_a_vendor_do_not_reach_the_engine_that_stands_in(tmp_path: Path) -> None:
    agent = an_agent(tmp_path, "tts: {model: sonic-3, voice: v1}")
    assert built(agent, "tts", {"OPENAI_API_KEY": "x"})._settings.voice != "v1"


# What is wrong in a file


def problems(folder: Path, text: str, environ: dict[str, str]) -> list[str]:
    """What start-up says of an agent file."""
    an_agent(folder, text)
    with pytest.raises(ConfigError) as error:
        load_house({"AGENTS_DIR": str(folder)} | environ)
    return str(error.value).splitlines()


def test_unknown_settings_of_all_services_are_told_at_once(tmp_path: Path) -> None:
    text = "stt:\n  model: nova-3\n  endpointin: 300\nllm:\n  main:\n    max_token: 5\ntts:\n  langage: es"
    found = problems(tmp_path, text, KEYS)
    assert [line.split(" allowed: ")[0] for line in found] == [
        "a.yaml:4: stt.endpointin: unknown setting; did you mean 'endpointing'?",
        "a.yaml:7: llm.main.max_token: unknown setting; did you mean 'max_tokens'?",
        "a.yaml:9: tts.langage: unknown setting; did you mean 'language'?",
    ]
    assert "smart_format" in found[0] and "temperature" in found[1] and "language" in found[2]


def test_a_setting_of_the_wrong_type_is_told_with_its_value(tmp_path: Path) -> None:
    text = (
        "stt:\n  eot_threshold: high\nllm:\n  main:\n    top_p: true\ntts:\n  generation_config: {speed: 3x}"
    )
    assert problems(tmp_path, text, KEYS) == [
        "a.yaml:3: stt.eot_threshold: 'high' must be a number or empty, not text",
        "a.yaml:6: llm.main.top_p: true must be a number or empty, not true or false",
        "a.yaml:8: tts.generation_config.speed: '3x' must be a number or empty, not text",
    ]


def test_a_value_of_the_environment_is_not_told(tmp_path: Path) -> None:
    text = "stt: {eot_threshold: '${SECRET}'}"
    an_agent(tmp_path)
    (tmp_path / "a.yaml").write_text(f"agent_id: a\n{text}\n")
    with pytest.raises(ConfigError) as error:
        load_house(KEYS | {"AGENTS_DIR": str(tmp_path), "SECRET": "hunter2"})
    assert str(error.value) == "a.yaml:2: stt.eot_threshold: ${SECRET} must be a number or empty, not text"


def test_what_is_wrong_in_a_script_is_told_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "a.yaml").write_text("agent_id: a")
    (tmp_path / "agents" / "a.script.yaml").write_text("start: hello")
    with pytest.raises(ConfigError) as error:
        load_house({"AGENTS_DIR": str(tmp_path / "agents")})
    assert "a.yaml:1: llm.main: a.script.yaml:1: states: is missing" in str(error.value).splitlines()


def test_a_setting_of_nova_is_none_of_flux(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, "stt: {model: flux-general-en, endpointing: 300}", KEYS)
    assert problem.startswith("a.yaml:2: stt.endpointing: unknown setting") and "eot_threshold" in problem


def test_a_flux_section_is_checked_as_one_also_where_its_language_takes_nova(tmp_path: Path) -> None:
    text = "agent_inputs: {language_code: tr}\nstt: {eot_treshold: 0.7, tag: x}"
    found = problems(tmp_path, text, KEYS)
    assert [line.split(" allowed: ")[0] for line in found] == [
        "a.yaml:3: stt.eot_treshold: unknown setting; did you mean 'eot_threshold'?",
        "a.yaml:3: stt.tag: 'x' must be a list or empty, not text",
    ]


def test_one_mistake_hides_no_other(tmp_path: Path) -> None:
    text = (
        "llm:\n  main: {vendor: openai, max_token: 5}\n  utils: {vendor: embedded}\n"
        "tts: {vendor: groq, voice: autumn, sped: 2}\nstt: {eot_threshold: high}"
    )
    found = [line.split(": ")[:2] for line in problems(tmp_path, text, KEYS)]
    assert ["a.yaml:3", "llm.main.max_token"] in found and ["a.yaml:4", "llm.utils.vendor"] in found
    assert ["a.yaml:5", "tts.sped"] in found and ["a.yaml:6", "stt.eot_threshold"] in found


def test_an_address_of_the_environment_that_is_none_is_told_by_its_name(tmp_path: Path) -> None:
    [said] = problems(tmp_path, "timezone: UTC", KEYS | {"OPENAI_BASE_URL": "localhost:8000/v1"})
    assert said == "a.yaml:1: llm.main: OPENAI_BASE_URL is no address such as https://host"


def test_a_voice_that_a_service_would_refuse_is_told_for_every_language(tmp_path: Path) -> None:
    text = "tts:\n  voice_provider: openai\n  voice_id: Emma\n  voices:\n    es: nobody\n    de: marin"
    found = problems(tmp_path, text, KEYS)
    assert [line.split("; allowed: ")[0] for line in found] == [
        "a.yaml:4: tts.voice_id: 'Emma' is not allowed",
        "a.yaml:6: tts.voices.es: 'nobody' is not allowed",
    ]
    assert "alloy" in found[0]


def test_an_unknown_vendor_is_told_with_the_known_ones(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, "tts: {vendor: cartesa}", KEYS)
    assert problem.startswith("a.yaml:2: tts.vendor: ") and "did you mean 'cartesia'?" in problem


def test_an_engine_has_neither_foreign_settings_nor_an_address(tmp_path: Path) -> None:
    text = "tts: {vendor: embedded, sped: 2, base_url: 'http://x'}\nllm: {main: {vendor: embedded, seed: 7}}"
    found = problems(tmp_path, text, KEYS)
    assert [line.split(":")[2].strip() for line in found] == ["tts.base_url", "tts.sped", "llm.main.seed"]
    assert (
        "did you mean 'speed'?" in found[1]
        and "allowed: base_url, fallback, model, temperature, vendor" in found[2]
    )


def test_without_keys_and_engines_every_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "stt_available", lambda: False)
    monkeypatch.setattr(embedded, "tts_available", lambda: False)
    an_agent(tmp_path, "llm: {main: {model: gpt-4.1}}\nstt: {model: nova-3}\ntts: {voice: v1}", script=False)
    with pytest.raises(ConfigError) as error:
        load_house({"AGENTS_DIR": str(tmp_path), "OPENAI_API_KEY": ""})
    assert str(error.value).splitlines() == [
        "a.yaml:2: llm.main: openai needs OPENAI_API_KEY, which is not set; set it in .env, "
        'or write a script, a.script.yaml (docs/agent-file.md, "Without a key")',
        "a.yaml:3: stt: deepgram needs DEEPGRAM_API_KEY, which is not set; set it in .env, "
        "or install moonshine-voice",
        "a.yaml:4: tts: cartesia needs CARTESIA_API_KEY, which is not set; set it in .env, "
        "or install hibari-tts",
    ]


def test_an_engine_that_is_asked_for_and_missing_is_told_by_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "stt_available", lambda: False)
    [problem] = problems(tmp_path, "stt: {vendor: embedded}", KEYS)
    assert problem == "a.yaml:2: stt: embedded needs its engine: install moonshine-voice"


# Who stands in


@pytest.mark.parametrize("kind", ["stt", "llm", "tts"])
def test_an_engine_stands_in_exactly_where_its_vendors_key_is_missing(kind: str, tmp_path: Path) -> None:
    agent = an_agent(tmp_path)
    key = {"stt": "DEEPGRAM_API_KEY", "llm": "OPENAI_API_KEY", "tts": "CARTESIA_API_KEY"}[kind]
    without = {name: value for name, value in KEYS.items() if name != key}
    assert EMBEDDED not in rows(agent, KEYS).values()
    assert [name for name, row in rows(agent, without).items() if row == EMBEDDED] == [kind]
    assert [choice.kind.name for choice in choose(agent, without) if choice.stands_in] == [kind]
    assert list(service_problems(agent, without)) == []


@pytest.mark.parametrize("kind", ["stt", "llm", "tts"])
def test_an_engine_that_is_asked_for_does_not_stand_in_for_anyone(kind: str, tmp_path: Path) -> None:
    agent = an_agent(tmp_path, f"{kind}: {ENGINES[kind]}")
    choice = getattr(choose(agent, KEYS), kind)
    assert (choice.row, choice.stands_in, str(choice)) == (EMBEDDED, False, f"{kind}: embedded")


def test_an_engine_that_is_missing_is_no_matter_where_the_key_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "stt_available", lambda: False)
    agent = an_agent(tmp_path)
    assert rows(agent, KEYS)["stt"] == "deepgram-flux"
    assert list(service_problems(agent, KEYS)) == []


def test_the_announcement_says_who_stands_in_for_whom(tmp_path: Path, logged: list[str]) -> None:
    an_agent(tmp_path)
    house = load_house({"AGENTS_DIR": str(tmp_path), "OPENAI_API_KEY": ""})
    assert {choice.row for choice in house.choices["a"]} == {EMBEDDED}
    [announcement] = [line for line in logged if "Agent a:" in line]
    assert announcement == (
        "WARNING Agent a: "
        "stt: Moonshine tiny-en stands in for deepgram (DEEPGRAM_API_KEY is not set); "
        "llm: a script, which is not an LLM, stands in for openai (OPENAI_API_KEY is not set); "
        "tts: hibari stands in for cartesia (CARTESIA_API_KEY is not set)"
    )


def test_the_warning_names_none_but_those_who_stand_in(tmp_path: Path, logged: list[str]) -> None:
    an_agent(tmp_path)
    load_house({"AGENTS_DIR": str(tmp_path)} | KEYS | {"CARTESIA_API_KEY": ""})
    assert [line for line in logged if "Agent a:" in line] == [
        "INFO Agent a: stt: deepgram; llm: openai",
        "WARNING Agent a: tts: hibari stands in for cartesia (CARTESIA_API_KEY is not set)",
    ]


def test_vendors_alone_are_announced_without_a_warning(tmp_path: Path, logged: list[str]) -> None:
    an_agent(tmp_path)
    load_house({"AGENTS_DIR": str(tmp_path)} | KEYS)
    assert "INFO Agent a: stt: deepgram; llm: openai; tts: cartesia" in logged


def test_a_misspelt_setting_is_a_problem_also_while_an_engine_stands_in(tmp_path: Path) -> None:
    agent = an_agent(tmp_path, "llm: {main: {vendor: openai, temprature: 0.3}}")
    [(path, message)] = list(service_problems(agent, {}))
    assert path == ("llm", "main", "temprature") and "did you mean 'temperature'" in message
