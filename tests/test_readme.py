"""README's first command, as a new user runs it: a clean clone, a bare environment, nothing else."""

import os
import re
import sqlite3
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.host.dockerfile import ROOT

pytestmark = pytest.mark.slow


def first_command() -> str:
    """The first command of the section "Two commands"."""
    section = (ROOT / "README.md").read_text().partition("## Two commands")[2]
    return re.findall(r"```bash\n(.+?)\n```", section, re.DOTALL)[0]


def bare_environment(folder: Path) -> dict[str, str]:
    """Python with pip and nothing else; how packages are found on this machine is kept."""
    venv.create(folder / "python", with_pip=True)
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
    path = os.pathsep.join([str(folder / "python" / "bin"), "/usr/bin", "/bin"])
    return kept | {"PATH": path, "HOME": str(folder), "TERM": "dumb", "COLUMNS": "100"}


@pytest.mark.skipif(sys.platform == "win32", reason="the command is written for a POSIX shell")
def test_the_first_command_books_an_appointment(tmp_path: Path) -> None:
    clone = tmp_path / "frontdesk"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    command = ["bash", "-c", first_command()]
    done = subprocess.run(
        command, cwd=clone, env=bare_environment(tmp_path), capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "Harbor Lane Dental" in done.stdout
    with sqlite3.connect(clone / "data" / "calendar.sqlite") as calendar:
        assert calendar.execute("select count(*) from bookings").fetchone() == (1,)
