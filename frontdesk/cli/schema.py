"""`frontdesk schema`: the JSON Schema of agent files and the reference of their keys, written anew."""

import typer

from frontdesk import environment


def schema() -> None:
    """Write the agent file's JSON Schema and its key reference from the models."""
    from frontdesk.agent_docs import write

    for path in write(environment.root()):
        typer.echo(f"wrote {path}")
