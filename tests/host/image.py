"""The image without Docker: the Dockerfile's own sync and COPY lines, under the replica of the host."""

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.host.dockerfile import ROOT, copy_tree, read_dockerfile
from tests.host.process import Host, free_port, serve

HOST_FILES = ("app.py", "pipecatcloud_system.py", "waiting_server.py", "host_webrtc.py")


def uv() -> str:
    """The uv that runs the tests; `uv run` names itself in `UV`."""
    found = os.environ.get("UV") or shutil.which("uv")
    if not found:
        raise RuntimeError("uv is needed to make the image's environment: pip install uv")
    return found


@functools.cache
def image_environment(extras: str = "") -> Path:
    """Make the image's environment with its own sync line, once per process; it goes when Python ends."""
    folder = tempfile.TemporaryDirectory(prefix="frontdesk-image-")
    _kept.append(folder)
    for name in ("pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, folder.name)
    environment = Path(folder.name, ".venv")
    sync_image(environment, extras, "--quiet").check_returncode()
    return environment


def sync_image(environment: Path, extras: str = "", *options: str) -> subprocess.CompletedProcess[str]:
    """Run the image's sync line, made with EXTRAS, beside the lock that stands next to `environment`."""
    image = read_dockerfile()
    inherited = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    command = [uv(), *image.sync(EXTRAS=extras)[1:], "--python", sys.executable, "--no-python-downloads"]
    return subprocess.run(
        [*command, *options],
        cwd=environment.parent,
        env={**inherited, **image.environment, "UV_PROJECT_ENVIRONMENT": str(environment)},
        capture_output=True,
        text=True,
    )


_kept: list[tempfile.TemporaryDirectory[str]] = []


def image_python(extras: str = "") -> Path:
    """The interpreter of the image's environment."""
    return image_environment(extras) / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def image_variables(python: Path) -> dict[str, str]:
    """The variables that a container has: the Dockerfile's, and the environment first on the search path."""
    path = f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**read_dockerfile().environment, "PATH": path}


def make_app_folder(folder: Path) -> None:
    """Fill `folder` as the image's /app: what the COPY lines copy, beside the host's own files."""
    copy_tree(folder)
    for name in HOST_FILES:
        shutil.copy(Path(__file__).parent / name, folder)


@asynccontextmanager
async def image_host(
    env: Mapping[str, str] | None = None, *, python: Path | None = None, ready: str = "/readyz"
) -> AsyncIterator[Host]:
    """The image's command, `python app.py`, in a fresh /app; enters when `GET ready` is 200.

    `env` is all that the container is given; keys of this machine's environment do not reach it. With
    `python` the command runs in that interpreter's environment in place of the image's own.
    """
    port = free_port()
    python = python or image_python()
    variables = {**image_variables(python), "HOST": "127.0.0.1", "PORT": str(port), **(env or {})}
    with tempfile.TemporaryDirectory(prefix="frontdesk-app-") as folder:
        make_app_folder(Path(folder))
        command = [str(python), "app.py"]
        async with serve(command, cwd=Path(folder), port=port, ready=ready, env=variables) as host:
            yield host
