"""What every call of a process shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from frontdesk.agent import Agents
from frontdesk.generators import Generator
from frontdesk.services.choice import Choices
from frontdesk.tools import Tool


@dataclass(frozen=True)
class House:
    """The agents and, by agent_id, their services and tools; `environ` is the environment at start-up."""

    agents: Agents
    choices: Mapping[str, Choices]
    tools: Mapping[str, Sequence[Tool]]
    generators: Mapping[str, Generator]
    environ: Mapping[str, str]
