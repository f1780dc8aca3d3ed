"""pcc-deploy.toml, checked against the installed Pipecat command line, which is what will read it."""

import contextlib
import re
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from frontdesk.agent.document import Document, KeyPath
from frontdesk.agent.problems import problems_of
from frontdesk.errors import Problem

NAME = "pcc-deploy.toml"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Docker(_Section):
    """What `pipecat cloud docker` reads of [docker]; it has no class of its own."""

    registry: Literal["dockerhub", "custom"] | None = None
    registry_username: str | None = None
    registry_url: str | None = None
    auto_latest: bool = True


class Exclude(_Section):
    patterns: list[str] = []


class Build(_Section):
    """What the cloud build reads of [build]."""

    context_dir: str = "."
    dockerfile: str = "Dockerfile"
    exclude: Exclude = Exclude()


def read_deploy_file(path: Path) -> Document:
    """Read a pcc-deploy.toml; never raises for what it holds: see `Document.problems`."""
    document = Document(path.name, {})
    try:
        text = path.read_text(encoding="utf-8")
        document.data = tomllib.loads(text)
    except FileNotFoundError:
        document.add((), "is missing; `pipecat cloud deploy` reads the agent's name and its secrets from it")
    except (OSError, UnicodeDecodeError) as error:
        document.add((), f"cannot be read: {error}")
    except RecursionError:
        document.add((), "is nested too deeply")
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+),.*\)", str(error))
        document.lines[()] = int(place[1]) if place else len(text.splitlines())
        document.add((), f"is not valid TOML: {re.sub(r' [(]at .*[)]$', '', str(error))}")
    else:
        document.lines |= _lines(text)
    return document


def deploy_file_problems(document: Document, path: Path) -> Iterator[Problem]:
    """What the command line refuses in a file that could be read; it itself is asked, without the network."""
    found = _of_names_and_types(document)
    found += _of_values(document, told={problem.key.partition(".")[0] for problem in found})
    if not document.data.get("agent_name"):
        found.append(document.problem(("agent_name",), "is missing; it is the agent's name on Pipecat Cloud"))
    yield from sorted(found, key=lambda problem: problem.line) or _of_the_whole(document, path)


def build_settings(document: Document) -> Build:
    """What the file says of the build; the defaults where what it says is wrong."""
    try:
        return Build.model_validate(document.data.get("build", {}))
    except ValidationError:
        return Build()


def _of_names_and_types(document: Document) -> list[Problem]:
    model = _model()
    try:
        model.model_validate(document.data)
    except ValidationError as error:
        return problems_of(document, error, model)
    return []


def _model() -> type[BaseModel]:
    """The keys that the command line knows, with the types that it declares for them."""
    from pipecatcloud._utils.deploy_utils import DeployConfigParams

    internal = {"docker_config", "build_config", "force_redeploy", *_tables()}
    fields: dict[str, Any] = {"docker": (_Docker, _Docker()), "build": (Build, Build())}
    fields |= {name: (_fields(table), None) for name, table in _tables().items()}
    fields |= {name: (kind, None) for name, kind in _types(DeployConfigParams) if name not in internal}
    return create_model("DeployFile", __base__=_Section, **fields)


def _tables() -> dict[str, Any]:
    from pipecatcloud._utils import deploy_utils

    return {
        "scaling": deploy_utils.ScalingParams,
        "krisp_viva": deploy_utils.KrispVivaConfig,
        "resources": deploy_utils.ResourcesConfig,
        "git": deploy_utils.GitSourceConfig,
    }


def _fields(table: Any) -> type[BaseModel]:
    fields: dict[str, Any] = {name: (kind, None) for name, kind in _types(table)}
    return create_model(str(table.__name__), __base__=_Section, **fields)


def _types(table: Any) -> Iterator[tuple[str, Any]]:
    import attr

    yield from ((field.name, field.type) for field in attr.fields(table))


def _of_values(document: Document, told: Collection[str]) -> Iterator[Problem]:
    """The rules that the command line's own classes have for each table, and for each key alone."""
    from pipecatcloud._utils.deploy_utils import DeployConfigParams

    for name, value in document.data.items():
        table = _tables().get(name)
        if name in told or name in ("docker", "build"):
            continue
        try:
            table(**value) if table else DeployConfigParams(**{name: value})
        except ValueError as error:
            yield document.problem((name,), str(error) if table else f"{value!r} is refused: {error}")


def _of_the_whole(document: Document, path: Path) -> Iterator[Problem]:
    """What the command line says of the file where each part of it is right."""
    from pipecatcloud._utils.deploy_utils import load_deploy_config_file
    from pipecatcloud.exception import ConfigFileError

    try:
        with _reading(path):
            config = load_deploy_config_file()
    except ConfigFileError as error:
        yield document.problem((), str(error))
    else:
        if config is None:
            yield document.problem((), "cannot be read by the Pipecat command line, which would ignore it")


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Let the command line's loader read `path`."""
    import pipecatcloud.cli.config as command_line

    before = command_line.deploy_config_path
    command_line.deploy_config_path = str(path)
    try:
        yield
    finally:
        command_line.deploy_config_path = before


def _lines(text: str) -> dict[KeyPath, int]:
    """The line of each table and key."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*([\w.\s-]+?)\s*\]", line):
            table = tuple(part.strip() for part in header[1].split("."))
            lines.setdefault(table, number)
        elif key := re.match(r"""\s*["']?([\w-]+)["']?\s*=""", line):
            lines.setdefault((*table, key[1]), number)
    return lines
