"""What `frontdesk check` found, as data: the same facts for the terminal and for `--json`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from frontdesk.errors import Problem


@dataclass(frozen=True)
class ServiceReport:
    """One service that an agent names; `role` is stt, llm, tts, realtime, utils, or as in "stt fallback".

    `model` is the one for the agent's own language; `host` is where it is reached when not at the vendor's
    own address; `keys` are the variables with its credentials, and whether each is set, `or_keys` others that
    would do as well where they are not; `stand_in` is the embedded engine that takes its place, if one does.
    """

    role: str
    vendor: str
    model: str | None
    host: str | None
    keys: Mapping[str, bool]
    stand_in: str | None
    or_keys: Sequence[str] = ()


@dataclass(frozen=True)
class Languages:
    """The language codes of an agent: its own, and those that it has texts and voices in.

    `texts` is key path → codes; a text for every language is not in it. `translates` tells that a prompt
    without text in a call's language is translated.
    """

    own: str
    texts: Mapping[str, Sequence[str]]
    voices: Sequence[str]
    translates: bool


@dataclass(frozen=True)
class ServerReport:
    """One MCP server: its host, or the program that starts it and what that runs.

    `tools` are those that are taken, None for all.
    """

    server: str
    tools: Sequence[str] | None


@dataclass(frozen=True)
class AgentReport:
    """One agent file that is valid in itself.

    `tools` are those that it names, and where each comes from: Frontdesk, the file in the agents' folder,
    or the method and host of a request. `mcp` are the servers of further ones, `flow` is the file's name.
    """

    agent_id: str
    file: str
    default: bool
    numbers: Sequence[str]
    services: Sequence[ServiceReport]
    tools: Mapping[str, str]
    languages: Languages
    generators: Mapping[str, str]
    not_active: Sequence[str]
    mcp: Sequence[ServerReport] = ()
    flow: str | None = None


@dataclass(frozen=True)
class Deployment:
    """What a deployment would be made of.

    `files` are those that the agents use, and whether the image gets them; `extras` those that their vendors
    need, and whether the Dockerfile installs them; `secrets` the variables that they need, and whether `.env`
    has them; `carriers` those whose calls can be hung up by REST, and whether `.env` has what that takes.
    """

    agent_name: str | None
    min_agents: int
    files: Mapping[str, bool]
    extras: Mapping[str, bool]
    secrets: Mapping[str, bool]
    carriers: Mapping[str, bool]


@dataclass(frozen=True)
class Report:
    """Everything; `folder` is that of the agent files."""

    folder: str
    agents: Sequence[AgentReport]
    deployment: Deployment | None = None
    problems: Sequence[Problem] = field(default_factory=list)
    warnings: Sequence[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether the agents can take calls."""
        return not self.problems

    def document(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return {
            "ok": self.ok,
            "folder": self.folder,
            "agents": [asdict(agent) for agent in self.agents],
            "deployment": asdict(self.deployment) if self.deployment else None,
            "problems": [_as_json(problem) for problem in self.problems],
            "warnings": [_as_json(warning) for warning in self.warnings],
        }


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file.removesuffix(f":{problem.line}"),
        "line": problem.line or None,
        "key": problem.key,
        "message": problem.message,
    }
