"""Deployment files, as Pipecat's own command line reads them."""

import ast
import asyncio
import re
import sys
import tomllib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import attr
import pipecatcloud.cli.config as cli_config
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from dotenv import dotenv_values
from pipecatcloud._utils import deploy_utils
from pipecatcloud._utils.deploy_utils import DeployConfigParams, load_deploy_config_file

from tests.host.dockerfile import ROOT

DEPLOY_FILE = ROOT / "pcc-deploy.toml"
EXAMPLE = ROOT / ".env.example"
SWITCHED_OFF = re.compile(r"^#(?=\[|\w+ = )", re.MULTILINE)
VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*_(KEY|TOKEN|SECRET|SID|URL|DIR|LEVEL|NUMBER|REGION|EDGE)")
DOCKER_KEYS = {"registry", "registry_username", "registry_url", "auto_latest"}


def everything() -> dict[str, Any]:
    """pcc-deploy.toml with every key that is commented out switched on."""
    return tomllib.loads(SWITCHED_OFF.sub("", DEPLOY_FILE.read_text()))


def known_keys() -> dict[str, set[str]]:
    """What the loader knows: top-level keys, and the keys of each table."""
    tables = {
        "scaling": deploy_utils.ScalingParams,
        "krisp_viva": deploy_utils.KrispVivaConfig,
        "resources": deploy_utils.ResourcesConfig,
        "git": deploy_utils.GitSourceConfig,
    }
    known = {name: {item.name for item in attr.fields(table)} for name, table in tables.items()}
    known |= {"docker": DOCKER_KEYS, "build": {"context_dir", "dockerfile", "exclude"}}
    renamed = {"docker_config", "build_config", "force_redeploy"}
    top = {item.name for item in attr.fields(DeployConfigParams)} - renamed
    return known | {name: set() for name in top - known.keys()}


def load(path: Path, monkeypatch: pytest.MonkeyPatch) -> DeployConfigParams:
    monkeypatch.setattr(cli_config, "deploy_config_path", str(path))
    config = load_deploy_config_file()
    assert config is not None
    return config


def test_the_deploy_file_is_accepted_by_the_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    config = load(DEPLOY_FILE, monkeypatch)
    assert (config.agent_name, config.secret_set) == ("frontdesk", "frontdesk-secrets")
    assert (config.agent_profile, config.architecture) == ("agent-1x", "arm64")
    assert config.scaling.min_agents == 1


def test_every_key_that_the_loader_knows_is_in_the_deploy_file() -> None:
    listed = {key: set(value) if isinstance(value, dict) else set() for key, value in everything().items()}
    assert listed == known_keys()


def test_every_key_of_the_deploy_file_is_explained_in_the_line_above() -> None:
    lines = DEPLOY_FILE.read_text().splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"#?\w+ = ", line)]
    unexplained = [lines[number] for number in keys if not lines[number - 1].startswith("# ")]
    assert not unexplained


@pytest.mark.parametrize("key", sorted(everything().keys() - {"agent_name"}))
def test_every_key_is_accepted_when_it_is_switched_on(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml = pytest.importorskip("toml")
    path = tmp_path / "pcc-deploy.toml"
    path.write_text(toml.dumps({"agent_name": "frontdesk", key: everything()[key]}))
    load(path, monkeypatch)


@dataclass
class FakeCloud:
    """Pipecat Cloud's secrets API: keeps what it was sent."""

    url: str = ""
    secrets: dict[str, str] = field(default_factory=dict)

    async def get(self, request: web.Request) -> web.Response:
        return web.json_response({"error": "not found"}, status=404)

    async def put(self, request: web.Request) -> web.Response:
        sent = await request.json()
        self.secrets[sent["secretKey"]] = sent["secretValue"]
        return web.json_response({"status": "OK", "region": "us-west"})


@pytest.fixture
async def cloud() -> AsyncIterator[FakeCloud]:
    fake = FakeCloud()
    app = web.Application()
    app.router.add_get("/v1/organizations/org/secrets/{name}", fake.get)
    app.router.add_put("/v1/organizations/org/secrets/{name}", fake.put)
    async with TestServer(app) as server:
        fake.url = str(server.make_url("")).rstrip("/")
        yield fake


async def set_secrets(cloud: FakeCloud, file: Path, folder: Path) -> str:
    """`pipecat cloud secrets set frontdesk-secrets --file FILE --skip` against the stand-in."""
    command = ["secrets", "set", "frontdesk-secrets", "--file", str(file), "--skip"]
    code = "from pipecatcloud.cli.entry_point import entrypoint_cli_typer as main; main()"
    names = {"API_HOST": cloud.url, "TOKEN": "t", "ORG": "org", "CONFIG_PATH": str(folder / "none.toml")}
    environment = {"HOME": str(folder), **{f"PIPECAT_{name}": value for name, value in names.items()}}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, *command),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()


async def test_the_example_is_taken_as_it_is_by_secrets_set(cloud: FakeCloud, tmp_path: Path) -> None:
    await set_secrets(cloud, EXAMPLE, tmp_path)
    assert cloud.secrets == dotenv_values(EXAMPLE)


async def test_the_example_filled_in_means_the_same_on_a_laptop_and_in_the_cloud(
    cloud: FakeCloud, tmp_path: Path
) -> None:
    filled = tmp_path / ".env"
    filled.write_text(re.sub(r"^#(?=[A-Z])", "", EXAMPLE.read_text(), flags=re.MULTILINE))
    await set_secrets(cloud, filled, tmp_path)
    assert cloud.secrets == dotenv_values(filled)
    assert cloud.secrets.keys() == listed_variables()


def test_the_example_as_it_is_sets_no_key_and_so_leaves_the_keyless_engines_in_place() -> None:
    assert not [name for name in dotenv_values(EXAMPLE) if not name.startswith("FRONTDESK_")]


def test_every_variable_of_the_example_has_one_comment_line() -> None:
    lines = EXAMPLE.read_text().splitlines()
    for number, line in enumerate(lines):
        if re.match(r"#?[A-Z_]+=", line):
            assert lines[number - 1].startswith("# ") and not lines[number - 2].startswith("# "), line


def listed_variables() -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z0-9_]*)=", EXAMPLE.read_text(), flags=re.MULTILINE))


def test_every_variable_that_the_code_reads_is_in_the_example() -> None:
    known = listed_variables() | {"PATH"}  # which every machine has
    missing = {name: where for name, where in variables_read() if name not in known}
    assert not missing


def variables_read() -> Iterator[tuple[str, str]]:
    """Environment variables named in the code and `${NAME}` in the agent files, each with where."""
    sources = [ROOT / "bot.py", *(ROOT / "frontdesk").rglob("*.py"), *(ROOT / "agents").rglob("*.py")]
    for path in sources:
        for name in names_in(ast.parse(path.read_text())):
            yield name, str(path.relative_to(ROOT))
    for path in (ROOT / "agents").rglob("*.yaml"):
        for name in re.findall(r"\$\{(\w+)\}", path.read_text()):
            yield name, str(path.relative_to(ROOT))


def names_in(tree: ast.AST) -> Iterator[str]:
    """What is read from an `environ`, and any text that looks like the name of a secret or an address."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="get" | "getenv", value=source), args=[name, *_]) if (
                ast.unparse(source).endswith(("environ", "os")) and isinstance(name, ast.Constant)
            ):
                yield str(name.value)
            case ast.Subscript(value=source, slice=ast.Constant(str(text)), ctx=ast.Load()) if ast.unparse(
                source
            ).endswith("environ"):
                yield text
            case ast.Constant(str(text)) if VARIABLE.fullmatch(text):
                yield text
