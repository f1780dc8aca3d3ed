"""An agent written in Python: what is wrong with it is told where it is written."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from frontdesk import AgentConfig, ConfigError, ToolContext
from frontdesk.agent import LLMConfig, MainLLM
from frontdesk.agent.tools import HTTPToolConfig
from tests.host.dockerfile import ROOT

EXAMPLE = ROOT / "docs" / "python_bot.py"


async def look_up_order(ctx: ToolContext, number: str) -> dict[str, Any]:
    """Look up where an order is, by its number."""
    return {"order": number}


def test_the_example_is_thirty_lines_and_stands_in_the_page() -> None:
    code = EXAMPLE.read_text()
    assert len(code.splitlines()) <= 30
    assert f"```python\n{code}```" in (ROOT / "docs" / "python.md").read_text()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("", ""), None),
        (("tools=[look_up_order", "tools=[17, look_up_order"), "List item 0"),
        (("answer(runner_args, DANA", "answer(runner_args, 17"), 'Argument 2 to "answer"'),
        (("OpenAILLMService()", "DANA"), 'Argument "llm" to "answer"'),
    ],
)
def test_the_example_type_checks_for_its_user(
    change: tuple[str, str], complaint: str | None, tmp_path: Path
) -> None:
    bot = tmp_path / "bot.py"
    bot.write_text(EXAMPLE.read_text().replace(*change))
    config = tmp_path / "mypy.ini"
    config.write_text("[mypy]\nstrict = true\nfollow_imports = silent\n")
    command = [sys.executable, "-m", "mypy", "--config-file", str(config), str(bot)]
    cache = ["--cache-dir", str(ROOT / ".mypy_cache" / "user")]
    done = subprocess.run([*command, *cache], capture_output=True, text=True, cwd=ROOT)
    if complaint is None:
        assert done.returncode == 0, done.stdout + done.stderr
    else:
        assert complaint in done.stdout


def test_telemetry_is_off_before_the_example_brings_onnxruntime_in() -> None:
    imports = EXAMPLE.read_text().partition("from frontdesk")[0]
    code = f"{imports}\nimport sys\nassert 'onnxruntime' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


async def not_documented(ctx: ToolContext) -> dict[str, Any]:
    return {}


async def untyped(ctx, number) -> dict[str, Any]:  # type: ignore[no-untyped-def]
    """Look up."""
    return {}


async def without_context() -> dict[str, Any]:
    """Look up."""
    return {}


async def with_an_argument_in_its_place(number: str) -> dict[str, Any]:
    """Look up."""
    return {}


async def of_no_type(ctx: ToolContext, number: "Unheard") -> dict[str, Any]:  # type: ignore[name-defined] # noqa: F821
    """Look up."""
    return {}


async def with_more(ctx: ToolContext, *more: str) -> dict[str, Any]:
    """Look up."""
    return {}


def waiting(ctx: ToolContext) -> dict[str, Any]:
    """Look up."""
    return {}


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"instrutions": "x"}, "instrutions: unknown key; did you mean 'instructions'?"),
        ({"instructions": 5}, "instructions: 5 should be text"),
        ({"greeting": "Hello {nam}"}, "greeting: 'Hello {nam}' {nam} is filled by nothing"),
        ({"tools": ["end_cal"]}, "tools.end_cal: unknown tool; did you mean 'end_call'?"),
        ({"tools": ["end_call", "end_call"]}, "tools.end_call: is given twice"),
        ({"tools": [look_up_order, look_up_order]}, "tools.look_up_order: is given twice"),
        ({"tools": [waiting]}, "tools.waiting: must be an async function"),
        ({"tools": {"waiting": waiting}}, "tools.waiting: must be an async function"),
        ({"tools": [not_documented]}, "tools.not_documented: has no docstring"),
        ({"tools": [untyped]}, "tools.untyped: has an argument 'number' without a type"),
        ({"tools": [without_context]}, "tools.without_context: must take the ToolContext"),
        ({"tools": [with_an_argument_in_its_place]}, "in_its_place: must take the ToolContext as its first"),
        ({"tools": [of_no_type]}, "tools.of_no_type: has a type that cannot be checked: name 'Unheard'"),
        ({"tools": [with_more]}, "tools.with_more: takes *more: str: the LLM gives each argument"),
        ({"tools": [lambda ctx: {}]}, "tools.<lambda>: has no name of its own"),
        ({"tools": 5}, "tools: should be a list of functions and names, or a mapping of names, not int"),
        ({"tools": "end_call"}, "tools: should be a list of functions and names"),
        ({"tools": look_up_order}, "or a mapping of names, not function"),
        (
            {"llm": {"main": {"vendor": "opnai"}}},
            "llm.main.vendor: 'opnai' unknown vendor; did you mean 'openai'?",
        ),
        ({"llm": LLMConfig(main=MainLLM(vendor="opnai"))}, "llm.main.vendor: 'opnai' unknown vendor"),
        (
            {"llm": {"main": {"temprature": 1}}},
            "llm.main.temprature: unknown setting; did you mean 'temperature'?",
        ),
        ({"tts": {"vendor": "playht"}}, "pipecat no longer has"),
        ({"initial_messages": [{"role": "boss", "content": "x"}]}, "initial_messages[0].role: 'boss'"),
        (
            {"agent_inputs": {"today": {"generator": "today"}}},
            "agent_inputs.today.generator: 'today' unknown",
        ),
        (
            {"tools": {"x": {"url": "https://a.example/{n}", "description": "x"}}},
            "tools.x.url: 'https://a.ex",
        ),
        (
            {"tools": {"x": {"url": "https://a.example", "descripton": "x"}}},
            "tools.x.description: is missing",
        ),
        ({"mcp": [{"url": "https://a.example", "command": "x"}]}, "mcp[0]: must have one of"),
        ({"tools": {"end_call": {"timeout": 0}}}, "tools.end_call.timeout: "),
        ({"flow": "nowhere.flow.yaml"}, "flow: 'nowhere.flow.yaml' is no file"),
        ({"flow": "a" * 300}, "is no file"),
        ({"call_max_duration": -1}, "call_max_duration: -1 should be greater"),
        ({"numbers": ["0123"]}, "numbers[0]: '0123' must be an E.164 number"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_a_bad_value_is_told_where_the_agent_is_written(keys: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigError) as raised:
        AgentConfig(**keys)
    assert complaint in str(raised.value)


def test_functions_and_http_tools_may_stand_side_by_side() -> None:
    quote = HTTPToolConfig(description="A quote.", url="https://a.example", headers={"X-Api-Key": "s3cret"})
    agent = AgentConfig(
        tools={
            "look_up_order": look_up_order,
            "end_call": None,
            "book_appointment": {"timeout": 5},
            "quote": quote,
        }
    )
    assert agent.tools == {
        "look_up_order": look_up_order,
        "end_call": None,
        "book_appointment": {"timeout": 5},
        "quote": quote,
    }
    assert quote.secrets == ("s3cret",)


def test_all_bad_values_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as raised:
        AgentConfig(greeting="{nam}", tools=[waiting, "end_cal"], timezone="Mars", instrutions="x")
    assert len(raised.value.problems) == 5
