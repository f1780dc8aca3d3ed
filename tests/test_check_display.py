"""The report in a terminal: every name whole, whatever the width."""

import io
import re

import pytest
from rich.console import Console

from frontdesk.check.display import show
from frontdesk.check.report import AgentReport, Deployment, Languages, Report, ServerReport, ServiceReport
from frontdesk.check.tools import OWN
from frontdesk.errors import Problem

AGENT = AgentReport(
    agent_id="reception_of_the_practice_in_harbor_lane",
    file="reception_of_the_practice_in_harbor_lane.yaml",
    default=True,
    numbers=["+15550001111", "+15550002222"],
    services=[
        ServiceReport(
            "stt", "deepgram", "flux-general-en", None, {"DEEPGRAM_API_KEY": False}, "Moonshine tiny-en"
        ),
        ServiceReport(
            "utils", "google", None, None, {"GOOGLE_API_KEY": False}, None, ["GOOGLE_CREDENTIALS_JSON"]
        ),
        ServiceReport(
            "llm", "together", "meta-llama/Llama-4-Maverick", "llm.example.com", {"T_KEY": True}, None
        ),
        ServiceReport("llm fallback", "google", None, None, {"GOOGLE_APPLICATION_CREDENTIALS": True}, None),
    ],
    tools={"get_available_time_slots": OWN, "book_appointment": OWN, "look_up": "GET api.example.com"},
    languages=Languages("es", {"start_message.inbound": ["es", "pt-BR"]}, ["es"], True),
    generators={"opening_hours_of_this_week": "get_opening_hours", "today": "current_timestamp"},
    not_active=["use_connexity_observer"],
    mcp=[ServerReport("mcp.example.com", ["search_the_web"]), ServerReport("uvx", None)],
    flow="booking.flow.yaml",
)
DEPLOYMENT = Deployment(
    agent_name="frontdesk",
    min_agents=1,
    files={"reception_of_the_practice_in_harbor_lane.yaml": True, "generators/opening_hours.py": False},
    extras={"together": True, "google": False},
    secrets={"GOOGLE_APPLICATION_CREDENTIALS": False},
    carriers={"Twilio": True, "Telnyx": False},
)
PROBLEM = Problem("reception.yaml:7", "llm.main.temprature", "unknown setting; did you mean 'temperature'?")
WARNING = Problem("reception.yaml:1", "call_max_duration", "is not set")
REPORT = Report("agents", [AGENT], DEPLOYMENT, [PROBLEM], [WARNING])
NAMES = [
    *(
        "reception_of_the_practice_in_harbor_lane",
        "reception_of_the_practice_in_harbor_lane.yaml",
        "+15550002222",
    ),
    *("flux-general-en", "DEEPGRAM_API_KEY", "meta-llama/Llama-4-Maverick", "llm.example.com"),
    *(
        "GOOGLE_APPLICATION_CREDENTIALS",
        "get_available_time_slots",
        "book_appointment",
        "start_message.inbound",
    ),
    *("pt-BR", "opening_hours_of_this_week", "get_opening_hours", "booking.flow.yaml"),
    *("look_up", "api.example.com", "mcp.example.com", "search_the_web", "uvx"),
    *("use_connexity_observer", "generators/opening_hours.py", "Twilio", "together", "call_max_duration"),
    *("llm.main.temprature", "reception.yaml:7"),
]


def shown(width: int, *, terminal: bool = True, report: Report = REPORT) -> str:
    """What a terminal of that width shows."""
    output = io.StringIO()
    show(report, Console(file=output, width=width, force_terminal=terminal, color_system=None))
    return output.getvalue()


@pytest.mark.parametrize("width", [80, 100, 140])
def test_every_name_stands_on_one_line(width: int) -> None:
    text = shown(width)
    assert [name for name in NAMES if name not in text] == []
    assert max(len(line) for line in text.splitlines()) <= width


@pytest.mark.parametrize("width", [30, 40, 60])
def test_a_narrow_terminal_breaks_names_and_cuts_none_off(width: int) -> None:
    text = shown(width)
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= width
    values = re.sub(r"^│[^│]*│|[│\s]", "", text, flags=re.MULTILINE)
    assert [name for name in NAMES if name not in values] == []


def test_what_is_no_terminal_gets_a_line_for_each_problem() -> None:
    lines = shown(80, terminal=False).splitlines()
    assert f"✗ {PROBLEM}" in lines and f"! {WARNING}" in lines
    assert lines[-1] == "1 agent, 1 problem, 1 warning"
    assert all(line == line.rstrip() for line in lines if not line.endswith("│"))


def test_a_report_without_anything_is_one_line() -> None:
    assert shown(80, report=Report("agents", [])) == "0 agents, 0 problems, 0 warnings\n"


def test_what_is_there_and_what_is_missing_are_told_apart_without_colour() -> None:
    text = shown(100)
    assert "✓ T_KEY" in text and "✗ DEEPGRAM_API_KEY missing" in text
    assert "stand-in: Moonshine tiny-en" in text
    assert "+15550001111, +15550002222, whatever no other agent claims" in text


def test_a_long_problem_stands_in_from_its_mark() -> None:
    long = Problem(
        "tienda.yaml:2", "llm.main", "openai needs OPENAI_API_KEY, which is not set; set it in .env"
    )
    lines = shown(60, report=Report("agents", [], None, [long])).splitlines()
    assert lines[1:3] == [
        "✗ tienda.yaml:2: llm.main: openai needs OPENAI_API_KEY,",
        "  which is not set; set it in .env",
    ]


def test_what_is_computed_and_what_would_do_as_well_have_lines_of_their_own() -> None:
    rows = [re.sub(r"\s+", " ", line) for line in shown(100).splitlines()]
    assert "│ computed │ opening_hours_of_this_week by get_opening_hours │" in rows
    assert "│ │ today by current_timestamp │" in rows
    assert rows[rows.index("│ │ ✗ GOOGLE_API_KEY missing │") + 1] == "│ │ or GOOGLE_CREDENTIALS_JSON │"
