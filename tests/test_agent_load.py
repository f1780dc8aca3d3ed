"""Loading agent files: what is found wrong, and where."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from frontdesk.agent import AgentConfig, Agents, load_agents
from frontdesk.agent.document import read_document
from frontdesk.agent.prompts import fill
from frontdesk.call import Call, Direction
from frontdesk.environment import agents_dir
from frontdesk.errors import ConfigError, FrontdeskError
from frontdesk.session import SessionData
from frontdesk.tools import TOOLS

VENDORS = {"llm": ["openai", "groq", "embedded"], "stt": ["deepgram"], "tts": ["cartesia"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def load(folder: Path, environ: Mapping[str, str] | None = None) -> Agents:
    return load_agents(folder, environ or {}, tools=TOOLS, vendors=VENDORS)


def problems(folder: Path, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, environ)
    return [str(problem) for problem in caught.value.problems]


def only_problem(folder: Path, environ: Mapping[str, str] | None = None) -> str:
    (found,) = problems(folder, environ)
    return found


def inbound(number: str | None = None, **session: object) -> Call:
    return Call(id="c", carrier="twilio", to_number=number, session=SessionData.model_validate(session))


def test_the_shipped_agents_load_without_any_variable() -> None:
    agents = load(agents_dir())
    assert {"appointments", "guest_relations"} <= set(agents.by_id)
    assert agents.default.agent_id == "appointments"


@pytest.mark.parametrize("direction", list(Direction))
def test_the_shipped_agents_greet_with_a_question_and_have_a_prompt(direction: Direction) -> None:
    for agent in load(agents_dir()).by_id.values():
        call = Call(id="c", carrier="twilio", direction=direction)
        greeting, prompt = (
            fill(said.text or "", agent.inputs(call))
            for said in (agent.first_words(call), agent.system_prompt(call))
        )
        assert greeting.endswith("?")
        assert "{" not in greeting + prompt and len(prompt) > 500
        assert "end_call" in agent.tools and agent.call_max_duration


def test_an_agent_is_named_after_its_file(folder: Path) -> None:
    write(folder, reception="default: true")
    agent = load(folder).default
    assert (agent.agent_id, agent.source, agent.script) == ("reception", folder / "reception.yaml", None)


def test_files_with_a_second_dot_belong_to_an_agent(folder: Path) -> None:
    write(folder, **{"a": "timezone: UTC", "a.script": "- [", "a.tests": "{", "a.flow": "*"})
    assert load(folder).default.script == folder / "a.script.yaml"


def test_every_problem_of_every_file_is_told_at_once_with_its_line(folder: Path) -> None:
    write(
        folder,
        one="default: true\nllm:\n  main:\n    vendor: opnai\nvad_params:\n  stop_sec: 1\n  confidence: 7\n",
        two="tools:\n  end_cal:\n\nprompts:\n  agent:\n    en: |\n      I am {nam}.\n"
        "agent_inputs: {name: x}\n",
        three="a: [",
    )
    found = problems(folder)
    assert found == [
        "one.yaml:4: llm.main.vendor: 'opnai' unknown vendor; did you mean 'openai'?"
        " allowed: embedded, groq, openai",
        "one.yaml:6: vad_params.stop_sec: unknown key; did you mean 'stop_secs'?"
        " allowed: confidence, min_volume, start_secs, stop_secs",
        "one.yaml:7: vad_params.confidence: 7 should be less than or equal to 1",
        "three.yaml:1: is not valid YAML: while parsing a flow node,"
        " expected the node content, but found '<stream end>'",
        "two.yaml:2: tools.end_cal: unknown tool; did you mean 'end_call'?"
        f" allowed: {', '.join(sorted(TOOLS))}",
        "two.yaml:6: prompts.agent.en: 'I am {nam}.\\n' {nam} is filled by nothing; did you mean 'name'?"
        " allowed: called_number, caller_number, current_timestamp, direction, language_code, metadata.*,"
        " name;"
        " write {{nam}} where braces are meant",
    ]


def test_ten_mistakes_in_one_file_are_ten_problems(folder: Path) -> None:
    write(
        folder,
        a="""\
