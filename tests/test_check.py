"""`frontdesk check`: what the agent files come to, and everything that is wrong with them."""

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner, Result

from frontdesk import environment
from frontdesk.boot import Boot, load_house
from frontdesk.check import Report, inspect
from frontdesk.check.display import show
from frontdesk.cli import app
from frontdesk.errors import ConfigError, Problem
from frontdesk.services import embedded
from frontdesk.services.vendor import Vendor
from tests.host.dockerfile import ROOT

KEYS = {f"{vendor}_API_KEY": "a-secret-value" for vendor in ("OPENAI", "DEEPGRAM", "CARTESIA")}
SHIPPED = sorted(path for path in (ROOT / "agents").glob("*.yaml") if "." not in path.stem)
FINE = (
    "call_max_duration: 600\ntools: {end_call: }\nstart_message: Hi\nprompts: {agent: {en: You are Emma.}}\n"
)

TEN_MISTAKES = """\
agent_id: my agent
numbers: [15550001111]
timezone: Europe/Berlln
llm: {main: {vendor: opnai}, utils: {vendor: openai, temprature: 1}}
tts: {voice_provider: playht}
agent_inputs: {company: ACME, slots: {generator: get_time_slots}}
start_message: "This is {compny}."
tools: {end_cal: }
call_max_duration: -5
greetng: "${NOT_SET}"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of its own for the command line, with no agent in it yet."""
    (tmp_path / "agents").mkdir()
    monkeypatch.setattr(environment, "root", lambda: tmp_path)
    return tmp_path


def write(project: Path, **agents: str) -> None:
    """Write agent files."""
    for name, text in agents.items():
        (project / "agents" / f"{name}.yaml").write_text(text)


def check(*args: str) -> Result:
    """`frontdesk check`, as it is typed."""
    return CliRunner().invoke(app, ["check", *args])


def report(project: Path, **environ: str) -> Report:
    """What is found in a project with these variables alone."""
    return inspect({"AGENTS_DIR": str(project / "agents"), **environ}, project)


def texts(problems: Any) -> list[str]:
    return [str(problem) for problem in problems]


def said_of(problems: Any, key: str) -> list[str]:
    """The messages about one key."""
    return [problem.message for problem in problems if problem.key == key]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
@pytest.mark.parametrize("environ", [KEYS, {}], ids=["with keys", "without"])
def test_every_shipped_agent_passes(path: Path, environ: dict[str, str]) -> None:
    found = inspect(environ, ROOT)
    assert found.ok, texts(found.problems)
    [agent] = [agent for agent in found.agents if agent.file == path.name]
    assert agent.not_active == [] and "end_call" in agent.tools
    assert [warning for warning in texts(found.warnings) if "are stand-ins" not in warning] == []


def test_every_mistake_of_a_file_is_named_at_once_with_its_line(project: Path) -> None:
    write(project, bad=TEN_MISTAKES)
    result = check()
    assert result.exit_code == 1
    marked = [line for line in result.stdout.splitlines() if line.startswith("✗ ")]
    begins = [
        "bad.yaml:1: agent_id: 'my agent' must be 1 to 64 letters",
        "bad.yaml:2: numbers[0]: 15550001111 should be text",
        "bad.yaml:3: timezone: 'Europe/Berlln' must be an IANA name such as Europe/Berlin; did you mean",
        "bad.yaml:4: llm.main.vendor: 'opnai' unknown vendor; did you mean 'openai'? allowed: anthropic",
        "bad.yaml:4: llm.utils.temprature: unknown setting; did you mean 'temperature'?",
        "bad.yaml:5: tts.voice_provider: 'playht' pipecat no longer has it; the nearest is 'elevenlabs'",
        "bad.yaml:6: agent_inputs.slots.generator: 'get_time_slots' unknown generator; did you mean",
        "bad.yaml:7: start_message: 'This is {compny}.' {compny} is filled by nothing; did you mean 'comp",
        "bad.yaml:8: tools.end_cal: unknown tool; did you mean 'end_call'? allowed:",
        "bad.yaml:9: call_max_duration: -5 should be greater than or equal to 0",
        "bad.yaml:10: greetng: ${NOT_SET} is not set in the environment",
    ]
    assert len(marked) == len(begins), result.stdout
    for line, begin in zip(marked, begins, strict=True):
        assert line.startswith(f"✗ {begin}")
    assert "0 agents, 11 problems, 0 warnings" in result.stdout


