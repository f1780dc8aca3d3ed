"""The configuration: what a bot starts with, and what `frontdesk check` says of it in the same words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from frontdesk.agent import AgentConfig, Agents
from frontdesk.agent.advice import advice
from frontdesk.agent.document import Document, KeyPath
from frontdesk.agent.flow_file import flow_problems, flow_warnings
from frontdesk.agent.load import AgentFile, Reading, read_agents
from frontdesk.environment import agents_dir
from frontdesk.errors import ConfigError, Problem
from frontdesk.generators import Generator, load_generators
from frontdesk.services.choice import Choices, choose
from frontdesk.services.gone import GONE
from frontdesk.services.kinds import KINDS, REALTIME_KIND
from frontdesk.services.packages import package_problems, package_warnings
from frontdesk.services.problems import service_problems, service_warnings
from frontdesk.tools import TOOLS, Tool
from frontdesk.tools.assembly import tool_problems, tool_warnings, tools_of
from frontdesk.tools.custom import Custom, load_custom

# Kind of service → the vendors that a file may name; which of the LLMs can be spoken to is checked later.
VENDORS = {kind.name: kind.vendors for kind in KINDS}
VENDORS["llm"] |= REALTIME_KIND.vendors

# A key path in an agent file, and what is to be said of it.
About = tuple[KeyPath, str]


@dataclass(frozen=True)
class Configuration:
    """What every call of a process needs: the agents and, by agent_id, services and tools; and generators.

    `documents` are, by agent_id too, the files as they were read; `warnings` is what does not keep the
    agents from taking calls.
    """

    agents: Agents
    choices: Mapping[str, Choices]
    tools: Mapping[str, Sequence[Tool]]
    generators: Mapping[str, Generator]
    documents: Mapping[str, Document]
    warnings: Sequence[Problem]


@dataclass(frozen=True)
class Survey:
    """The configuration as it was found, whatever is wrong with it."""

    folder: Path
    reading: Reading
    generators: Mapping[str, Generator]
    custom: Custom
    problems: Sequence[Problem]
    warnings: Sequence[Problem]

    @property
    def agents(self) -> list[AgentConfig]:
        """The agents of the files that are valid in themselves."""
        return [file.agent for file in self.reading.files if file.agent is not None]


def load_configuration(environ: Mapping[str, str]) -> Configuration:
    """The configuration of a bot with this environment; raises ConfigError with every problem."""
    found = survey(environ)
    if found.problems:
        raise ConfigError(found.problems)
    agents = found.reading.agents(environ.get("AGENT"))
    choices = {agent_id: choose(agent, environ) for agent_id, agent in agents.by_id.items()}
    documents = {file.agent_id: file.document for file in found.reading.files}
    tools = {agent_id: tools_of(agent, found.custom) for agent_id, agent in agents.by_id.items()}
    return Configuration(agents, choices, tools, found.generators, documents, found.warnings)


def survey(environ: Mapping[str, str]) -> Survey:
    """Look at the agent files, generators and tools that this environment names; imports no pipecat."""
    folder = agents_dir(environ)
    loaded = load_generators(folder)
    custom, wrong_tools, faulty_tools = load_custom(folder, environ)
    unsound: set[Path | None] = set()
    looked_at: dict[Path | None, AgentConfig] = {}

    def check(agent: AgentConfig) -> list[About]:
        looked_at[agent.source] = agent
        found = list(service_problems(agent, environ))
        if found:
            unsound.add(agent.source)
        return [*found, *tool_problems(agent, custom)]

    reading = read_agents(
        folder,
        environ,
        tools={*TOOLS, *custom.tools, *faulty_tools},
        vendors=VENDORS,
        generators={*loaded.generators, *loaded.faulty},
        gone=GONE,
        check=check,
    )
    valid = [file.agent for file in reading.files if file.agent is not None]
    # Agents may share a flow, whose own problems are told once.
    listable = {*TOOLS, *custom.tools}
    flows = dict.fromkeys(problem for agent in valid for problem in flow_problems(agent, listable))
    packages = [
        file.document.problem(path, text)
        for file in reading.files
        if file.path in looked_at
        for path, text in package_problems(looked_at[file.path], environ, looked_at.values())
    ]
    problems = [
        *loaded.problems,
        *wrong_tools,
        *_not_async(reading, custom),
        *reading.problems,
        *flows,
        *packages,
    ]
    warnings = dict.fromkeys(
        warning
        for file in reading.files
        for warning in _warnings(file, environ, looked_at.values(), sound=file.path not in unsound)
    )
    return Survey(folder, reading, loaded.generators, custom, problems, [*warnings])


def _not_async(reading: Reading, custom: Custom) -> Iterator[Problem]:
    """Functions that an agent lists as tools and that cannot be any."""
    files = [file.document.data for file in reading.files if isinstance(file.document.data, dict)]
    given = [tools for file in files if isinstance(tools := file.get("tools"), dict)]
    listed = {
        name
        for tools in given
        for name, use in tools.items()
        if not (isinstance(use, dict) and "url" in use)  # a request may have the name of a helper
    }
    yield from (problem for name, problem in custom.plain.items() if name in listed - custom.tools.keys())


def _warnings(
    file: AgentFile, environ: Mapping[str, str], together: Iterable[AgentConfig], *, sound: bool
) -> list[Problem]:
    """What is to be said of a valid agent file, by its lines; then of its flow."""
    if file.agent is None:
        return []
    about = warnings_of(file.agent, environ, together, sound=sound)
    told = [file.document.problem(path, text) for path, text in about]
    return [*sorted(told, key=lambda problem: problem.line), *flow_warnings(file.agent)]


def warnings_of(
    agent: AgentConfig,
    environ: Mapping[str, str],
    together: Iterable[AgentConfig] = (),
    *,
    sound: bool = True,
) -> list[About]:
    """What does not keep an agent from taking calls, and costs money, or calls.

    `together` are all agents of the bot; `sound` tells that no problem was found with its services.
    """
    services = service_warnings(agent, environ) if sound else ()
    packages = package_warnings(agent, environ, together)
    return [*services, *packages, *tool_warnings(agent, environ), *advice(agent)]