agent_idd: x
numbers: ["5"]
timezone: Europe/Berln
llm: {main: {vendor: grok}}
stt: 5
start_message: "{who}?"
tools: {dance: }
calendar: {days: [tues]}
call_max_duration: -1
use_idle_processor: {is_on: perhaps}
""",
    )
    found = problems(folder)
    assert [line.split(":")[1] for line in found] == [str(n) for n in range(1, 11)]


def test_ten_mistakes_below_the_top_are_ten_problems(folder: Path) -> None:
    write(
        folder,
        a="""\
tts: {voice_provider: playht, voice_id: x}
llm:
  main:
    fallback:
      - {vendor: gorq}
initial_messages:
  - {role: caller, content: x}
agent_inputs:
  now: {generator: curent_timestamp}
  later: {generator: current_timestamp, timout: 2}
start_message:
  inbound:
    en: Hello, {agent_nam}.
  outbund: Hi
pipeline_settings: {enable_metric: true}
routes:
  routers:
    - routes:
        - {path: /, methods: [POTS], handler: x}
instructions: Be kind.
""",
    )
    with pytest.raises(ConfigError) as caught:
        load_agents(
            folder,
            {},
            vendors={"llm": ["groq", "openai"], "tts": ["cartesia", "elevenlabs"]},
            gone={"tts": {"playht": "elevenlabs"}},
            generators=["current_timestamp"],
        )
    *found, last = str(caught.value).splitlines()
    assert found == [
        "a.yaml:1: tts.voice_provider: 'playht' pipecat no longer has it; the nearest is 'elevenlabs';"
        " allowed: cartesia, elevenlabs",
        "a.yaml:5: llm.main.fallback[0].vendor: 'gorq' unknown vendor; did you mean 'groq'?"
        " allowed: groq, openai",
        "a.yaml:7: initial_messages[0].role: 'caller' is not allowed; allowed: assistant, developer, user",
        "a.yaml:9: agent_inputs.now.generator: 'curent_timestamp' unknown generator;"
        " did you mean 'current_timestamp'? allowed: current_timestamp",
        "a.yaml:10: agent_inputs.later.timout: unknown key; did you mean 'timeout'?"
        " allowed: fallback, generator, timeout",
        "a.yaml:13: start_message.inbound.en: 'Hello, {agent_nam}.' {agent_nam} is filled by nothing;"
        " allowed: called_number, caller_number, current_timestamp, direction, language_code, later,"
        " metadata.*, now; write {{agent_nam}} where braces are meant",
        "a.yaml:14: start_message.outbund: unknown key; did you mean 'outbound'? allowed: inbound, outbound",
        "a.yaml:15: pipeline_settings.enable_metric: unknown key; did you mean 'enable_metrics'?"
        " allowed: allow_interruptions, audio_in_sample_rate, enable_metrics, enable_usage_metrics,"
        " report_only_initial_ttfb",
        "a.yaml:19: routes.routers[0].routes[0].methods[0]: 'POTS' is not allowed; did you mean 'POST'?"
        " allowed: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
    ]
    assert last.startswith("a.yaml:20: instructions: unknown key; did you mean 'prompts.agent'? allowed: ")


@pytest.mark.parametrize(("key", "meant"), [("instructions", "prompts.agent"), ("greeting", "start_message")])
def test_what_only_python_has_is_told_by_its_name_in_a_file(folder: Path, key: str, meant: str) -> None:
    write(folder, a=f"{key}: 5\n")
    assert only_problem(folder).startswith(f"a.yaml:1: {key}: unknown key; did you mean {meant!r}? allowed: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "start_message: 5",
            "start_message: 5 must be a text, texts by language, or `inbound` and `outbound`",
        ),
        (
            "start_message: {inbound: [x]}",
            "start_message.inbound: a list must be a text, or texts by language",
        ),
        ("start_message: {en: 5}", "start_message.en: 5 should be text"),
        (
            "prompts: {agent: You are Emma}",
            "prompts.agent: 'You are Emma' should be a mapping of keys to values;"
            ' write {en: "You are Emma"}',
        ),
        (
            "prompts: You are Emma",
            "prompts: 'You are Emma' should be a mapping of keys to values; its keys: ",
        ),
        (
            "tts: {voices: one}",
            "tts.voices: 'one' should be a mapping of keys to values; write {en: \"one\"}",
        ),
        (
            "tools: [end_call, book_appointment]",
            "tools: a list should be a mapping of keys to values; write {end_call: , book_appointment: }",
        ),
        ("tools:\n- end_call:", "tools: a list should be a mapping of keys to values; write {end_call: }"),
        ("tools: end_call", "tools: 'end_call' should be a mapping of keys to values; write {end_call: }"),
        ("stt: deepgram", "stt: 'deepgram' should be a mapping of keys to values; write {vendor: deepgram}"),
        ("llm: openai", "llm: 'openai' should be a mapping of keys to values; its keys: main, utils"),
        ("numbers: '+15550001111'", "numbers: '+15550001111' should be a list; write [\"+15550001111\"]"),
        (
            "tools: {end_call: now}",
            "tools.end_call: 'now' must be nothing, or a mapping of the tool's constants",
        ),
        (
            "agent_inputs: {x: [1]}",
            "agent_inputs.x: a list must be text, a number, true or false, or {generator: …}",
        ),
        ("agent_inputs: {x: {fallback: y}}", "agent_inputs.x.generator: is missing"),
        ("agent_inputs: 5", "agent_inputs: 5 should be a mapping"),
        (
            "agent_inputs: {a b: 1}",
            "agent_inputs.a b: 'a b' is no name of an input: 1 to 64 letters, digits and '_', and no digit"
            " first; write a_b",
        ),
        (
            "agent_inputs: {1st: 1}",
            "agent_inputs.1st: '1st' is no name of an input: 1 to 64 letters, digits and '_', and no digit",
        ),
        (
            "agent_inputs: {language_code: English}",
            "agent_inputs.language_code: 'English' must be a language code such as en, es or pt-BR",
        ),
        ("tts: {voice: x, voice_id: y}", "tts: `voice_id` is another name of `voice`; give one of them"),
        ("tts: {voices: {Spanish: x}}", "tts.voices.Spanish: must be a language code"),
        ("sinks: [{}]", "sinks[0]: must have one of `folder`, `webhook` and `storage`"),
        (
            "realtime: true\nstt: {}",
            "stt: is not used with `realtime: true`: `llm.main` hears and speaks itself",
        ),
        ("recording: loud", "recording: 'loud' is not allowed; allowed: mono, off, stereo"),
        (
            "prompts: {agent: {en: '{metadata}'}}",
            "prompts.agent.en: '{metadata}' {metadata} is filled by nothing",
        ),
        ("sinks: [{storage: bucket}]", "sinks[0].storage: 'bucket' must be an address such as s3://"),
        (
            "routes: {websockets: [{routes: [{path: ws, handler: h}]}]}",
            "routes.websockets[0].routes[0].path: 'ws' must begin with '/' and hold no blank",
        ),
        ("default: perhaps", "default: 'perhaps' should be true or false"),
        ("calendar: {slot_minutes: 7.5}", "calendar.slot_minutes: 7.5 should be a whole number"),
        ("vad_params: {stop_secs: soon}", "vad_params.stop_secs: 'soon' should be a number"),
        ("stt: {keyterms: Ann}", "stt.keyterms: 'Ann' should be a list; write [\"Ann\"]"),
        ("stt: {keyterms: 5}", "stt.keyterms: 5 should be a list"),
        ("llm: {main: {vendor: opnai, model: 5}}", "llm.main.vendor: 'opnai' unknown vendor"),
    ],
)
def test_a_wrong_value_is_shown_with_what_is_allowed(folder: Path, text: str, said: str) -> None:
    write(folder, a=text)
    first = problems(folder)[0]
    assert first.partition(": ")[2].startswith(said), first


QUOTES = 'put quotes around a text with {…} or ": "'


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("start_message: {agent_name}", "start_message.agent_name"),
        ("start_message: {day}", "start_message.day"),
        ("start_message: {inbound: {agent_name}}", "start_message.inbound.agent_name"),
        ("prompts: {agent: {en: {agent_name}}}", "prompts.agent.en"),
        ("initial_messages: [{role: user, content: {agent_name}}]", "initial_messages[0].content"),
        ("start_message: {agent_name} here", "is not valid YAML"),
        ("start_message: {agent_name}, hello", "is not valid YAML"),
        ("start_message:\n  en: Hello: who is this?", "is not valid YAML"),
        ("initial_messages:\n- role: user\n  content: {agent_name}: hello", "is not valid YAML"),
        ("initial_messages: [{role: user, content: Say {{ agent_name }} calls.}]", "is not valid YAML"),
        ("initial_messages:\n- role: user\n  content: {{ agent_name }} calls", "is not valid YAML"),
        ("start_message: {{ agent_name }}", "start_message: has a key in line 2"),
    ],
)
def test_a_text_that_lacks_its_quotes_is_told_to_have_them(folder: Path, text: str, key: str) -> None:
    write(folder, a=f"agent_inputs: {{agent_name: Emma}}\n{text}")
    [said] = problems(folder)
    assert said.partition(": ")[2].startswith(key) and said.endswith(f"; {QUOTES}"), said


@pytest.mark.parametrize(
    "text",
    [
        "start_message: {inbond: Hi}",
        "start_message: {inbound: 5}",
        "calendar: {dayz}",
        "prompts: {agent: {en: 5}}",
        "tools: {end_cal}",
        "llm: {main: {vendor: openai, model: x}",
        "prompts: {agent: {en: Hello}}}",
        "a: 1\n b: 2",
        'prompts: {agent: {en: "Hello {{ agent_name }}"}}}',
        "start_message: {{a: b}: c}",
    ],
)
def test_what_no_quotes_would_mend_is_not_told_to_have_them(folder: Path, text: str) -> None:
    write(folder, a=text)
    assert not [said for said in problems(folder) if QUOTES in said]


def test_a_value_of_the_environment_is_not_shown_as_it_should_be_written(folder: Path) -> None:
    write(folder, a="numbers: ${X}\ntools: ['${X}']\nprompts: {agent: '${X}'}\nstt: ${X}")
    found = "\n".join(problems(folder, {"X": "hunter2"}))
    assert "hunter2" not in found and 'write ["${X}"]' in found and 'write {en: "${X}"}' in found


def test_what_is_allowed_in_a_text_is_told_once(folder: Path) -> None:
    write(folder, a="start_message: '{one} {agent_nam} {two}'\nagent_inputs: {agent_name: Emma}")
    assert only_problem(folder) == (
        "a.yaml:1: start_message: '{one} {agent_nam} {two}' {one} is filled by nothing;"
        " {agent_nam} is filled by nothing; did you mean 'agent_name'? {two} is filled by nothing;"
        " allowed: agent_name, called_number, caller_number, current_timestamp, direction, language_code,"
        " metadata.*; write {{one}} where braces are meant"
    )


def test_no_placeholder_is_said_to_mean_the_form_of_another(folder: Path) -> None:
    write(folder, a="start_message: '{metadata}'")
    assert "did you mean" not in only_problem(folder)


def test_an_input_is_suggested_by_a_name_that_it_could_have(folder: Path) -> None:
    write(
        folder,
        a="start_message: '{agent_nam}'\nprompts: {agent: {en: '{agent_name}'}}\n"
        "agent_inputs: {agent-name: Emma}",
    )
    first, second = problems(folder)
    assert "did you mean 'agent_name'?" in first and "agent-name" not in first
    assert second.startswith("a.yaml:3: agent_inputs.agent-name: 'agent-name' is no name of an input")
    assert second.endswith("; write agent_name")


def test_prompts_that_nothing_acts_on_yet_may_have_placeholders_of_their_own(folder: Path) -> None:
    write(folder, a="prompts: {post_analysis: {en: 'Sum up {transcript}.'}}")
    assert load(folder).default.prompts.post_analysis == {"en": "Sum up {transcript}."}


@pytest.mark.parametrize(
    ("zone", "meant"),
    [
        ("New York", "America/New_York"),
        ("berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("Europe/Berlln", "Europe/Berlin"),
        ("Buenos Aires", "America/Buenos_Aires"),
        ("Amsterdm", "Europe/Amsterdam"),
        ("Mars", None),
    ],
)
def test_a_timezone_is_suggested_by_its_city(folder: Path, zone: str, meant: str | None) -> None:
    write(folder, a=f"timezone: {zone}")
    near = f"; did you mean {meant!r}?" if meant else ""
    said = f"a.yaml:1: timezone: {zone!r} must be an IANA name such as Europe/Berlin{near}"
    assert only_problem(folder) == said


def test_a_default_that_hangs_on_a_wrong_key_is_no_problem_of_its_own(folder: Path) -> None:
    write(folder, a="llm: {main: {vendor: opnai}}\ntts: {vendor: 5}\nstt: {vendor: x}")
    wrong = [line.split(": ")[1] for line in problems(folder)]
    assert wrong == ["llm.main.vendor", "tts.vendor", "stt.vendor"]


def test_underscores_before_a_files_name_are_not_the_agents(folder: Path) -> None:
    write(folder, _config="default: true", __="timezone: UTC\nagent_id: x")
    assert set(load(folder).by_id) == {"config", "x"}


def test_plain_scalars_mean_what_they_look_like(folder: Path) -> None:
    write(
        folder,
        a="numbers: [+15550001111]\ncalendar: {opens: 8:30, closes: 17:00}\n"
        "prompts: {agent: {no: hei}}\nagent_inputs: {day: 2026-03-03, answer: yes, code: 007, n: 1e3}\n",
    )
    agent = load(folder).default
    assert agent.numbers == ["+15550001111"]
    assert (str(agent.calendar.opens), str(agent.calendar.closes)) == ("08:30:00", "17:00:00")
    assert agent.prompts.agent == {"no": "hei"}
    assert agent.agent_inputs == {"day": "2026-03-03", "answer": "yes", "code": "007", "n": 1000.0}


def test_a_variable_is_taken_from_the_environment(folder: Path) -> None:
    write(
        folder,
        a='tools: {book_appointment: {webhook_url: "https://${HOST}/${PATH_}"}}\n'
        'vad_params: {confidence: "${C}"}',
    )
    agent = load(folder, {"HOST": "h.example", "PATH_": "x", "C": "0.5"}).default
    assert agent.tools["book_appointment"] == {"webhook_url": "https://h.example/x"}
    assert agent.vad_params.confidence == 0.5


@pytest.mark.parametrize("environ", [{}, {"HOST": ""}])
def test_a_missing_variable_names_its_key(folder: Path, environ: dict[str, str]) -> None:
    write(folder, a="\nllm:\n  main: {base_url: 'https://${HOST}'}")
    assert (
        only_problem(folder, environ) == "a.yaml:3: llm.main.base_url: ${HOST} is not set in the environment"
    )


def test_a_value_from_the_environment_is_never_shown(folder: Path) -> None:
    write(
        folder,
        a='llm: {main: {base_url: "${URL}", vendor: "${V}"}}\nnumbers: ["${N}"]',
        b='numbers: ["${N}"]',
    )
    environ = {"URL": "hunter2", "V": "hunter2", "N": "hunter2"}
    found = "\n".join(problems(folder, environ))
    assert "hunter2" not in found
    assert "a.yaml:1: llm.main.base_url: ${URL} must begin with" in found
    assert "b.yaml:1: numbers[0]: ${N} is already claimed by a.yaml" in found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a.yaml:1: is empty"),
        ("- x", "a.yaml:1: must hold keys and values"),
        ("x", "a.yaml:1: must hold keys and values"),
        ("a: 1\n b: 2", "a.yaml:2: is not valid YAML: mapping values are not allowed here"),
        ("timezone: UTC\ntimezone: UTC", "a.yaml:1: timezone: is given twice; also in line 2"),
        ("timezone: !!python/name:os.system x", "a.yaml:1: timezone: has the tag"),
        ("call_max_duration: !!int x", "a.yaml:1: call_max_duration: is not of the type its tag"),
        ("[1]: x", "a.yaml:1: has a key in line 1 that is not plain text"),
        ("timezone: &a [*a]", "a.yaml:1: timezone"),
        ('timezone: "\\UFFFFFFFF"', "a.yaml:1: is not valid YAML"),
        ('timezone: "\\uD800"', "a.yaml:1: timezone: has a character that is not valid text"),
        ("timezone: UTC\n---\ntimezone: UTC", "a.yaml:2: is not valid YAML: expected a single document"),
        ("[" * 100_000, "a.yaml:1: is not valid YAML: more than 32 levels deep"),
        ("x: " + "y" * 300_000, "a.yaml:1: is larger than 256 KiB"),
        ("script: x.yaml", "a.yaml:1: script: unknown key"),
        ("-" * 200_000 + ": }", "a.yaml:1: is not valid YAML: mapping values are not allowed here"),
        (
            "llm: {main: {vendor: embedded}}",
            "a.yaml:1: llm.main.vendor: the vendor embedded speaks from",
        ),
    ],
)
def test_a_file_that_is_no_agent_says_why(folder: Path, text: str, said: str) -> None:
    write(folder, a=text)
    assert problems(folder)[0].startswith(said)


def test_bytes_that_are_no_text_and_folders_are_problems(folder: Path) -> None:
    (folder / "a.yaml").write_bytes(b"\xff\xfe\xfa")
    (folder / "b.yaml").mkdir()
    first, second = problems(folder)[:2]
    assert first.startswith("a.yaml:1: is not valid YAML") and second.startswith("b.yaml:1: cannot be read")


def test_aliases_that_multiply_are_stopped(folder: Path) -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12)]
    write(folder, a="\n".join(["l0: &l0 [x, x]", *levels]))
    assert any("holds too much" in problem for problem in problems(folder))


def test_aliases_and_merges_work(folder: Path) -> None:
    write(folder, a="llm:\n  main: &m {vendor: groq, model: x}\n  utils: {<<: *m, model: y}")
    llm = load(folder).default.llm
    assert llm.utils is not None and (llm.utils.vendor, llm.utils.model) == ("groq", "y")


def test_two_agents_cannot_share_an_id_a_number_or_the_default(folder: Path) -> None:
    write(folder, a="agent_id: x\nnumbers: ['+15550001111']\ndefault: true")
    write(folder, b="agent_id: x\nnumbers: ['+15550002222', '+15550001111']\ndefault: true")
    assert problems(folder) == [
        "b.yaml:1: agent_id: x is already claimed by a.yaml",
        "b.yaml:2: numbers[1]: +15550001111 is already claimed by a.yaml",
        "b.yaml:3: default: true is already claimed by a.yaml",
    ]


def test_a_file_that_would_not_be_read_for_its_ending_is_told(folder: Path) -> None:
    write(folder, a="default: true")
    for name in ("b.yml", "c.YAML", "notes.md", "agent.schema.json", "a.script.yaml"):
        (folder / name).write_text("agent_id: b")
    assert problems(folder) == [
        "b.yml: is not read: the name of an agent file ends in .yaml",
        "c.YAML: is not read: the name of an agent file ends in .yaml",
    ]


def test_a_folder_without_agents_is_a_problem(folder: Path) -> None:
    assert only_problem(folder) == f"{folder}: has no agent file (*.yaml)"


def test_no_folder_is_a_problem_that_names_the_variable_it_came_from(folder: Path) -> None:
    write(folder, a="timezone: UTC")
    file, nowhere = folder / "a.yaml", folder / "nowhere"
    assert only_problem(nowhere) == f"{nowhere} does not exist"
    assert only_problem(nowhere, {"AGENTS_DIR": "x"}) == f"environment: AGENTS_DIR: {nowhere} does not exist"
    assert (
        only_problem(file, {"AGENTS_DIR": "x"}) == f"environment: AGENTS_DIR: {file} is a file, not a folder"
    )


def test_several_agents_need_a_default(folder: Path) -> None:
    write(folder, a="timezone: UTC", b="timezone: UTC")
    assert "several agents and no default" in only_problem(folder)
    assert load(folder, {"AGENT": "b"}).default.agent_id == "b"


def test_an_unknown_agent_in_the_environment_is_a_problem(folder: Path) -> None:
    write(folder, reception="default: true")
    assert only_problem(folder, {"AGENT": "receptoin"}) == (
        "environment: AGENT: no agent 'receptoin'; did you mean 'reception'? allowed: reception"
    )


def test_a_further_check_is_told_with_the_line_of_its_key(folder: Path) -> None:
    write(folder, a="llm:\n  main:\n    temprature: 1")

    def check(agent: AgentConfig) -> list[tuple[tuple[str | int, ...], str]]:
        return [(("llm", "main", name), "unknown setting") for name in agent.llm.main.settings]

    with pytest.raises(ConfigError, match=r"a\.yaml:3: llm\.main\.temprature: unknown setting"):
        load_agents(folder, {}, check=check)


def test_the_session_chooses_then_our_number_then_the_default(folder: Path) -> None:
    write(folder, a="default: true", b="numbers: ['+15550001111']", c="numbers: ['+15550002222']")
    agents = load(folder)
    assert agents.choose(inbound("+15550001111", agent="c")).agent_id == "c"
    assert agents.choose(inbound("+15550001111")).agent_id == "b"
    assert agents.choose(inbound("15550001111")).agent_id == "b"
    assert agents.choose(inbound("sip:+15550002222@example.com")).agent_id == "c"
    assert agents.choose(inbound("+15550009999")).agent_id == "a"
    assert agents.choose(inbound(None)).agent_id == "a"


def test_our_number_of_an_outbound_call_is_the_one_that_calls(folder: Path) -> None:
    write(folder, a="default: true", b="numbers: ['+15550001111']", c="numbers: ['+15550002222']")
    call = Call("c", "twilio", Direction.OUTBOUND, from_number="+15550001111", to_number="+15550002222")
    assert load(folder).choose(call).agent_id == "b"


def test_a_session_that_names_an_unknown_agent_is_refused(folder: Path) -> None:
    write(folder, reception="default: true")
    with pytest.raises(FrontdeskError, match="no agent 'recepton'; did you mean 'reception'"):
        load(folder).choose(inbound(agent="recepton"))


def test_loading_agents_imports_no_pipecat() -> None:
    code = (
        "import sys; from frontdesk.agent import load_agents; from frontdesk.tools import TOOLS;"
        "from frontdesk.environment import agents_dir; load_agents(agents_dir(), {}, tools=TOOLS);"
        "assert not [m for m in sys.modules if m.split('.')[0] in ('pipecat', 'onnxruntime')]"
    )
    environ = {key: value for key, value in os.environ.items() if key not in ("AGENT", "AGENTS_DIR")}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env=environ)


def test_a_file_that_cannot_be_read_is_not_said_to_lack_a_default(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("default: true\ncalendar: {opens: [09:00\n")
    (tmp_path / "b.yaml").write_text("timezone: UTC\n")
    with pytest.raises(ConfigError) as error:
        load_agents(tmp_path, {})
    assert [problem.file.partition(":")[0] for problem in error.value.problems] == ["a.yaml"]


MALFORMED = [
    "[",
    "a: [1",
    "a: 1\n b: 2",
    'a: "\\UFFFFFFFF"',
    "a: *b",
    "a: 1\n---\nb: 2",
    "[" * 100_000,
    "a: \x00",
]


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_malformed_is_told_alike_without_libyaml(
    folder: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, a=text)
    with_it = problems(folder)
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert problems(folder) == with_it


def test_the_shipped_agents_are_read_alike_without_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    files = sorted(agents_dir({}).glob("*.yaml"))
    with_it = [read_document(file, {}) for file in files]
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert [read_document(file, {}) for file in files] == with_it
    assert all(document.data and len(document.lines) > 10 for document in with_it)
