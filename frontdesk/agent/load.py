"""The agent files of a folder, checked together."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, Unpack

from pydantic import ValidationError

from frontdesk.agent.choose import Agents
from frontdesk.agent.document import Document, KeyPath, read_document
from frontdesk.agent.document_secrets import with_secrets
from frontdesk.agent.folder import agent_files, folder_problems
from frontdesk.agent.problems import as_written, problems_of, suggestion, unknown_key, with_value
from frontdesk.agent.salvage import is_sound, salvage
from frontdesk.agent.schema import AgentConfig
from frontdesk.agent.types import Known, input_name
from frontdesk.errors import ConfigError, Problem

NOT_IN_FILES = [key for key, field in AgentConfig.model_fields.items() if field.exclude]

# Looks at a valid agent for what its services do not know: (key path, what is wrong).
Check = Callable[[AgentConfig], Iterable[tuple[KeyPath, str]]]


@dataclass
class AgentFile:
    """One agent file; `agent` is what it says, or None where it cannot be one."""

    path: Path
    document: Document
    agent: AgentConfig | None = None

    def claimed(self, key: str, default: Any = None) -> Any:
        """What the file says for a key, also when the rest of it is wrong."""
        data = self.document.data
        return data.get(key, default) if isinstance(data, dict) else default

    @property
    def agent_id(self) -> str:
        claimed = self.claimed("agent_id")
        return claimed if isinstance(claimed, str) else self.default_id

    @property
    def default_id(self) -> str:
        """The file's name: `_config.yaml` → config."""
        return self.path.stem.lstrip("_") or self.path.stem


@dataclass(frozen=True)
class Reading:
    """All that was found in a folder: its agent files, and every problem of every one."""

    files: Sequence[AgentFile]
    problems: Sequence[Problem]

    def agents(self, wanted: str | None) -> Agents:
        """The agents, with `wanted` as the default if it is given; raises ConfigError with every problem."""
        if self.problems:
            raise ConfigError(self.problems)
        by_id = {file.agent.agent_id: file.agent for file in self.files if file.agent is not None}
        return Agents(by_id, _default(by_id, wanted))


class Allowed(TypedDict, total=False):
    """What agent files may name, and who looks at them; see `read_agents`."""

    tools: Collection[str] | None
    vendors: Mapping[str, Collection[str]] | None
    generators: Collection[str] | None
    gone: Mapping[str, Mapping[str, str]] | None
    check: Check | None


def load_agents(folder: Path, environ: Mapping[str, str], **allowed: Unpack[Allowed]) -> Agents:
    """The agents of a folder; `allowed` as for `read_agents`. Raises ConfigError with every problem."""
    return read_agents(folder, environ, **allowed).agents(environ.get("AGENT"))


def read_agents(
    folder: Path,
    environ: Mapping[str, str],
    *,
    tools: Collection[str] | None = None,
    vendors: Mapping[str, Collection[str]] | None = None,
    generators: Collection[str] | None = None,
    gone: Mapping[str, Mapping[str, str]] | None = None,
    check: Check | None = None,
) -> Reading:
    """Read `*.yaml` of a folder, but for names with a second dot, which belong to an agent file.

    `tools`, `vendors` (stt, llm, tts → names) and `generators` are the names that are allowed; without them
    any is. `gone` (the same kinds) is the vendors that there were once: name → the nearest there is.
    `check` is called with each agent; of a file with mistakes, with the rest of it.
    """
    files = [AgentFile(path, read_document(path, environ)) for path in agent_files(folder)]
    problems: list[Problem] = []
    for file in files:
        found = list(file.document.problems)
        if not found or file.document.data is not None:
            inputs = _input_names(file)
            known = Known(tools, vendors or {}, gone or {}, generators, inputs, file.path.parent)
            found += _validate(file, known)
            found += _checked(file, known, check) if check is not None else []
        problems += sorted(found, key=lambda problem: problem.line)
    problems += [*folder_problems(folder, environ), *_conflicts(files)]
    if all(isinstance(file.document.data, dict) for file in files):
        problems += _default_problems(files, environ.get("AGENT"))
    return Reading(files, problems)