def test_what_is_right_in_a_file_with_a_mistake_is_not_called_wrong(project: Path) -> None:
    write(project, a="timezone: Mars\nllm: {main: {vendor: opnai, wild_setting: 1}}\nstt: {vendor: groq}")
    assert {problem.key for problem in report(project, **KEYS).problems} == {"timezone", "llm.main.vendor"}


def test_the_same_words_stand_in_check_at_boot_and_in_readyz(
    project: Path, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    write(project, bad=TEN_MISTAKES)
    monkeypatch.setenv("AGENTS_DIR", str(project / "agents"))
    said = texts(report(project).problems)
    boot = Boot()
    boot.start()
    assert not boot.succeeds()
    assert boot.readyz() == {"ready": False, "problems": said}
    [line] = [line for line in logged if line.startswith("ERROR")]
    assert line.splitlines()[1:] == said
    assert [problem["message"] for problem in json.loads(check("--json").stdout)["problems"]] == [
        problem.message for problem in report(project).problems
    ]


def test_a_boot_says_each_warning_once(project: Path, logged: list[str]) -> None:
    write(project, a=f"{FINE}use_connexity_observer: true", b="agent_id: b\ndefault: true")
    found = report(project, **KEYS)
    load_house({"AGENTS_DIR": str(project / "agents"), **KEYS})
    warned = [line.removeprefix("WARNING ") for line in logged if re.match(r"WARNING [ab]\.yaml:", line)]
    assert warned == texts(found.warnings)
    assert "a.yaml:5: use_connexity_observer: is not active yet: nothing acts on it" in warned


def test_an_agent_is_shown_with_all_that_it_names(project: Path) -> None:
    write(
        project,
        reception=FINE.replace("tools: {end_call: }", "tools: {end_call: , book_appointment: }")
        + """
numbers: ["+15550001111"]
llm: {main: {model: gpt-4.1, fallback: [{vendor: groq, model: llama}]}, utils: {vendor: openai, model: nano}}
tts: {vendor: cartesia, base_url: "wss://voice.example.com/x", voices: {es: una, en: one}}
agent_inputs: {language_code: es, translate_prompt: true, today: {generator: current_timestamp}}
recording: mono
""",
    )
    [agent] = report(project, **KEYS).agents
    assert (agent.agent_id, agent.file, agent.default) == ("reception", "reception.yaml", True)
    assert agent.numbers == ["+15550001111"]
    assert agent.tools == {"end_call": "Frontdesk", "book_appointment": "Frontdesk"}
    assert [(one.role, one.vendor, one.model, one.host) for one in agent.services] == [
        ("stt", "deepgram", "flux-general-multi", None),
        ("llm", "openai", "gpt-4.1", None),
        ("llm fallback", "groq", "llama", None),
        ("tts", "cartesia", None, "voice.example.com"),
        ("utils", "openai", "nano", None),
    ]
    keys = {name: is_set for one in agent.services for name, is_set in one.keys.items()}
    assert keys == {**dict.fromkeys(KEYS, True), "GROQ_API_KEY": False}
    assert (agent.languages.own, agent.languages.translates) == ("es", True)
    assert agent.languages.texts == {"prompts.agent": ["en"]}
    assert agent.languages.voices == ["es", "en"]
    assert agent.generators == {"today": "current_timestamp"}
    assert agent.not_active == ["recording"]


def test_tools_are_shown_with_where_they_come_from_and_nothing_secret(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        project,
        a=FINE.replace(
            "end_call: ", "end_call: , look_up: {description: x, url: 'https://api.example.com/${K}'}"
        )
        + """
mcp: [{url: "https://mcp.example.com/${K}"}, {command: "uvx server ${K}", tools: [search, fetch]}]
flow: booking.flow.yaml
""",
    )
    (project / "agents" / "booking.flow.yaml").write_text("{}")
    monkeypatch.setenv("K", "s3cret")
    result = check()
    assert "s3cret" not in result.stdout
    for line in (
        "end_call ",
        "look_up (GET api.example.com) ",
        "mcp.example.com: all its tools ",
        "uvx server: search, fetch ",
        "booking.flow.yaml ",
    ):
        assert f"│ {line}" in result.stdout


def test_a_function_of_ones_own_is_shown_with_its_file(project: Path) -> None:
    (project / "agents" / "tools" / "functions").mkdir(parents=True)
    (project / "agents" / "tools" / "orders.py").write_text("async def look_up(ctx):\n    'Look it up.'\n")
    (project / "agents" / "tools" / "functions" / "talk.py").write_text("async def greet(params): ...\n")
    (project / "agents" / "tools" / "config.yaml").write_text("greet: {description: Greet.}\n")
    write(project, a=FINE.replace("end_call: ", "end_call: , look_up: , greet: "))
    found = report(project, **KEYS)
    assert texts(found.problems) == []
    assert found.agents[0].tools == {
        "end_call": "Frontdesk",
        "look_up": "tools/orders.py",
        "greet": "tools/functions/talk.py",
    }


@pytest.mark.parametrize("command", ["pyton ${K}.py", "/no/such/pyton x"])
def test_a_server_whose_program_is_not_there_is_a_warning(project: Path, command: str) -> None:
    write(project, a=FINE + f"mcp: [{{command: {sys.executable} x.py}}, {{command: '{command}'}}]")
    found = report(project, **KEYS, K="s3cret")
    assert texts(found.problems) == []
    [said] = texts(found.warnings)
    assert said.startswith("a.yaml:5: mcp[1].command: 'pyton' is not found") and "s3cret" not in said


def test_a_program_is_looked_for_where_the_server_is_told_to(project: Path) -> None:
    program = project / "bin" / "orders-server"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    write(project, a=FINE + f"mcp: [{{command: orders-server, env: {{PATH: {program.parent}}}}}]")
    assert texts(report(project, **KEYS).warnings) == []
    assert said_of(report(project, **KEYS, PATH="/nowhere").warnings, "mcp[0].command") == []
    write(project, a=FINE + "mcp: [{command: orders-server}]")
    assert texts(report(project, **KEYS, PATH=str(program.parent)).warnings) == []
    assert said_of(report(project, **KEYS, PATH="/nowhere").warnings, "mcp[0].command")


def test_a_spoken_model_is_one_service(project: Path) -> None:
    write(project, a=f"{FINE}realtime: true\nllm: {{main: {{vendor: google}}}}")
    [agent] = report(project, GOOGLE_API_KEY="x").agents
    assert [(one.role, one.vendor, one.keys) for one in agent.services] == [
        ("realtime", "google", {"GOOGLE_API_KEY": True})
    ]


def test_a_vendor_with_two_kinds_of_credentials_shows_those_that_are_used(project: Path) -> None:
    write(project, a=f"{FINE}llm: {{main: {{vendor: google, model: gemini}}}}")
    missing = [one.keys for one in report(project).agents[0].services if one.vendor == "google"]
    used = [
        one.keys
        for one in report(project, GOOGLE_CREDENTIALS_JSON="{}").agents[0].services
        if one.vendor == "google"
    ]
    assert missing == [{"GOOGLE_API_KEY": False}] and used == [{"GOOGLE_CREDENTIALS_JSON": True}]


def test_a_key_that_is_missing_is_told_with_those_that_would_do_as_well(project: Path) -> None:
    write(project, a=f"{FINE}llm: {{main: {{vendor: google, model: gemini}}}}")
    found = report(project, DEEPGRAM_API_KEY="x", CARTESIA_API_KEY="x")
    assert found.agents[0].services[1].or_keys == [
        "GOOGLE_CREDENTIALS_JSON",
        "GOOGLE_APPLICATION_CREDENTIALS",
    ]
    [said] = [message for message in said_of(found.problems, "llm.main") if "package" not in message]
    ways = "GOOGLE_API_KEY or GOOGLE_CREDENTIALS_JSON or GOOGLE_APPLICATION_CREDENTIALS"
    assert said.startswith(f"google needs {ways}, which is not set; set one in .env, or write a script")
    used = report(project, GOOGLE_APPLICATION_CREDENTIALS="x").agents[0].services[1]
    assert (used.keys, used.or_keys) == ({"GOOGLE_APPLICATION_CREDENTIALS": True}, [])


@pytest.mark.parametrize(
    ("language", "model"), [("en", "flux-general-en"), ("es", "flux-general-multi"), ("ar", "nova-3")]
)
def test_the_model_is_that_of_the_agents_own_language(project: Path, language: str, model: str) -> None:
    write(
        project, a=f"{FINE}agent_inputs: {{language_code: {language}}}\nstt: {{fallback: [{{vendor: groq}}]}}"
    )
    stt, fallback = report(project, **KEYS).agents[0].services[:2]
    assert (stt.vendor, stt.model) == ("deepgram", model)
    assert (fallback.vendor, fallback.model) == ("groq", None)


def test_packages_are_installed_with_one_command_for_all_agents(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        project,
        a=f"{FINE}default: true\nllm: {{main: {{vendor: anthropic, model: x}}, utils: {{vendor: google}}}}",
        b=f"{FINE}tts: {{vendor: azure}}",
        c="timezone: Mars\nstt: {vendor: speechmatics}\nllm: {main: {vendor: groq, model: x}}",
    )
    (project / "agents" / "c.script.yaml").write_text("")
    monkeypatch.setattr(Vendor, "installed", lambda vendor: not vendor.modules)
    for engine in ("stt_available", "tts_available"):
        monkeypatch.setattr(embedded, engine, lambda: True)
    found = report(project, **KEYS, ANTHROPIC_API_KEY="x", SPEECHMATICS_API_KEY="x")
    command = "uv sync --extra anthropic --extra azure --extra google --extra speechmatics"
    assert [text for text in texts(found.problems) if "package" in text] == [
        f"a.yaml:6: llm.main: anthropic needs its package: {command}",
        f"c.yaml:2: stt: speechmatics needs its package: {command}",
    ]
    assert [text for text in texts(found.warnings) if "package" in text] == [
        f"a.yaml:6: llm.utils: google needs its package: {command} (once it has its key)",
        f"b.yaml:5: tts: azure needs its package: {command} (once it has its key)",
    ]


def test_a_setting_that_is_none_may_be_a_key_of_the_section(project: Path) -> None:
    write(project, a=f"{FINE}tts: {{provider: elevenlabs, fallbck: []}}")
    said = {problem.key: problem.message for problem in report(project, **KEYS).problems}
    assert said["tts.provider"].startswith("unknown setting; did you mean 'voice_provider'? allowed: ")
    assert "did you mean 'fallback'?" in said["tts.fallbck"]
    allowed = said["tts.provider"].partition("allowed: ")[2].split(", ")
    assert {"base_url", "fallback", "vendor", "voice", "voice_id", "voice_provider", "voices"} <= {*allowed}


def test_the_row_of_flux_is_no_vendor(project: Path) -> None:
    write(project, a=f"{FINE}stt: {{vendor: deepgram-flux}}")
    [said] = said_of(report(project, **KEYS).problems, "stt.vendor")
    assert "did you mean 'deepgram'?" in said and "flux" not in said.partition("allowed")[2]
    assert "embedded" in said


def test_a_key_that_is_missing_is_told_with_what_to_do(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, tienda=f"{FINE}realtime: true")
    for engine in ("stt_available", "tts_available"):
        monkeypatch.setattr(embedded, engine, lambda: True)
    script = 'write a script, tienda.script.yaml (docs/agent-file.md, "Without a key")'
    begin = "openai needs OPENAI_API_KEY, which is not set; set it in .env, or"
    assert said_of(report(project).problems, "llm.main") == [f"{begin} {script}"]
    write(project, tienda=FINE)
    assert said_of(report(project).problems, "llm.main") == [f"{begin} {script}"]
    monkeypatch.setattr(embedded, "tts_available", lambda: False)
    write(project, tienda=f"{FINE}realtime: true")
    assert said_of(report(project).problems, "llm.main") == [f"{begin} {script} and install hibari-tts"]


def test_an_engine_that_stands_in_is_a_warning(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, a=FINE)
    monkeypatch.setattr(embedded, "stt_available", lambda: True)
    keys = {name: value for name, value in KEYS.items() if name != "DEEPGRAM_API_KEY"}
    found = report(project, **keys)
    assert found.ok and found.agents[0].services[0].stand_in == "Moonshine tiny-en"
    assert texts(found.warnings) == ["a.yaml: stt is a stand-in (DEEPGRAM_API_KEY not set)"]


def test_all_stand_ins_of_an_agent_are_one_warning(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project, a=f"{FINE}tts: {{vendor: azure}}")
    (project / "agents" / "a.script.yaml").write_text("")
    for engine in ("stt_available", "tts_available"):
        monkeypatch.setattr(embedded, engine, lambda: True)
    monkeypatch.setattr(Vendor, "installed", lambda vendor: True)
    unset = "DEEPGRAM_API_KEY, OPENAI_API_KEY, AZURE_SPEECH_API_KEY and AZURE_SPEECH_REGION not set"
    assert texts(report(project).warnings) == [f"a.yaml: stt, llm and tts are stand-ins ({unset})"]


def test_a_missing_key_without_an_engine_to_stand_in_is_a_problem(project: Path) -> None:
    write(project, a=FINE)
    found = report(project, **{name: value for name, value in KEYS.items() if name != "OPENAI_API_KEY"})
    assert not found.ok and found.agents[0].services[1].stand_in is None
    assert "OPENAI_API_KEY" in said_of(found.problems, "llm.main")[0]


def test_a_fallback_without_its_key_is_a_warning(project: Path) -> None:
    write(project, a=f"{FINE}tts: {{fallback: [{{vendor: deepgram}}, {{vendor: rime, voice: x}}]}}")
    found = report(project, **KEYS)
    assert found.ok
    assert "RIME_API_KEY" in said_of(found.warnings, "tts.fallback[1]")[0]
    assert said_of(found.warnings, "tts.fallback[0]") == []


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        (FINE.replace("call_max_duration: 600", ""), "call_max_duration", "is not set: a call may last"),
        (FINE.replace("600", "0"), "call_max_duration", "0 is no limit: a call may last, and cost, until"),
        (FINE.replace("end_call", "get_available_time_slots"), "tools", "has no end_call"),
        (FINE.replace("Hi", "{outbound: Hi}"), "start_message", "is not set for inbound calls"),
        (FINE.replace("en: You", "fr: You"), "prompts.agent", "has no text in en, the agent's language"),
        (
            FINE.replace("Hi", "{de: Hallo, en: Hi}") + "agent_inputs: {language_code: es}",
            "start_message",
            "en",
        ),
        (FINE.partition("prompts")[0], "prompts.agent", "has no text: the language model is not told"),
        (FINE + "recording: mono", "recording", "is not active yet: nothing acts on it"),
        (
            FINE.replace("end_call: ", "end_call: , x: {description: x, url: 'http://api.example.com/'}"),
            "tools.x.url",
            "is http://: whoever is on the way can read what is sent",
        ),
        (FINE + "mcp: [{url: 'http://93.184.216.34/mcp'}]", "mcp[0].url", "is http://"),
        (FINE.replace("end_call: ", "end_call: , send_sms: "), "tools.send_sms", "set TWILIO_ACCOUNT_SID"),
        (
            FINE.replace("prompts: {", "prompts: {quick_response: {en: One moment}, "),
            "prompts.quick_response",
            "needs llm.utils, which is not set: fixed words are said instead",
        ),
        (
            FINE
            + "agent_inputs: {agent_name: Emma}\ninitial_messages: [{role: user, content: '{ agent_name }'}]",
            "initial_messages[0].content",
            "{ agent_name } is no placeholder; did you mean {agent_name}?",
        ),
        (
            FINE.replace("Hi", "{inbound: {en: 'I am {agent-nam}.'}}") + "agent_inputs: {agent_name: Emma}",
            "start_message.inbound.en",
            "{agent-nam} is no placeholder; did you mean {agent_name}?",
        ),
        (FINE.replace("Hi", "'{ metadata.tier }'"), "start_message", "did you mean {metadata.tier}?"),
        (FINE.replace("You are Emma.", "'{Direction }'"), "prompts.agent.en", "did you mean {direction}?"),
        (FINE + "agent_inputs: {translate_prompt: true}", "agent_inputs.translate_prompt", "needs llm.utils"),
    ],
)
def test_what_costs_money_or_calls_is_a_warning(project: Path, text: str, key: str, said: str) -> None:
    write(project, a=text)
    found = report(project, **KEYS)
    assert found.ok, texts(found.problems)
    assert any(said in message for message in said_of(found.warnings, key)), texts(found.warnings)


