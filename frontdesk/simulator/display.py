"""A simulated call in the terminal, as it happens."""

import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from frontdesk.simulator.event import Event, Kind
from frontdesk.simulator.report import Report

SLOW_S = 1.5
# Where it is not a terminal that shows it: one line for each turn, however long.
UNWRAPPED = 10_000
WHO_WIDTH = 6
LABEL_WIDTH = 15

# When a line began, who speaks, what is said.
Line = tuple[float, str, str]
# When an utterance of the agent's began, and how long after the caller's end where it is an answer.
Begun = tuple[float, float | None]


class Display:
    """Prints who speaks, what was said and how fast the answer came, in the order in which it began."""

    def __init__(self, console: Console | None = None):
        self._console = console or Console(file=sys.stdout, highlight=False)
        if not self._console.is_terminal:
            self._console.width = UNWRAPPED
        self._status = self._console.status("Starting the bot …")
        self._caller_end: float | None = 0.0
        self._unwritten: list[Begun] = []
        self._lines: list[Line] = []

    def __enter__(self) -> "Display":
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def show(self, event: Event) -> None:
        """Take one event."""
        match event.kind:
            case Kind.STAND_IN:
                self._console.print(f"[yellow]{escape(event.text)}[/]", soft_wrap=True)
            case Kind.CALLER_SPEAKS:
                self._say(event, escape(event.text))
            case Kind.BARGE_IN:
                self._say(event, f"{escape(event.text)} [yellow](barges in)[/]")
            case Kind.CALLER_SPOKE:
                self._caller_end = event.at
                self._status.update("waiting for the agent …")
            case Kind.AGENT_SPEAKS:
                self._begin(event)
            case Kind.AGENT_SPOKE:
                self._status.update("writing down …")
            case Kind.HEARD:
                self._heard(event)
            case Kind.ENDED:
                self._status.update("the call is over …")
            case _:
                self._note(event)

    def summary(self, report: Report) -> None:
        """The result, once the call is over."""
        self._unwritten.clear()
        self._print()
        if report.error:
            answered = "Answered by another" if report.by_another else "Not finished"
            what = answered if report.answered else "Not answered"
            self._console.print(f"[bold red]{what}:[/] {escape(report.error)}", soft_wrap=True)
        if report.turns:
            self._console.print()
            if report.agent:
                self._result("answered by", "; ".join([report.agent, *report.notices]))
            for label, text in _numbers(report).items():
                self._result(label, text)
        for label, path in (("recording", report.wav), ("record", report.record), ("log", report.bot_log)):
            if path:
                self._result(label, _shown(path))

    def _say(self, event: Event, what: str) -> None:
        self._caller_end = None
        self._status.update("the caller is speaking …")
        self._line(event.at, "[cyan]caller[/]", what)

    def _begin(self, event: Event) -> None:
        latency = None if self._caller_end is None else event.at - self._caller_end
        self._unwritten.append((event.at, latency))
        self._caller_end = None
        self._status.update("the agent is speaking …")

    def _heard(self, event: Event) -> None:
        self._status.update("the caller is thinking …")
        text = escape(event.text or "(sound without words)")
        _, latency = self._unwritten.pop(0) if self._unwritten else (event.at, None)
        if latency is not None:
            text += f" [{'red' if latency > SLOW_S else 'green'}]({latency:.2f} s)[/]"
        self._line(event.at, "[magenta]agent[/]", text)

    def _note(self, event: Event) -> None:
        if event.kind is Kind.DTMF:
            self._line(event.at, "[cyan]caller[/]", f"presses {escape(event.text)}")
        elif event.kind is Kind.INVALID:
            self._line(event.at, "[red]bot[/]", f"[red]invalid message: {escape(event.text)}[/]")
        elif event.kind is Kind.CLEAR and event.text:
            self._line(event.at, "", f"[dim]the agent is cut short: {escape(event.text)}[/]")

    def _line(self, at: float, who: str, what: str) -> None:
        self._lines.append((at, who, what))
        self._print()

    def _print(self) -> None:
        """Print what began before anything that is still to be written down."""
        until = self._unwritten[0][0] if self._unwritten else float("inf")
        self._lines.sort(key=lambda line: line[0])
        while self._lines and self._lines[0][0] <= until:
            self._console.print(_row(*self._lines.pop(0)))

    def _result(self, label: str, text: str) -> None:
        self._console.print(f"[dim]{label:{LABEL_WIDTH}}[/]{escape(text)}", soft_wrap=True)


def _row(at: float, who: str, what: str) -> Table:
    """One line of the conversation, whose text keeps to its column."""
    row = Table.grid(padding=(0, 2, 0, 0))
    row.add_column(width=WHO_WIDTH, justify="right")
    row.add_column(width=WHO_WIDTH)
    row.add_column(overflow="fold")
    row.add_row(f"[dim]{at:.1f}[/]", who, what)
    return row


def _shown(path: Path) -> str:
    """A path from the current folder, where it is below it."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _numbers(report: Report) -> dict[str, str]:
    numbers = report.document()
    audio = numbers["agent_audio"]
    cut = audio["cut_by_hang_up"]
    gaps = "1 gap" if report.underruns == 1 else f"{report.underruns} gaps"
    latency = ", ".join(f"{name} {value:.2f} s" for name, value in numbers["latency"].items() if value)
    return {
        "ended": f"{report.end_reason} after {report.seconds:.1f} s",
        "latency": latency or "no answer was heard to its end",
        "agent's audio": f"{audio['heard']:.1f} s heard, {gaps} in speech"
        + (f", {cut:.1f} s cut off by the hang-up" if cut else ""),
    }
