"""A flow's file: every mistake in it is named, with its place and what is allowed there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pipecat.flows import FlowConfig
from pydantic import BaseModel

from frontdesk.agent import AgentConfig, load_agents
from frontdesk.agent.flow_file import flow_problems, flow_warnings
from frontdesk.agent.flow_keys import FlowAction, FlowBranch, FlowFunction, FlowKeys, FlowMessage, FlowNode
from frontdesk.agent.flow_text import fill_flow, flow_placeholders, flow_state
from frontdesk.configuration import survey
from frontdesk.environment import agents_dir
from frontdesk.errors import ConfigError
from frontdesk.flow import load_flow
from frontdesk.tools import TOOLS
from tests.host.dockerfile import ROOT

AGENT = """\
agent_id: x
prompts: {agent: {en: "You are {agent_name}."}}
agent_inputs: {agent_name: Emma}
tools: {get_available_time_slots: , book_appointment: , end_call: }
flow: x.flow.yaml
"""
GOOD = """\
initial_node: start
global_functions:
  - name: end_call
nodes:
  start:
    role_message: "You are {{ agent_name }}. \\\\{{ this }} is no placeholder."
    task_messages:
      - role: developer
        content: "Help {{ caller_number }}, of {{ metadata.company }}."
    functions:
      - name: get_available_time_slots
        transition_to: {field: slots, cases: {true: offer}, default: offer}
      - name: give_up
        transition_only: true
        description: They want nothing.
        transition_to: start
  offer:
    task_messages: []
    functions:
      - name: book_appointment
    pre_actions:
      - {type: tts_say, text: "For {{ book_appointment.name }}."}
    context_strategy: reset
"""
ALONE = "  alone:\n    task_messages: []\n"


def agent_with(folder: Path, flow: str, agent: str = AGENT) -> AgentConfig:
    """An agent with this flow beside it."""
    (folder / "x.yaml").write_text(agent)
    (folder / "x.flow.yaml").write_text(flow)
    return load_agents(folder, {}, tools=TOOLS).default


def told(folder: Path, flow: str, agent: str = AGENT) -> list[str]:
    """The problems of an agent's flow."""
    problems = flow_problems(agent_with(folder, flow, agent))
    assert all(re.fullmatch(r"x\.flow\.yaml:\d+", problem.file) for problem in problems)
    return [str(problem) for problem in problems]


