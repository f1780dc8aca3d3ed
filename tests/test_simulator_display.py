"""A simulated call as a person sees it in the terminal."""

from io import StringIO

import pytest
from rich.console import Console

from frontdesk.simulator.caller import Turn
from frontdesk.simulator.display import Display
from frontdesk.simulator.event import Event, Kind
from frontdesk.simulator.mouth import Spoken
from frontdesk.simulator.report import Report
from frontdesk.simulator.utterance import Utterance

LONG = "On Tuesday, November twenty fourth, I have noon, twelve thirty and one. Which would you like?"


def shown(*events: Event, report: Report | None = None, terminal: bool = False) -> list[str]:
    """The lines that these events leave, without colours; a terminal has 80 columns."""
    out = StringIO()
    console = Console(file=out, width=80, force_terminal=terminal, color_system=None, highlight=False)
    display = Display(console)
    for event in events:
        display.show(event)
    if report:
        display.summary(report)
    return [line.rstrip() for line in out.getvalue().splitlines()]


def agent(at: float, text: str) -> list[Event]:
    return [
        Event(Kind.AGENT_SPEAKS, at),
        Event(Kind.AGENT_SPOKE, at + 1),
        Event(Kind.HEARD, at, text),
    ]


def caller(at: float, text: str) -> list[Event]:
    return [Event(Kind.CALLER_SPEAKS, at, text), Event(Kind.CALLER_SPOKE, at + 1, text)]


def test_each_turn_is_a_line_with_its_time_and_the_answers_latency() -> None:
    assert shown(
        *agent(0.5, "Hello?"), *caller(12, "Hi. [sic]"), *agent(14.25, "Yes?"), *agent(17, "Well?")
    ) == [
        "   0.5  agent   Hello? (0.50 s)",
        "  12.0  caller  Hi. [sic]",
        "  14.2  agent   Yes? (1.25 s)",
        "  17.0  agent   Well?",
    ]


def test_in_a_terminal_a_long_turn_keeps_to_its_column() -> None:
    assert shown(*agent(16.5, LONG), terminal=True) == [
        "  16.5  agent   On Tuesday, November twenty fourth, I have noon, twelve thirty",
        "                and one. Which would you like? (16.50 s)",
    ]


def test_elsewhere_a_turn_is_one_line_however_long() -> None:
    assert shown(*agent(16.5, LONG)) == [f"  16.5  agent   {LONG} (16.50 s)"]


def test_lines_stand_in_the_order_of_the_call_not_in_that_of_writing_down() -> None:
    lines = shown(
        Event(Kind.AGENT_SPEAKS, 1.0),
        Event(Kind.BARGE_IN, 2.0, "Stop."),
        Event(Kind.CLEAR, 2.5, "1.20 s dropped"),
        Event(Kind.CALLER_SPOKE, 3.0, "Stop."),
        Event(Kind.HEARD, 1.0, "Thank you for"),
    )
    assert lines == [
        "   1.0  agent   Thank you for (1.00 s)",
        "   2.0  caller  Stop. (barges in)",
        "   2.5          the agent is cut short: 1.20 s dropped",
    ]


def test_what_waited_for_an_utterance_that_nobody_wrote_down_is_shown_at_the_end() -> None:
    events = [Event(Kind.AGENT_SPEAKS, 1.0), *caller(2.0, "Bye."), Event(Kind.ENDED, 3.0, "caller hung up")]
    assert shown(*events) == []
    assert shown(*events, report=Report()) == ["   2.0  caller  Bye."]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Event(Kind.DTMF, 1.0, "5"), "   1.0  caller  presses 5"),
        (Event(Kind.INVALID, 1.0, "not JSON"), "   1.0  bot     invalid message: not JSON"),
        (Event(Kind.HEARD, 1.0, ""), "   1.0  agent   (sound without words)"),
        (Event(Kind.STAND_IN, 0.0, "tts: hibari stands in"), "tts: hibari stands in"),
    ],
)
def test_whatever_happens_is_said_plainly(event: Event, line: str) -> None:
    assert shown(event) == [line]


@pytest.mark.parametrize("kind", [Kind.MARK, Kind.CLEAR, Kind.ENDED])
def test_what_a_person_does_not_need_is_left_out(kind: Kind) -> None:
    assert shown(Event(kind, 1.0)) == []


def test_the_summary_stands_in_columns() -> None:
    turns = [
        Turn("", Spoken(0, 0), replies=[Utterance(0.5, 1, b"")]),
        Turn("Hi", Spoken(2, 3), replies=[Utterance(4, 5, b"")]),
    ]
    report = Report(
        answered=True, end_reason="caller hung up", seconds=6.04, turns=turns, underruns=1, heard_s=1.5
    )
    assert shown(report=report, terminal=True) == [
        "",
        "ended          caller hung up after 6.0 s",
        "latency        greeting 0.50 s, median 1.00 s, max 1.00 s",
        "agent's audio  1.5 s heard, 1 gap in speech",
    ]


def test_why_a_call_was_not_answered_stands_alone() -> None:
    assert shown(report=Report(error="nobody [at] home")) == ["Not answered: nobody [at] home"]


def test_a_call_that_was_interrupted_is_not_called_unanswered() -> None:
    report = Report(answered=True, error="interrupted", end_reason="caller hung up", seconds=2.0)
    report.turns = [Turn("", Spoken(0, 0))]
    assert shown(report=report)[:4] == [
        "Not finished: interrupted",
        "",
        "ended          caller hung up after 2.0 s",
        "latency        no answer was heard to its end",
    ]
