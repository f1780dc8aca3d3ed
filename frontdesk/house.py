"""What every call of a process shares."""

from collections.abc import Mapping
from dataclasses import dataclass

from frontdesk.agent import Agents
from frontdesk.generators import Generator
from frontdesk.services.choice import Choices


@dataclass(frozen=True)
class House:
    """The agents and, by agent_id, their services; `environ` is the environment at start-up."""

    agents: Agents
    choices: Mapping[str, Choices]
    generators: Mapping[str, Generator]
    environ: Mapping[str, str]