def _input_names(file: AgentFile) -> Collection[str]:
    inputs = file.claimed("agent_inputs")
    meant = map(input_name, inputs) if isinstance(inputs, dict) else ()
    return [name for name in meant if name]


def _validate(file: AgentFile, known: Known) -> list[Problem]:
    document = file.document
    if not isinstance(document.data, dict):
        return [document.problem((), "must hold keys and values" if document.data else "is empty")]
    unknown = [key for key in document.data if key in NOT_IN_FILES]
    problems = [document.problem((key,), unknown_key(AgentConfig, (key,))) for key in unknown]
    try:
        agent = AgentConfig.model_validate(_with_own_facts(file), context=known)
    except ValidationError as error:
        return problems + problems_of(document, error, AgentConfig)
    if agent.llm.main.vendor == "embedded" and agent.script is None:
        script = file.path.with_suffix(".script.yaml").name
        message = f"the vendor embedded speaks from a script, and there is no {script}"
        problems.append(document.problem(("llm", "main", "vendor"), message))
    file.agent = with_secrets(agent, document)
    return problems


def _with_own_facts(file: AgentFile) -> dict[str, Any]:
    """The keys of a file, and what its name and its place say."""
    script = file.path.with_suffix(".script.yaml")
    keys = {key: value for key, value in file.document.data.items() if key not in NOT_IN_FILES}
    found = {"script": script if script.is_file() else None, "source": file.path}
    return {"agent_id": file.default_id} | keys | found


def _checked(file: AgentFile, known: Known, check: Check) -> list[Problem]:
    """What `check` says of a file; of one with mistakes, what it says of the rest."""
    agent, taken = file.agent, set[KeyPath]()
    if agent is None and isinstance(file.document.data, dict):
        agent, taken = salvage(_with_own_facts(file), known)
    found = [(as_written(file.document, path), text) for path, text in check(agent)] if agent else ()
    told = ((path, with_value(file.document, path, message)) for path, message in found)
    return [file.document.problem(path, message) for path, message in told if is_sound(path, taken)]


def _conflicts(files: list[AgentFile]) -> Iterator[Problem]:
    """What two files claim, or one file twice: an id, a number, being the default."""
    owners: dict[tuple[str, str], str] = {}
    for file in files:
        for key, value, path in _claims(file):
            owner = owners.setdefault((key, value), file.path.name)
            if owner != file.path.name:
                shown = file.document.raw.get(path, value)
                yield file.document.problem(path, f"{shown} is already claimed by {owner}")


def _claims(file: AgentFile) -> Iterator[tuple[str, str, KeyPath]]:
    yield "agent_id", file.agent_id, ("agent_id",)
    numbers = file.claimed("numbers")
    for index, number in enumerate(numbers if isinstance(numbers, list) else []):
        yield "numbers", str(number), ("numbers", index)
    if file.claimed("default") is True:
        yield "default", "true", ("default",)


def _default_problems(files: list[AgentFile], wanted: str | None) -> Iterator[Problem]:
    ids = [file.agent_id for file in files]
    if wanted and files and wanted not in ids:
        yield Problem("environment", "AGENT", f"no agent {wanted!r}{suggestion(wanted, ids)}")
    if not wanted and len(files) > 1 and not any(file.claimed("default") is True for file in files):
        message = "several agents and no default: write `default: true` in one of them, or set AGENT"
        yield Problem(str(files[0].path.parent), "", message)


def _default(agents: Mapping[str, AgentConfig], wanted: str | None) -> AgentConfig:
    if wanted:
        return agents[wanted]
    chosen = [agent for agent in agents.values() if agent.default]
    return chosen[0] if chosen else next(iter(agents.values()))
