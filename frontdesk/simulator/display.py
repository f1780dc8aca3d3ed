"""A simulated call in the terminal, as it happens."""

import sys

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from frontdesk.simulator.event import Event, Kind
from frontdesk.simulator.report import Report

SLOW_S = 1.5


class Display:
    """Prints who speaks, what was said and how fast the answer came."""

    def __init__(self, console: Console | None = None):
        self._console = console or Console(file=sys.stdout, highlight=False)
        self._status = self._console.status("Starting …")
        self._caller_end: float | None = 0.0

    def __enter__(self) -> "Display":
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def show(self, event: Event) -> None:
        """Take one event."""
        match event.kind:
            case Kind.CALLER_SPEAKS | Kind.BARGE_IN:
                self._say(event)
            case Kind.CALLER_SPOKE:
                self._caller_end = event.at
                self._status.update("waiting for the agent …")
            case Kind.AGENT_SPEAKS:
                self._status.update("the agent is speaking …")
            case Kind.AGENT_SPOKE:
                self._status.update("writing down …")
            case Kind.HEARD:
                self._heard(event)
            case Kind.CLEAR if event.text:
                self._note(event)
            case Kind.DTMF | Kind.INVALID | Kind.ENDED:
                self._note(event)

    def summary(self, report: Report) -> None:
        """The result, once the call is over."""
        if report.error:
            self._console.print(f"[bold red]Not answered:[/] {escape(report.error)}", soft_wrap=True)
        if report.turns:
            self._console.print(_numbers(report))
        for name, path in (("WAV", report.wav), ("Record", report.record), ("Bot's log", report.bot_log)):
            if path:
                self._console.print(f"{name}: {escape(str(path))}", soft_wrap=True)

    def _say(self, event: Event) -> None:
        self._status.update("the caller is speaking …")
        mark = " [yellow](barges in)[/]" if event.kind is Kind.BARGE_IN else ""
        self._line(event.at, "[cyan]caller[/]", escape(event.text) + mark)

    def _heard(self, event: Event) -> None:
        self._status.update("the caller is thinking …")
        text = escape(event.text or "(sound without words)")
        if self._caller_end is not None and event.at >= self._caller_end:
            latency, self._caller_end = event.at - self._caller_end, None
            text += f"  [{'red' if latency > SLOW_S else 'green'}]{latency:.2f} s[/]"
        self._line(event.at, "[magenta]agent [/]", text)

    def _note(self, event: Event) -> None:
        self._line(event.at, "      ", f"[dim]{escape(f'{event.kind} {event.text}'.strip())}[/]")

    def _line(self, at: float, who: str, what: str) -> None:
        self._console.print(f"[dim]{at:6.1f}[/]  {who}  {what}", soft_wrap=True)


def _numbers(report: Report) -> Table:
    numbers = report.document()
    latency, audio = numbers["latency"], numbers["agent_audio"]
    table = Table(box=None, show_header=False, pad_edge=False)
    rows = {
        "ended": f"{report.end_reason} after {report.seconds:.1f} s",
        "latency": " · ".join(f"{name} {_seconds(value)}" for name, value in latency.items()),
        "agent's audio": f"{audio['heard']} s heard, {audio['cut_by_hang_up']} s cut off by the hang-up, "
        f"{report.underruns} underruns",
    }
    for name, text in rows.items():
        table.add_row(f"[dim]{name}[/]", text)
    return table


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s"