@pytest.mark.parametrize(
    "text",
    [
        FINE,
        FINE.replace("Hi", "{es: Hola, en: Hi}"),
        FINE + "recording: 'off'\nuse_connexity_observer: false",
        FINE + "agent_inputs: {language_code: en-GB}",
        FINE.replace("Hi", "'{\"direction\": 1} {{direction}} {}  { } {something-else}'"),
        FINE + "agent_inputs: {language_code: es, translate_prompt: true}\nllm: {utils: {vendor: openai}}",
    ],
)
def test_an_agent_that_lacks_nothing_is_not_warned_of(project: Path, text: str) -> None:
    write(project, a=text)
    assert texts(report(project, **KEYS).warnings) == []


def test_text_messages_need_an_account(project: Path) -> None:
    write(project, a=FINE.replace("end_call: ", "end_call: , send_sms: "))
    account = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "a-secret-value"}
    assert texts(report(project, **KEYS, **account).warnings) == []
    del account["TWILIO_AUTH_TOKEN"]
    [said] = said_of(report(project, **KEYS, **account).warnings, "tools.send_sms")
    assert "TWILIO_AUTH_TOKEN" in said and "AC1" not in said


@pytest.mark.parametrize(
    ("deploy", "warns"),
    [
        ("[scaling]\nmin_agents = 0", True),
        ("agent_name = 'x'", True),
        ("[scaling]\nmin_agents = 1", False),
        ("[scaling", False),
        (None, False),
    ],
)
def test_no_warm_instance_behind_a_number_is_a_warning(
    project: Path, deploy: str | None, warns: bool
) -> None:
    write(project, a=f"{FINE}numbers: ['+15550001111']")
    if deploy is not None:
        (project / "pcc-deploy.toml").write_text(deploy)
    said = said_of(report(project, **KEYS).warnings, "scaling.min_agents")
    assert bool(said) is warns
    write(project, a=FINE)
    assert said_of(report(project, **KEYS).warnings, "scaling.min_agents") == []


