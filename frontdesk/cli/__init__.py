"""The command line: one file per command."""

import typer

import frontdesk  # noqa: F401 (sets ORT_DISABLE_TELEMETRY before any command imports onnxruntime)
from frontdesk.cli.check import check
from frontdesk.cli.schema import schema
from frontdesk.cli.simulate import OrderedCommand, simulate

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def root() -> None:
    """Frontdesk: a phone agent as a bot image."""


app.command()(check)
app.command()(schema)
app.command(cls=OrderedCommand)(simulate)


def main() -> None:
    """The console script."""
    app()
