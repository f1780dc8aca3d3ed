"""`frontdesk check`: the agent files, and with --deploy the deployment, before anyone calls."""

import contextlib
import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from frontdesk import environment
from frontdesk.errors import ConfigError

if TYPE_CHECKING:
    from frontdesk.check import Report

Deploy = Annotated[bool, typer.Option("--deploy", help="Check pcc-deploy.toml, Dockerfile and .env as well.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def check(deploy: Deploy = False, as_json: Json = False) -> None:
    """Check the agent files: what each agent answers, with what, and everything that is wrong.

    Exit code 1: there are problems. Warnings alone are 0.
    """
    # A generator of one's own may print when it is imported; stdout is the report's.
    with contextlib.redirect_stdout(sys.stderr):
        report = _inspect(deploy)
    if as_json:
        typer.echo(json.dumps(report.document(), indent=2))
    else:
        from frontdesk.check.display import show

        show(report)
    raise typer.Exit(0 if report.ok else 1)


def _inspect(deploy: bool) -> "Report":
    from frontdesk.check import Report, inspect

    try:
        environ = environment.bot_environ()
    except ConfigError as error:
        return Report(str(environment.root()), [], problems=error.problems)
    return inspect(environ, environment.root(), deploy=deploy)
