"""Whatever stands in a file: agents, or one ConfigError."""

import json
import tempfile
from pathlib import Path

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.agent import AgentConfig, load_agents, not_active
from frontdesk.agent.prompts import fill
from frontdesk.call import Call, Direction
from frontdesk.errors import ConfigError
from frontdesk.session import SessionData
from frontdesk.tools import TOOLS

RELAXED = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

KEYS = sorted(
    [
        *AgentConfig.model_fields,
        "main",
        "utils",
        "vendor",
        "voice",
        "agent",
        "en",
        "opens",
        "days",
        "is_on",
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
FILES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6)


def loads_or_tells(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.yaml").write_bytes(content)
        try:
            agents = load_agents(Path(folder), {"HOME_": "x"}, tools=TOOLS)
        except ConfigError as error:
            assert error.problems and all(problem.message for problem in error.problems)
            str(error).encode()
        else:
            for direction in Direction:
                call = Call("c", "none", direction)
                agents.default.language(call)
                for said in (agents.default.first_words(call), agents.default.system_prompt(call)):
                    fill(said.text or "", agents.default.inputs(call))
                not_active(agents.default)


@RELAXED
@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    loads_or_tells(content)


@RELAXED
@given(
    st.text(
        max_size=300, alphabet=st.sampled_from("ab:-[]{}&*!|>%@`#,?'\"\\ \n\t.0157x~<=${}") | st.characters()
    )
)
def test_any_text(content: str) -> None:
    loads_or_tells(content.encode("utf-8", "surrogatepass"))


@RELAXED
@given(FILES)
def test_any_yaml(data: dict[str, object]) -> None:
    loads_or_tells(yaml.safe_dump(data, allow_unicode=True).encode("utf-8", "surrogatepass"))


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
