"""`frontdesk check`: the agent files, and with --deploy the deployment, before anyone calls."""

import contextlib
import json
import sys
from typing import Annotated

import typer

from frontdesk.environment import environment, root

Deploy = Annotated[bool, typer.Option("--deploy", help="Check pcc-deploy.toml, Dockerfile and .env as well.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def check(deploy: Deploy = False, as_json: Json = False) -> None:
    """Check the agent files: what each agent answers, with what, and everything that is wrong.

    Exit code 1: there are problems. Warnings alone are 0.
    """
    from frontdesk.check import inspect

    # A generator of one's own may print when it is imported; stdout is the report's.
    with contextlib.redirect_stdout(sys.stderr):
        report = inspect(environment(), root(), deploy=deploy)
    if as_json:
        typer.echo(json.dumps(report.document(), indent=2))
    else:
        from frontdesk.check.display import show

        show(report)
    raise typer.Exit(0 if report.ok else 1)