def test_a_good_flow_has_no_problem_and_pipecat_takes_it(tmp_path: Path) -> None:
    assert told(tmp_path, GOOD) == []
    assert flow_warnings(agent_with(tmp_path, GOOD)) == []
    plan = load_flow(tmp_path / "x.flow.yaml")
    assert set(plan.config.nodes) == {"start", "offer"}
    assert plan.placeholders == {"agent_name", "caller_number", "metadata.company", "book_appointment.name"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "initial_node: start",
            "initial_node: strat",
            "1: initial_node: 'strat' is no node; did you mean 'start'?",
        ),
        ("initial_node: start\n", "", "1: initial_node: is missing"),
        (
            "cases: {true: offer}",
            "cases: {true: ofer}",
            "12: nodes.start.functions[0].transition_to.cases.true: 'ofer'",
        ),
        (
            "default: offer",
            "default: end",
            "12: nodes.start.functions[0].transition_to.default: 'end' is no node",
        ),
        (
            "name: book_appointment",
            "name: book_apointment",
            "20: nodes.offer.functions[0].name: 'book_apointment' is no",
        ),
        (
            "name: book_appointment",
            "name: end_call",
            "20: nodes.offer.functions[0].name: 'end_call' is a global",
        ),
        (
            "name: give_up",
            "name: book_appointment",
            "13: nodes.start.functions[1].name: 'book_appointment' is a tool",
        ),
        (
            "name: give_up",
            "name: give up",
            "13: nodes.start.functions[1].name: 'give up' must be 1 to 64 letters",
        ),
        (
            "        description: They want nothing.\n",
            "",
            "13: nodes.start.functions[1]: a `transition_only`",
        ),
        (
            "transition_only: true",
            "transition_only: false",
            "13: nodes.start.functions[1]: `description` belongs",
        ),
        (
            "transition_to: start",
            "transiton_to: start",
            "16: nodes.start.functions[1].transiton_to: unknown key; did",
        ),
        ("type: tts_say", "type: function", "22: nodes.offer.pre_actions[0].type: 'function' is not allowed"),
        (
            ', text: "For {{ book_appointment.name }}."',
            "",
            "22: nodes.offer.pre_actions[0]: `tts_say` needs a `text`",
        ),
        (
            "{{ agent_name }}",
            "{{ agnet_name }}",
            "6: nodes.start.role_message: {{ agnet_name }} is filled by nothing",
        ),
        (
            "{{ agent_name }}",
            "{agent_name}",
            "6: nodes.start.role_message: {agent_name} is not filled in a flow",
        ),
        (
            "{{ caller_number }}",
            "{{ caller_number.area }}",
            "9: nodes.start.task_messages[0].content: {{ caller_",
        ),
        (
            "context_strategy: reset",
            "context_strategy: rest",
            "23: nodes.offer.context_strategy: 'rest' is not",
        ),
        ("role: developer", "role: boss", "8: nodes.start.task_messages[0].role: 'boss' is not allowed"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    [problem] = told(tmp_path, GOOD.replace(old, new))
    assert problem.startswith(f"x.flow.yaml:{said}"), problem


def test_a_placeholder_that_lacks_its_quotes_is_told_to_have_them(tmp_path: Path) -> None:
    for said in ("{role: user, content: Hi {{ agent_name }}}", "{role: user, content: {{ agent_name }}}"):
        [problem] = told(tmp_path, GOOD.replace("task_messages: []", f"task_messages: [{said}]"))
        assert problem.startswith("x.flow.yaml:18: ") and "put quotes around a text with {…}" in problem


def test_the_examples_of_the_page_are_a_flow(tmp_path: Path) -> None:
    page = (ROOT / "docs/flows.md").read_text(encoding="utf-8")
    keys, flow, branch = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "booking.flow.yaml").write_text(flow)
    agent = f"agent_id: x\nagent_inputs: {{company: ACME}}\n{keys}"
    (tmp_path / "x.yaml").write_text(agent)
    shown = load_agents(tmp_path, {}, tools=TOOLS).default
    assert [str(each) for each in (*flow_problems(shown), *flow_warnings(shown))] == []
    assert load_flow(tmp_path / "booking.flow.yaml").config.initial_node == "errand"
    nodes = "".join(f"  {name}: {{task_messages: []}}\n" for name in ("freight", "parcel"))
    branching = GOOD.replace(
        "transition_to: {field: slots, cases: {true: offer}, default: offer}", branch.strip()
    )
    problems = told(tmp_path, branching + nodes)
    assert problems == []


@pytest.mark.parametrize("text", ["", "[]", "7", "a: [", "- !include other.yaml", "nodes: {}"])
def test_a_file_that_is_no_flow_is_named(tmp_path: Path, text: str) -> None:
    assert told(tmp_path, text)
    with pytest.raises(ConfigError, match=r"x\.flow\.yaml"):
        load_flow(tmp_path / "x.flow.yaml")


def test_what_is_of_no_use_is_a_warning(tmp_path: Path) -> None:
    agent = agent_with(tmp_path, GOOD.replace("      - name: book_appointment\n", "      []\n") + ALONE)
    assert [str(warning) for warning in flow_warnings(agent)] == [
        "x.flow.yaml:24: nodes.alone: is never reached: no function leads here",
        "x.flow.yaml:1: offers the tool book_appointment nowhere, though x has it",
    ]


def test_tools_of_a_server_may_be_named_before_it_says_what_it_has(tmp_path: Path) -> None:
    flow = GOOD.replace("name: book_appointment", "name: order_food").replace(
        "book_appointment.name", "order_food.what"
    )
    assert "'order_food' is no tool" in told(tmp_path, flow)[0]
    listed = f"{AGENT}mcp: [{{url: 'https://mcp.example.com', tools: [order_food]}}]\n"
    anything = f"{AGENT}mcp: [{{url: 'https://mcp.example.com'}}]\n"
    assert told(tmp_path, flow, listed) == told(tmp_path, flow, anything) == []
    assert "is no tool" in told(tmp_path, flow.replace("order_food", "order_fod"), listed)[0]


def test_a_model_that_hears_and_speaks_itself_is_not_led_by_a_flow(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"x\.yaml:5: flow: .*it needs a language model of text"):
        agent_with(tmp_path, GOOD, f"{AGENT}realtime: true\n")


