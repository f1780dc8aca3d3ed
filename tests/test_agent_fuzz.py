"""Whatever stands in a file: agents, or one ConfigError."""

import contextlib
import json
import re
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.agent import AgentConfig, load_agents, not_active
from frontdesk.agent.document import read_document
from frontdesk.agent.json_schema import all_models
from frontdesk.agent.load import read_agents
from frontdesk.agent.prompts import fill
from frontdesk.call import Call, Direction
from frontdesk.configuration import VENDORS
from frontdesk.errors import ConfigError
from frontdesk.services.gone import GONE
from frontdesk.services.problems import service_problems
from frontdesk.session import SessionData
from frontdesk.tools import TOOLS

RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

KEYS = sorted(
    [
        *AgentConfig.model_fields,
        *(name for model in all_models() for name in model.model_fields),
        "voice_provider",
        "en",
        "es",
        "<<",
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        [
            "openai",
            "${HOME_}",
            "{who}",
            "17:00",
            "+15550001111",
            "UTC",
            "mon",
            "end_call",
            "system",
            "{metadata.x}",
            "current_timestamp",
            "s3://bucket",
            "/",
            "GET",
            "stereo",
            "${HOME_}!",
            "!!int x",
            "&a",
            "*a",
        ]
    )
)
NAMES = st.sampled_from(KEYS) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner),
    max_leaves=25,
)
SYNTAX = st.sampled_from("ab:-[]{}&*!|>%@`#,?'\"\\ \n\t.0157x~<=${}")
SOURCES = st.text(max_size=300, alphabet=SYNTAX | st.characters())
FILES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6)


GENERATED = st.fixed_dictionaries(
    {}, optional={"generator": SCALARS, "timeout": SCALARS, "fallback": SCALARS}
)
BY_LANGUAGE = st.dictionaries(st.sampled_from(["en", "es", "pt-BR", "English"]), SCALARS, max_size=3)
WORDS = SCALARS | BY_LANGUAGE
REQUESTS = st.fixed_dictionaries(
    {"url": SCALARS | st.just("https://api.example.com/{x}?y={y}")},
    optional={
        "description": SCALARS,
        "parameters": VALUES
        | st.fixed_dictionaries(
            {"type": st.just("object")},
            optional={"properties": st.dictionaries(NAMES, VALUES), "required": VALUES, "$defs": VALUES},
        ),
        "headers": st.dictionaries(NAMES, SCALARS, max_size=3),
        "body": VALUES,
        "method": SCALARS,
        "timeout": SCALARS,
        "result": SCALARS,
        "say_while_waiting": VALUES,
        "changes_world": SCALARS,
    },
)
SERVERS = st.fixed_dictionaries(
    {}, optional={"url": SCALARS, "command": SCALARS, "env": VALUES, "tools": VALUES, "timeout": SCALARS}
)
# Each section as it may look, more or less.
NEAR_MISSES = st.fixed_dictionaries(
    {},
    optional={
        "agent_inputs": st.dictionaries(NAMES | st.just("language_code"), SCALARS | GENERATED, max_size=4),
        "start_message": WORDS | st.fixed_dictionaries({}, optional={"inbound": WORDS, "outbound": WORDS}),
        "prompts": st.dictionaries(
            st.sampled_from(["agent", "outbound", "quick_response", "post_analysis", "agents"]), WORDS
        ),
        "initial_messages": st.lists(
            st.fixed_dictionaries({}, optional={"role": SCALARS, "content": SCALARS}), max_size=3
        ),
        "llm": st.fixed_dictionaries(
            {}, optional={"main": st.fixed_dictionaries({}, optional={"fallback": VALUES}), "utils": VALUES}
        ),
        "realtime": SCALARS,
        "stt": VALUES,
        "tts": st.fixed_dictionaries({}, optional={"voices": BY_LANGUAGE, "fallback": VALUES}),
        "tools": st.dictionaries(st.sampled_from(["end_call", "x", "y z"]), VALUES | REQUESTS, max_size=3),
        "mcp": st.lists(SERVERS, max_size=2),
        "flow": SCALARS,
        "pipeline_settings": st.dictionaries(NAMES, SCALARS, max_size=3),
        "sinks": st.lists(st.dictionaries(NAMES, SCALARS, max_size=3), max_size=2),
        "routes": st.dictionaries(st.sampled_from(["routers", "websockets"]), VALUES),
        "recording": SCALARS,
        "turns": VALUES,
        "instructions": SCALARS,
    },
)


def loads_or_tells(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.yaml").write_bytes(content)
        try:
            agents = load_agents(
                Path(folder),
                {"HOME_": "x"},
                tools=TOOLS,
                vendors=VENDORS,
                gone=GONE,
                generators=["current_timestamp"],
                check=lambda agent: service_problems(agent, {}),
            )
        except ConfigError as error:
            assert error.problems and all(problem.message for problem in error.problems)
            str(error).encode()
        else:
            for direction in Direction:
                call = Call("c", "none", direction)
                agents.default.language(call)
                agents.default.generated(call)
                for said in (agents.default.first_words(call), agents.default.system_prompt(call)):
                    fill(said.text or "", agents.default.inputs(call))
                not_active(agents.default)


@RELAXED
@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    loads_or_tells(content)


@RELAXED
@given(SOURCES)
def test_any_text(content: str) -> None:
    loads_or_tells(content.encode("utf-8", "surrogatepass"))


@RELAXED
@given(FILES)
def test_any_yaml(data: dict[str, object]) -> None:
    loads_or_tells(yaml.safe_dump(data, allow_unicode=True).encode("utf-8", "surrogatepass"))


@RELAXED
@given(NEAR_MISSES)
def test_any_file_that_is_nearly_right(data: dict[str, object]) -> None:
    loads_or_tells(json.dumps(data).encode())


@RELAXED
@given(FILES | NEAR_MISSES)
def test_every_problem_names_its_file_and_line(data: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.yaml"
        file.write_text(json.dumps(data))
        with contextlib.suppress(ConfigError):
            load_agents(Path(folder), {})
            return
        for problem in read_agents(Path(folder), {}).problems:
            assert re.fullmatch(r"a\.yaml:1", problem.file)


@RELAXED
@given(FILES | NEAR_MISSES, st.booleans())
def test_libyaml_reads_what_the_other_parser_reads(data: dict[str, object], flow: bool) -> None:
    text = yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        file = Path(folder) / "a.yaml"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        with_it = read_document(file, {})
        patch.setattr(yaml, "__with_libyaml__", False)
        assert repr(read_document(file, {})) == repr(with_it)


@RELAXED
@given(FILES)
def test_any_json(data: dict[str, object]) -> None:
    loads_or_tells(json.dumps(data).encode())


@RELAXED
@given(
    st.dictionaries(st.text(max_size=10) | st.just("who"), st.text(max_size=200), max_size=4),
    st.text(max_size=80),
)
def test_no_session_adds_a_line_to_a_prompt(inputs: dict[str, str], number: str) -> None:
    agent = AgentConfig.model_validate(
        {"agent_inputs": {"who": "x"}, "prompts": {"agent": {"en": "You talk to {who} at {caller_number}."}}}
    )
    call = Call("c", "none", from_number=number, session=SessionData(agent_inputs=inputs))
    prompt = fill(agent.system_prompt(call).text or "", agent.inputs(call))
    assert len(prompt.splitlines()) == 1
