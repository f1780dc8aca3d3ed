"""`frontdesk check --deploy`: whether a deployment would have all that the agents need."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from frontdesk.agent.document import Document
from frontdesk.check.agents import Named, named_services
from frontdesk.check.deploy_file import NAME, build_settings, deploy_file_problems, read_deploy_file
from frontdesk.check.dotenv import Line, line_problems, read_lines, usable
from frontdesk.check.image import Image, missing_extras, places, problems
from frontdesk.check.report import Deployment
from frontdesk.check.secrets import carriers, carriers_hint, needed
from frontdesk.configuration import Survey
from frontdesk.errors import Problem
from frontdesk.services.kinds import EMBEDDED


@dataclass
class Inspection:
    """The files of a deployment in `root`, held against the agents that `environ`, the one here, makes."""

    root: Path
    found: Survey
    environ: Mapping[str, str]
    deploy_file: Document = field(init=False)
    faulty: Mapping[Line, Problem] = field(init=False)
    dotenv: Mapping[str, str] = field(init=False)
    services: list[Named] = field(init=False)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.deploy_file = read_deploy_file(self.root / NAME)
        lines = read_lines(self.root / ".env")
        self.faulty = dict(line_problems(self.root / ".env", lines))
        self.dotenv = usable(lines, self.faulty)
        self.services = [one for file in self.found.reading.files for one in named_services(file)]

    def run(self) -> Deployment:
        """Look at everything; the problems and warnings are this object's afterwards."""
        self.problems += self.deploy_file.problems
        if not self.deploy_file.problems:
            self.problems += deploy_file_problems(self.deploy_file, self.root / NAME)
        self.warnings += deploy_warnings(self.deploy_file, self.found, deploying=True)
        self._no_embedded()
        files, extras = self._image()
        return Deployment(
            agent_name=self._setting("agent_name", str),
            min_agents=min_agents(self.deploy_file),
            files=files,
            extras=extras,
            secrets=self._secrets(),
            carriers=carriers(self.dotenv),
        )

    def _setting(self, name: str, kind: type) -> Any:
        value = self.deploy_file.data.get(name)
        return value if isinstance(value, kind) else None

    def _no_embedded(self) -> None:
        for one in self.services:
            if one.choice.row == EMBEDDED:
                message = "the image has no embedded engines; name a vendor for a deployed agent"
                self.problems.append(one.file.document.problem((*one.choice.path, "vendor"), message))

    def _image(self) -> tuple[dict[str, bool], dict[str, bool]]:
        """Which of the agents' files and their vendors' extras the image gets."""
        build = build_settings(self.deploy_file)
        cloud = not any(self.deploy_file.data.get(name) for name in ("image", "build_id", "git"))
        try:
            context = (self.root / build.context_dir).resolve()
            image = Image(context, build.dockerfile, cloud, build.exclude.patterns)
        except (OSError, ValueError) as error:
            self.problems.append(Problem(build.dockerfile, "", f"cannot be read: {error}"))
            return {}, {}
        used = self._used_files()
        environ = {**image.dockerfile.variables, **self.dotenv}
        faults = image.faults(dict(places(self.root, self.found.folder, used, environ)))
        extras = self._extras()
        self.problems += [*problems(faults, self.root), *missing_extras(image, extras)]
        installed = {extra: image.dockerfile.installs(extra) for extra in extras}
        return {path.name: path not in faults for path in used}, installed

    def _used_files(self) -> list[Path]:
        code = sorted(self.found.folder.rglob("*.py"))
        flows = dict.fromkeys(agent.flow for agent in self.found.agents if agent.flow is not None)
        return [*(file.path for file in self.found.reading.files), *flows, *code, *self._tool_files()]

    def _tool_files(self) -> list[Path]:
        """What the functions in the folder of tools are configured with."""
        folder = self.found.folder / "tools"
        return sorted([*folder.rglob("*.yaml"), *folder.rglob("*.json")])

    def _extras(self) -> dict[str, list[str]]:
        """The extras that vendors need: extra → the agents that name them."""
        users: dict[str, list[str]] = {}
        for one in self.services:
            # An extra that brings no module is one in name only: the image works without it.
            extra = one.vendor.extra if one.vendor and one.vendor.modules else None
            if extra and one.agent.agent_id not in users.setdefault(extra, []):
                users[extra].append(one.agent.agent_id)
        return users

    def _secrets(self) -> dict[str, bool]:
        """The variables that the agents need, and whether `.env` has them."""
        if not (self.root / ".env").is_file():
            message = "is missing; copy .env.example to it: it is what the set of secrets is made from"
            self.problems.append(Problem(".env", "", message))
        self.problems += self.faulty.values()
        needs = needed(self.found.reading.files, self.services, self.dotenv)
        told = {line.variable for line in self.faulty}
        for need in needs:
            if need.variable in self.dotenv or need.variable in told:
                continue
            if not need.spare:
                self.problems.append(need.problem())
            elif self.environ.get(need.variable):  # else it is left out here too, which is told already
                self.warnings.append(need.problem())
        if needs and not self._setting("secret_set", str):
            message = "is not set: without it, and without --secrets, the bot has none of its variables"
            self.warnings.append(self.deploy_file.problem(("secret_set",), message))
        self.warnings += carriers_hint(self.dotenv, bound=has_numbers(self.found))
        return {need.variable: need.variable in self.dotenv for need in needs}


def has_numbers(found: Survey) -> bool:
    """Whether an agent file claims a number; agents may also be reached through what a carrier is told."""
    return any(agent.numbers for agent in found.agents)


def min_agents(document: Document) -> int:
    """How many instances are kept warm."""
    scaling = document.data.get("scaling")
    found = scaling.get("min_agents", 0) if isinstance(scaling, dict) else 0
    return found if isinstance(found, int) else 0


def deploy_warnings(document: Document, found: Survey, *, deploying: bool = False) -> Iterator[Problem]:
    """What in pcc-deploy.toml costs calls or money, given the agents; more of it when they are deployed."""
    data, bound = document.data, has_numbers(found)
    if min_agents(document) == 0 and (bound or deploying):
        when = "is 0 and a number is bound:" if bound else "is 0: should phone calls come in,"
        message = f"{when} who calls first waits for a cold start"
        yield document.problem(("scaling", "min_agents"), message)
    if bound and data.get("websocket_auth") not in (None, "none"):
        message = "no phone call gets through: carriers cannot fetch a token"
        yield document.problem(("websocket_auth",), message)
    longest = max((agent.call_max_duration or 0 for agent in found.agents), default=0)
    cut_off = data.get("max_session_duration")
    if isinstance(cut_off, int) and cut_off < longest:
        message = f"cuts calls off after {cut_off} s; an agent says goodbye after {longest:g} s"
        yield document.problem(("max_session_duration",), message)
