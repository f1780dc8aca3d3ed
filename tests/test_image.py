"""The image: what it is built from, what it holds and what it leaves out."""

import ast
import asyncio
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import aiohttp
import pytest
from pipecatcloud._utils.build_utils import create_deterministic_tarball, get_exclusions

from tests.host.dockerfile import ROOT, build_context, copy_tree, read_dockerfile
from tests.host.image import image_environment, image_host, image_python, image_variables, sync_image

HOSTS_OWN = {
    *("app.py", "waiting_server.py", "pipecatcloud_system.py", "feature_manager.py", "pcc_observers.py"),
    # Names that later versions of the base image have added.
    *("pcc_capabilities.py", "pcc_early_sigterm.py", "pcc_events.py", "pcc_memory.py", "pre-app.sh"),
    *("pcc_pipecat_compat.py", "pcc_structured_logs.py", "shared_state.py", ".venv"),
}
IMAGE_HOLDS = {"bot.py", "frontdesk", "agents"}
BUILD_SEES = IMAGE_HOLDS | {"Dockerfile", "pyproject.toml", "uv.lock"}
HOST_IMPORTS = ("fastapi", "uvicorn", "aiohttp", "loguru", "pipecatcloud.agent")
PLANTED = (
    *(".env", ".env.local", "agents/.env", "server.pem", "data/calls/1.json", "tests/x.py"),
    *(".git/config", ".venv/bin/python", ".mypy_cache/3.11/x.json", ".hypothesis/x"),
    "frontdesk/__pycache__/call.cpython-312.pyc",
)
VENDOR_KEYS = {f"{vendor}_API_KEY": "test" for vendor in ("OPENAI", "DEEPGRAM", "CARTESIA")}

CLOSE = {"Connection": "close"}


def files_of_the_project() -> list[str]:
    """What git has or would take, relative to the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git working tree")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with secrets and leftovers lying about."""
    root = tmp_path_factory.mktemp("project")
    for name in files_of_the_project():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, root / name)
    for name in PLANTED:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("secret")
    return root


def top_level(names: list[str]) -> set[str]:
    return {name.split("/")[0] for name in names}


def image_run(code: str, folder: Path, extras: str = "") -> str:
    """Run `code` with the image's interpreter and environment."""
    python = image_python(extras)
    command = [str(python), "-c", code]
    environment = {**image_variables(python), "HOME": str(folder)}
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_the_base_image_is_pinned_to_a_version() -> None:
    assert re.fullmatch(r"dailyco/pipecat-base:\d+\.\d+\.\d+(-py3\.\d+)?", read_dockerfile().base)


def test_the_telemetry_of_onnxruntime_is_off_in_the_image() -> None:
    assert read_dockerfile().environment["ORT_DISABLE_TELEMETRY"] == "1"


def test_dependencies_are_installed_before_the_code_is_copied() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert text.index("uv sync") < text.index("\nCOPY")


def test_nothing_that_is_copied_has_a_name_of_the_hosts_own(tmp_path: Path) -> None:
    copy_tree(tmp_path)
    assert not {path.name for path in tmp_path.iterdir()} & HOSTS_OWN


def test_the_image_holds_the_code_and_nothing_else(project: Path, tmp_path: Path) -> None:
    copy_tree(tmp_path, project)
    assert {path.name for path in tmp_path.iterdir()} == IMAGE_HOLDS
    assert not [path for path in tmp_path.rglob("*") if path.name in ("__pycache__", ".env")]


def test_docker_sees_only_what_the_build_needs(project: Path) -> None:
    assert top_level([str(path) for path in build_context(project)]) == BUILD_SEES