def test_the_keys_of_dotenv_count_and_no_value_is_ever_shown(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(project, a=f"{FINE}llm: {{main: {{base_url: '${{HOST}}'}}}}", b="default: true\ntimezone: ${KEY}")
    lines = [f"{name}={value}" for name, value in KEYS.items()]
    (project / ".env").write_text("\n".join([*lines, "HOST=https://llm.example.com", "KEY=a-secret-value"]))
    plain, as_json = check(), check("--json")
    assert plain.exit_code == as_json.exit_code == 1
    assert "b.yaml:2: timezone: ${KEY} must be an IANA name" in plain.stdout
    assert "✓ OPENAI_API_KEY" in plain.stdout and "at llm.example.com" in plain.stdout
    assert "a-secret-value" not in plain.output + as_json.output


def test_json_is_one_document_and_nothing_else(project: Path) -> None:
    write(project, a=FINE + "agent_inputs: {x: {generator: loud}}")
    (project / "agents" / "generators").mkdir()
    (project / "agents" / "generators" / "loud.py").write_text("print('loud')\ndef loud(call): return 'x'\n")
    (project / ".env").write_text("\n".join(f"{name}=x" for name in KEYS))
    result = check("--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 0 and document["ok"] is True
    assert set(document) == {"ok", "folder", "agents", "deployment", "problems", "warnings"}
    assert document["deployment"] is None and document["agents"][0]["generators"] == {"x": "loud"}


def test_json_has_file_line_key_and_message(project: Path) -> None:
    write(project, a="timezone: Mars")
    (project / ".env").write_text("\n".join(f"{name}=x" for name in KEYS))
    result = check("--json")
    [problem] = json.loads(result.stdout)["problems"]
    assert result.exit_code == 1
    assert problem == {
        "file": "a.yaml",
        "line": 1,
        "key": "timezone",
        "message": "'Mars' must be an IANA name such as Europe/Berlin",
    }


def test_a_generator_that_cannot_be_imported_is_a_problem(project: Path) -> None:
    write(project, a=FINE)
    (project / "agents" / "generators").mkdir()
    (project / "agents" / "generators" / "broken.py").write_text("import nothing_of_that_name\n")
    [problem] = report(project, **KEYS).problems
    assert problem.file == "generators/broken.py:1" and "nothing_of_that_name" in problem.message


def test_a_generator_that_has_a_fault_is_not_said_to_be_unknown(project: Path) -> None:
    inputs = ", ".join(f"{name}: {{generator: {name}}}" for name in ("broken", "later", "two", "nowhere"))
    write(project, a=f"{FINE}agent_inputs: {{{inputs}}}")
    (project / "agents" / "generators").mkdir()
    code = "import nothing_of_that_name\ndef broken(call): ...\nasync def later(call): ...\n"
    (project / "agents" / "generators" / "one.py").write_text(code)
    (project / "agents" / "generators" / "two.py").write_text("def two(call, agent): ...\n")
    found = report(project, **KEYS).problems
    assert [problem.file for problem in found] == ["generators/one.py:1", "generators/two.py:1", "a.yaml:5"]
    assert found[2].message.startswith("'nowhere' unknown generator")


def test_an_agents_dir_that_is_no_folder_is_named(project: Path) -> None:
    found = inspect({"AGENTS_DIR": "/nowhere", **KEYS}, project)
    assert texts(found.problems) == ["environment: AGENTS_DIR: /nowhere does not exist"]


def test_a_folder_without_agents_and_a_dotenv_that_is_no_text_are_problems(project: Path) -> None:
    assert "has no agent file" in check().stdout
    (project / ".env").write_bytes(b"\xff\xfe\xfa")
    result = check("--json")
    [problem] = json.loads(result.stdout)["problems"]
    assert result.exit_code == 1 and problem["file"] == ".env" and "cannot be read" in problem["message"]


def values() -> st.SearchStrategy[Any]:
    """Anything that YAML can hold, with keys that agent files have."""
    names = "llm main stt tts vendor voice_provider fallback realtime tools utils model prompts agent"
    more = "start_message agent_inputs generator numbers routes agent_id"
    keys = st.sampled_from(f"{names} {more}".split())
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    named = st.sampled_from(["openai", "groq", "google", "deepgram", "embedded", "end_call", "${X}", "{y}"])
    return st.recursive(
        leaves | named,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | st.text(max_size=5), inner),
        max_leaves=25,
    )


def contents() -> Iterator[st.SearchStrategy[bytes]]:
    """What a file may hold: bytes, text, JSON of any shape, and the shipped agents with a part cut out."""
    yield st.binary(max_size=200)
    yield st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    yield values().map(lambda value: json.dumps(value).encode())
    shipped = st.sampled_from([path.read_bytes() for path in SHIPPED])
    cuts = st.tuples(shipped, st.integers(0, 4000), st.integers(0, 200))
    yield cuts.map(lambda cut: cut[0][: cut[1]] + cut[0][cut[1] + cut[2] :])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(*contents()), deploy=st.booleans())