def test_the_configuration_tells_the_problems_of_flows(tmp_path: Path) -> None:
    agent_with(tmp_path, GOOD.replace("initial_node: start", "initial_node: x"))
    found = survey({"AGENTS_DIR": str(tmp_path), "OPENAI_API_KEY": "x"})
    assert [problem.key for problem in found.problems] == ["initial_node"]
    shipped = survey({})
    assert not [warning for warning in shipped.warnings if "flow" in warning.file]
    assert any(agent.flow == agents_dir() / "appointments_flow.flow.yaml" for agent in shipped.agents)


def test_a_tool_that_the_agent_does_not_list_is_to_be_listed(tmp_path: Path) -> None:
    flow = GOOD.replace("name: end_call", "name: take_message")
    [problem] = flow_problems(agent_with(tmp_path, flow), TOOLS)
    assert problem.message == "'take_message' is no tool of x; list it under `tools` of the agent"


def test_a_flow_of_several_agents_is_told_of_once(tmp_path: Path) -> None:
    agent_with(tmp_path, GOOD.replace("initial_node: start", "initial_node: x"))
    other = AGENT.replace("agent_id: x", "agent_id: y\ndefault: true").replace("book_appointment: , ", "")
    (tmp_path / "y.yaml").write_text(other)
    found = survey({"AGENTS_DIR": str(tmp_path), "OPENAI_API_KEY": "x"})
    assert found.problems[1].message.endswith("; list it under `tools` of the agent")
    assert [(problem.key, problem.message.partition(";")[0]) for problem in found.problems] == [
        ("initial_node", "'x' is no node"),
        ("nodes.offer.functions[0].name", "'book_appointment' is no tool of y"),
        ("nodes.offer.pre_actions[0].text", "{{ book_appointment.name }} is filled by nothing"),
    ]
    (tmp_path / "x.flow.yaml").write_text(GOOD.replace("book_appointment", "end_call") + ALONE)
    (tmp_path / "y.yaml").write_text(AGENT.replace("agent_id: x", "agent_id: y\ndefault: true"))
    told = [str(warning) for warning in survey({"AGENTS_DIR": str(tmp_path)}).warnings]
    assert sum("nodes.alone" in warning for warning in told) == 1, told


@pytest.mark.parametrize("name", ["a" * 300, "a\0b", "../x.flow.yaml", "."])
def test_a_name_of_no_file_beside_the_agent_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=r"x\.yaml:5: flow: .*is no file beside the agent file"):
        agent_with(tmp_path, GOOD, AGENT.replace("x.flow.yaml", json.dumps(name)))


@pytest.mark.parametrize(
    ("ours", "theirs", "left_out"),
    [
        (FlowKeys, FlowConfig, set()),
        (FlowNode, FlowConfig.Node, set()),
        (FlowFunction, FlowConfig.Function, set()),
        (FlowBranch, FlowConfig.Branch, set()),
        (FlowMessage, FlowConfig.Message, set()),
        (FlowAction, FlowConfig.Action, {"handler"}),
    ],
)
def test_the_keys_are_those_of_pipecat(
    ours: type[BaseModel], theirs: type[BaseModel], left_out: set[str]
) -> None:
    assert set(theirs.model_fields) - left_out == set(ours.model_fields) - {"text", "append_text_to_context"}


@pytest.mark.parametrize(
    ("values", "text", "filled"),
    [
        ({"name": "Ann"}, "{{ name }} {{name}} {name} {{ na me }}", "Ann Ann {name} {{ na me }}"),
        ({"name": "{{ secret }}"}, r"{{ name }} \{{ name }}", "{{ secret }} {{ name }}"),
        (
            {"book": {"at": "10:00", "of": None}},
            "{{ book.at }} {{ book.of }} {{ book.on }}",
            "10:00 unknown unknown",
        ),
        ({"book": [1]}, "{{ book.at }}", "unknown"),
        ({}, "{{ a.b.c }} {{ a }}", "unknown {'b': {'c': 'unknown'}}"),
        (
            {"metadata.vip": True, "metadata.of.city": "Ulm"},
            "{{ metadata.vip }} {{ metadata.of.city }}",
            "true Ulm",
        ),
        ({"a": 1, "a.b": 2}, "{{ a.b }}", "2"),
    ],
)
def test_a_text_is_filled_whatever_is_known(values: dict[str, Any], text: str, filled: str) -> None:
    assert fill_flow(text, flow_state(values, flow_placeholders(text))) == filled