def test_the_cloud_build_sends_what_docker_sees(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr("tarfile.TarFile.addfile", lambda tar, info, file: sent.append(info.name))
    create_deterministic_tarball(str(project), get_exclusions(project))
    assert set(sent) - {".dockerignore"} == {str(path) for path in build_context(project)}


@pytest.mark.parametrize("name", [name for name in PLANTED if not name.startswith("tests/")])
def test_git_does_not_take_what_must_stay_here(name: str) -> None:
    command = ["git", "check-ignore", "--quiet", "--no-index", name]
    assert name.startswith(".git/") or subprocess.run(command, cwd=ROOT).returncode == 0


def development_group() -> set[str]:
    """The packages that only the development group brings."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    named = {re.split(r"[^\w.-]", requirement)[0] for requirement in groups["dev"]}
    # The image has cryptography through the MCP package.
    return named - {"pipecat-ai", "cryptography"} | {"aiortc", "opencv-python-headless"}


@pytest.mark.parametrize(
    ("extras", "added"),
    [
        ("", []),
        ("anthropic", ["--extra", "anthropic"]),
        ("anthropic elevenlabs", ["--extra", "anthropic", "--extra", "elevenlabs"]),
        (" groq,  rime ", ["--extra", "groq", "--extra", "rime"]),
    ],
)
def test_the_build_argument_extras_names_the_vendors_that_are_added(extras: str, added: list[str]) -> None:
    plain = ["uv", "sync", "--locked", "--no-install-project", "--no-dev"]
    assert read_dockerfile().sync(EXTRAS=extras) == plain + added


def test_without_the_build_argument_no_vendor_is_added() -> None:
    assert read_dockerfile().sync() == read_dockerfile().sync(EXTRAS="")


@pytest.mark.slow
def test_an_extra_brings_its_packages_and_no_other_vendors() -> None:
    planned = sync_image(image_environment(), "groq rime", "--dry-run")
    assert planned.returncode == 0, planned.stderr
    added = set(re.findall(r"^ \+ ([\w-]+)==", planned.stderr, flags=re.MULTILINE))
    assert {"groq", "rime-api"} <= added
    assert not re.search(r"^ - ", planned.stderr, flags=re.MULTILINE)
    vendors = {"anthropic", "google-genai", "azure-cognitiveservices-speech", "mistralai", "piper-tts"}
    assert not added & vendors


@pytest.mark.slow
def test_an_extra_that_there_is_not_fails_the_build() -> None:
    failed = sync_image(image_environment(), "playht", "--dry-run")
    assert failed.returncode != 0 and "playht" in failed.stderr


# Prints the services whose packages are said to be there, and those of which that is not true.
SURVEY = """
import importlib
from frontdesk.services.llm import LLM
from frontdesk.services.realtime import REALTIME
from frontdesk.services.stt import STT
from frontdesk.services.tts import TTS

def imports(row):
    try:
        row.load()
    except Exception:
        return False
    return True

rows = [row for table in (STT, LLM, TTS, REALTIME) for name, row in table.items() if name != "embedded"]
ready = sorted({row.service for row in rows if row.installed()})
print([ready, [row.service for row in rows if row.installed() != imports(row)]])
"""


@pytest.mark.slow
def test_the_image_knows_which_vendors_it_has(tmp_path: Path) -> None:
    copy_tree(tmp_path)
    ready, mistaken = ast.literal_eval(image_run(SURVEY, tmp_path).splitlines()[-1])
    assert mistaken == []
    assert "pipecat.services.elevenlabs.tts:ElevenLabsTTSService" in ready
    assert not any("anthropic" in service for service in ready)


@pytest.mark.slow
def test_an_image_with_an_extra_has_its_vendor(tmp_path: Path) -> None:
    copy_tree(tmp_path)
    try:
        ready, mistaken = ast.literal_eval(image_run(SURVEY, tmp_path, "groq").splitlines()[-1])
    except subprocess.CalledProcessError as error:
        pytest.skip(f"the package index is out of reach: {error.stderr}")
    assert mistaken == []
    assert "frontdesk.services.groq:GroqTTSService" in ready


def test_the_environment_has_what_the_host_imports(tmp_path: Path) -> None:
    image_run(f"import {', '.join(HOST_IMPORTS)}", tmp_path)


def test_the_environment_has_nothing_of_the_development_group(tmp_path: Path) -> None:
    code = "from importlib.metadata import distributions as d; print([i.name for i in d()])"
    installed = set(ast.literal_eval(image_run(code, tmp_path)))
    assert "pipecat-ai" in installed
    assert not installed & development_group()


def test_the_bot_imports_in_the_image(tmp_path: Path) -> None:
    copy_tree(tmp_path)
    image_run("import bot; assert callable(bot.bot) and callable(bot.readyz)", tmp_path)


async def test_the_images_command_gets_ready_and_ends_when_told_to() -> None:
    async with image_host(VENDOR_KEYS) as host, aiohttp.ClientSession(headers=CLOSE) as session:
        async with session.get(f"{host}/livez") as response:
            assert response.status == 200
        host.process.terminate()
        async with asyncio.timeout(10):
            await host.process.wait()
        assert "Application shutdown complete" in host.log()
