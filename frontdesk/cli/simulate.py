"""`frontdesk simulate`: a call to the agent from the terminal."""

import asyncio
import contextlib
import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from frontdesk.call import Direction

KEYS_OF_A_PHONE = "0123456789*#ABCD"

NOT_ANSWERED = 1
CANNOT_RUN = 2
INTERRUPTED = 130


class OrderedCommand(TyperCommand):
    """Keeps the arguments as typed, so that --say, --play and --dtmf keep their order among each other."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta["frontdesk.args"] = list(args)
        return super().parse_args(ctx, args)


def _only_keys(values: list[str] | None) -> list[str] | None:
    """The turns of --dtmf, if a phone has all their keys."""
    for value in values or ():
        if not value or value.strip(KEYS_OF_A_PHONE):
            raise typer.BadParameter(f"{value!r} is not on a phone; allowed: 0-9 * # A-D")
    return values


Url = Annotated[
    str | None, typer.Argument(help="A bot's ws:// or wss://; without it the bot is started here.")
]
Say = Annotated[list[str] | None, typer.Option("--say", help="A turn of the caller's; repeatable, in order.")]
Play = Annotated[
    list[Path] | None,
    typer.Option("--play", exists=True, dir_okay=False, help="A WAV file as a turn; repeatable, in order."),
]
Keys = Annotated[
    list[str] | None,
    typer.Option("--dtmf", callback=_only_keys, help="Keys (0-9 * # A-D) as a turn; repeatable, in order."),
]
Agent = Annotated[str | None, typer.Option(help="Which agent to call: its agent_id.")]
Param = Annotated[list[str] | None, typer.Option(help="key=value: a further stream parameter; repeatable.")]
From = Annotated[str, typer.Option("--from", help="The caller's number.")]
To = Annotated[str | None, typer.Option("--to", help="The dialled number.")]
Dialled = Annotated[Direction, typer.Option(help="outbound: as if the agent had placed the call.")]
Wav = Annotated[Path | None, typer.Option(help="Where the stereo WAV goes; default data/simulations/.")]
Timeout = Annotated[float, typer.Option(min=0.1, help="Seconds to wait for the agent's first word.")]
HangUpAfter = Annotated[float, typer.Option(min=0.1, help="The caller hangs up after so many seconds.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def simulate(
    ctx: typer.Context,
    url: Url = None,
    say: Say = None,
    play: Play = None,
    dtmf: Keys = None,
    agent: Agent = None,
    param: Param = None,
    from_number: From = "+15550002222",
    to_number: To = None,
    direction: Dialled = Direction.INBOUND,
    wav: Wav = None,
    timeout: Timeout = 15.0,
    hang_up_after: HangUpAfter = 180.0,
    as_json: Json = False,
) -> None:
    """Call the agent with a phone made of software, and watch the conversation.

    Without --say, --play and --dtmf the caller books an appointment. Exit code 1: the agent did not
    answer, or another one did.
    """
    parameters = {"from_number": from_number, "direction": direction.value} | _pairs(param or [])
    parameters |= {key: value for key, value in (("agent", agent), ("to_number", to_number)) if value}
    _require_engines()
    from frontdesk.simulator.simulation import Simulation

    steps = _steps(ctx.meta["frontdesk.args"])
    _run(Simulation(url, steps, parameters, wav, timeout, hang_up_after), as_json)


def _require_engines() -> None:
    """Exit where the phone cannot speak or listen, with what to install."""
    from frontdesk.simulator import speech

    if missing := speech.missing_engines():
        typer.echo(
            f"The phone speaks and listens with packages that are not installed: {', '.join(missing)}. "
            f"Install them with `uv sync` or `pip install {' '.join(missing)}`.",
            err=True,
        )
        raise typer.Exit(CANNOT_RUN)


def _run(simulation: Any, as_json: bool) -> None:
    from frontdesk.simulator.display import Display
    from frontdesk.simulator.errors import BadAudio
    from frontdesk.simulator.report import Report

    report = Report()
    display = None if as_json else Display()
    try:
        with _as_ctrl_c(), display or contextlib.nullcontext():
            asyncio.run(simulation.run(report, display.show if display else None))
    except BadAudio as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(CANNOT_RUN) from None
    except KeyboardInterrupt:
        report.error = "interrupted"
    if display:
        display.summary(report)
    else:
        typer.echo(json.dumps(report.document(), indent=2))
    if report.error == "interrupted":
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(0 if report.answered and not report.by_another else NOT_ANSWERED)


@contextlib.contextmanager
def _as_ctrl_c() -> Iterator[None]:
    """Take SIGTERM and a closed terminal as Ctrl-C, so that no bot is left behind."""
    # A shell script starts what runs in the background with SIGINT ignored.
    handlers: dict[signal.Signals, Any] = {signal.SIGINT: signal.default_int_handler}
    for name in {"SIGTERM", "SIGHUP"} & set(signal.Signals.__members__):
        handlers[signal.Signals[name]] = lambda *_: signal.raise_signal(signal.SIGINT)
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _pairs(params: list[str]) -> dict[str, str]:
    pairs = dict(param.partition("=")[::2] for param in params if "=" in param)
    if wrong := [param for param in params if "=" not in param]:
        raise typer.BadParameter(f"{wrong[0]!r} is not key=value", param_hint="--param")
    return pairs


def _steps(args: list[str]) -> list[Any]:
    """The caller's turns, in the order in which they were typed."""
    from frontdesk.simulator.step import Play, Press, Say

    kinds = {"--say": Say, "--play": lambda path: Play(Path(path)), "--dtmf": Press}
    steps = []
    for index, arg in enumerate(args):
        name, equals, value = arg.partition("=")
        if name in kinds and (equals or index + 1 < len(args)):
            steps.append(kinds[name](value if equals else args[index + 1]))
    return steps
