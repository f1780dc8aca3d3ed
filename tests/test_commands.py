"""`uv run pipecat …` reaches both of pipecat's command lines, whichever package wrote the script last."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

SCRIPTS = Path(sys.executable).parent
COMMANDS = [
    *("cloud --help", "cloud deploy --help", "cloud docker build-push --help", "cloud secrets set --help"),
    *("cloud agent start --help", "eval --help", "eval suite --help"),
]
# pipecat-ai and pipecat-ai-cli both install `pipecat` and `pc`; which of the two stays is not defined.
MAINS = ["from pipecat.cli.main import run as main", "from pipecat_cli.main import app as main"]


def output_of(command: list[str], folder: Path) -> str:
    """What `command` prints; it must succeed, and know the sub-command."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "COLUMNS": "200", "NO_COLOR": "1"}
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_the_pipecat_script_knows(command: str, tmp_path: Path) -> None:
    words = command.split()
    assert f"pipecat {' '.join(words[:-1])}" in output_of([str(SCRIPTS / "pipecat"), *words], tmp_path)


@pytest.mark.parametrize("main", MAINS, ids=["pipecat-ai", "pipecat-ai-cli"])
@pytest.mark.parametrize("group", ["cloud", "eval"])
def test_both_packages_script_would_know(main: str, group: str, tmp_path: Path) -> None:
    code = f"import sys; {main}; sys.argv = ['pipecat', '{group}', '--help']; main()"
    assert f"pipecat {group}" in output_of([sys.executable, "-c", code], tmp_path)


def test_our_extension_is_the_eval_command_of_pipecat_itself() -> None:
    from pipecat.cli.commands.eval import eval_app

    [ours] = [entry for entry in entry_points(group="pipecat_cli.extensions") if entry.name == "eval"]
    assert ours.load() is eval_app
