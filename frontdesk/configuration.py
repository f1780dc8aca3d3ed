"""The whole configuration: what a bot starts with, and what `frontdesk check` tells of it, in the same words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from frontdesk.agent import AgentConfig, Agents
from frontdesk.agent.advice import advice
from frontdesk.agent.document import KeyPath
from frontdesk.agent.load import Reading, read_agents
from frontdesk.environment import agents_dir
from frontdesk.errors import ConfigError, Problem
from frontdesk.generators import Generator, load_generators
from frontdesk.services.choice import KINDS, Choices, choose, service_problems, service_warnings
from frontdesk.tools import TOOLS


@dataclass(frozen=True)
class Configuration:
    """What every call of a process needs: the agents and, by agent_id, their services; and the generators.

    `warnings` is what does not keep the agents from taking calls.
    """

    agents: Agents
    choices: Mapping[str, Choices]
    generators: Mapping[str, Generator]
    warnings: Sequence[Problem]


@dataclass(frozen=True)
class Survey:
    """The configuration as it was found, whatever is wrong with it."""

    folder: Path
    reading: Reading
    generators: Mapping[str, Generator]
    problems: Sequence[Problem]
    warnings: Sequence[Problem]


def load_configuration(environ: Mapping[str, str]) -> Configuration:
    """The configuration of a bot with this environment; raises ConfigError with every problem."""
    found = survey(environ)
    if found.problems:
        raise ConfigError(found.problems)
    agents = found.reading.agents(environ.get("AGENT"))
    choices = {agent_id: choose(agent, environ) for agent_id, agent in agents.by_id.items()}
    return Configuration(agents, choices, found.generators, found.warnings)


def survey(environ: Mapping[str, str]) -> Survey:
    """Look at the agent files and generators that this environment names; imports no pipecat."""
    folder = agents_dir(environ)
    generators, faults = load_generators(folder)
    reading = read_agents(
        folder,
        environ,
        tools=TOOLS,
        vendors={kind.name: kind.table for kind in KINDS},
        generators=generators,
        check=lambda agent: service_problems(agent, environ),
    )
    return Survey(folder, reading, generators, [*faults, *reading.problems], list(_warnings(reading, environ)))


def _warnings(reading: Reading, environ: Mapping[str, str]) -> Iterator[Problem]:
    for file in reading.files:
        if file.agent is not None:
            yield from (file.document.problem(*about) for about in _of_agent(file.agent, environ))


def _of_agent(agent: AgentConfig, environ: Mapping[str, str]) -> Iterable[tuple[KeyPath, str]]:
    return [*service_warnings(agent, environ), *advice(agent)]
