"""The report in a terminal: a table for each agent, then what is wrong and what to think about."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from frontdesk.check.report import AgentReport, Deployment, Languages, Report, ServiceReport
from frontdesk.check.tools import OWN
from frontdesk.errors import Problem

# Where it is not a terminal that shows it: one line for each row, however long.
UNWRAPPED = 10_000

# How far the lines of a problem stand in from its mark.
INDENT = 2

Row = tuple[str, Text | str]


def show(report: Report, console: Console | None = None) -> None:
    """Print the report."""
    console = console or Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console.width = UNWRAPPED
    for agent in report.agents:
        _table(console, agent.agent_id, _agent_rows(agent))
    if report.deployment:
        _table(console, "deployment", _deployment_rows(report.deployment))
    _list(console, "Problems", "✗", "red", report.problems)
    _list(console, "Warnings", "!", "yellow", report.warnings)
    console.print(_summary(report))


def _table(console: Console, title: str, rows: Iterable[Row]) -> None:
    table = Table(box=box.ROUNDED, show_header=False)
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in rows:
        table.add_row(label, value)
    console.print(Text(title, style="bold"), table, "", sep="\n")


def _agent_rows(agent: AgentReport) -> Iterator[Row]:
    yield "file", agent.file
    yield "answers", _answers(agent)
    for service in agent.services:
        yield service.role, _service(service)
    yield "tools", _tools(agent.tools) or Text("none", style="yellow")
    for one in agent.mcp:
        yield "mcp", f"{one.server}: {'all its tools' if one.tools is None else ', '.join(one.tools)}"
    if agent.flow:
        yield "flow", agent.flow
    yield "languages", _languages(agent.languages)
    if agent.generators:
        named = (f"{name} by {generator}" for name, generator in agent.generators.items())
        yield "computed", "\n".join(named)
    if agent.not_active:
        yield "not active yet", Text(", ".join(agent.not_active), style="yellow")


def _answers(agent: AgentReport) -> str:
    claimed = [*agent.numbers, *(["whatever no other agent claims"] if agent.default else [])]
    return ", ".join(claimed) or "only calls whose session names it"


def _tools(tools: Mapping[str, str]) -> str:
    """Frontdesk's own in one line, then a line for each other one."""
    own = ", ".join(name for name, source in tools.items() if source == OWN)
    others = (f"{name} ({source})" for name, source in tools.items() if source != OWN)
    return "\n".join(filter(None, (own, *others)))


def _service(service: ServiceReport) -> Text:
    text = Text(" ".join(filter(None, (service.vendor, service.model))))
    if service.host:
        text.append(f" at {service.host}")
    for name, is_set in service.keys.items():
        text.append("\n")
        text.append(*_there(name, is_set))
    for names in service.or_keys:
        text.append(f"\n  or {names}", style="red")
    if service.stand_in:
        text.append(f"\nstand-in: {service.stand_in}", style="yellow")
    return text


def _there(name: str, there: bool) -> tuple[str, str]:
    """A name with a mark, and its style."""
    return (f"✓ {name}", "green") if there else (f"✗ {name} missing", "red")


def _languages(languages: Languages) -> Text:
    text = Text(languages.own)
    for path, codes in languages.texts.items():
        text.append(f"\n{path}: {', '.join(codes)}")
    if languages.voices:
        text.append(f"\ntts.voices: {', '.join(languages.voices)}")
    if languages.translates:
        text.append("\nprompts in any other are translated")
    return text


def _deployment_rows(deployment: Deployment) -> Iterator[Row]:
    yield "agent", deployment.agent_name or Text("none", style="red")
    yield "min_agents", str(deployment.min_agents)
    for label, found in (
        ("files", deployment.files),
        ("extras", deployment.extras),
        ("secrets", deployment.secrets),
    ):
        if found:
            yield label, _marks(found)
    carriers = [name for name, there in deployment.carriers.items() if there]
    yield "carriers", ", ".join(carriers) or "none has credentials"


def _marks(found: Mapping[str, bool]) -> Text:
    return Text("\n").join(Text(*_there(name, there)) for name, there in found.items())


def _list(console: Console, title: str, mark: str, colour: str, problems: Sequence[Problem]) -> None:
    if not problems:
        return
    console.print(Text(title, style=f"bold {colour}"))
    for problem in problems:
        lines = Text(str(problem)).wrap(console, max(1, console.width - INDENT), overflow="fold")
        for line in lines:
            line.rstrip()
        console.print(Text.assemble((f"{mark} ", colour), Text("\n" + " " * INDENT).join(lines)))
    console.print()


def _summary(report: Report) -> Text:
    counts = (
        (len(report.agents), "agent", "bold"),
        (len(report.problems), "problem", "bold red" if report.problems else "bold green"),
        (len(report.warnings), "warning", "bold yellow" if report.warnings else "bold green"),
    )
    shown = [Text(f"{count} {name}{'' if count == 1 else 's'}", style=style) for count, name, style in counts]
    return Text(", ").join(shown)