def test_any_file_ends_in_a_report(project: Path, content: bytes, deploy: bool) -> None:
    (project / "agents" / "any.yaml").write_bytes(content)
    result = check("--json", *(["--deploy"] if deploy else []))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    document = json.loads(result.stdout)
    assert result.exit_code == (0 if document["ok"] else 1)
    assert document["ok"] is (document["problems"] == [])


def test_checking_imports_neither_pipecat_nor_an_engine(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom frontdesk.cli import app\n"
        "try: app(['check'])\n"
        "except SystemExit as end: code = end.code\n"
        "heavy = {'pipecat', 'onnxruntime', 'moonshine_voice', 'hibari', 'openai', 'deepgram', 'google'}\n"
        "sys.exit(f'{heavy & sys.modules.keys()}' if heavy & sys.modules.keys() else code)"
    )
    environ = {**KEYS, "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "3 agents, 0 problems" in done.stdout


def test_the_examples_of_the_page_are_what_is_shown(project: Path) -> None:
    page = (ROOT / "docs" / "check.md").read_text()
    examples = re.findall(r"```yaml\n(.+?)```.+?```text\n(.+?)```", page.partition("## In CI")[0], re.DOTALL)
    assert len(examples) == 2
    for text, shown in examples:
        write(project, reception=text)
        output = io.StringIO()
        show(report(project, **KEYS), Console(file=output))
        assert re.sub(r"allowed: [^;\n]*", "allowed: …", output.getvalue()) == shown


def test_loading_raises_what_the_report_says(project: Path) -> None:
    write(project, a="timezone: Mars")
    with pytest.raises(ConfigError) as error:
        load_house({"AGENTS_DIR": str(project / "agents"), **KEYS})
    expected = Problem("a.yaml:1", "timezone", "'Mars' must be an IANA name such as Europe/Berlin")
    assert error.value.problems == [expected] == report(project, **KEYS).problems
