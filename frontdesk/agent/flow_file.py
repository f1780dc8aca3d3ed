"""A flow file, read and checked against the agent that it leads; pipecat itself is not needed for that."""

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from frontdesk.agent.document import Document, read_document
from frontdesk.agent.flow_checks import Found, faults, oddities
from frontdesk.agent.flow_keys import FlowKeys
from frontdesk.agent.problems import problems_of
from frontdesk.agent.schema import AgentConfig
from frontdesk.errors import Problem


class FlowFile(NamedTuple):
    """A flow file as it was found; `keys` is None where it cannot be a flow."""

    document: Document
    keys: FlowKeys | None
    problems: list[Problem]


def read_flow(path: Path) -> FlowFile:
    """Read a flow file; never raises for what it holds."""
    document = read_document(path, environ=None)
    if not document.problems and not isinstance(document.data, dict):
        document.add((), "must hold keys and values; a flow has initial_node and nodes")
    if document.problems:
        return FlowFile(document, None, document.problems)
    try:
        return FlowFile(document, FlowKeys.model_validate(document.data), [])
    except ValidationError as error:
        return FlowFile(document, None, problems_of(document, error, FlowKeys))


def flow_problems(agent: AgentConfig, listable: Collection[str] = ()) -> list[Problem]:
    """What is wrong with the flow of an agent, in the order of the flow's file; nothing where it has none.

    `listable` are the tools that any agent may list.
    """
    if agent.flow is None:
        return []
    file = read_flow(agent.flow)
    found = _told(file, agent, partial(faults, listable=listable))
    return sorted([*file.problems, *found], key=lambda problem: problem.line)


def flow_warnings(agent: AgentConfig) -> list[Problem]:
    """What is of no use in the flow of an agent, or of the agent's tools beside it."""
    return _told(read_flow(agent.flow), agent, oddities) if agent.flow is not None else []


def _told(
    file: FlowFile, agent: AgentConfig, look: Callable[[FlowKeys, AgentConfig], Found]
) -> list[Problem]:
    if file.keys is None:
        return []
    return [file.document.problem(path, message) for path, message in look(file.keys, agent)]
