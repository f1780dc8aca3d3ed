"""The folder of agent files."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from frontdesk.errors import Problem


def agent_files(folder: Path) -> list[Path]:
    """`*.yaml`, but for names with a second dot, which belong to an agent file."""
    return sorted(path for path in folder.glob("*.yaml") if "." not in path.stem)


def folder_problems(folder: Path, environ: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with the folder itself, which may come from AGENTS_DIR, and with the names in it."""
    if not folder.is_dir():
        reason = "is a file, not a folder" if folder.exists() else "does not exist"
        given = ("environment", "AGENTS_DIR") if environ.get("AGENTS_DIR") else ("", "")
        yield Problem(*given, f"{folder} {reason}")
    elif not agent_files(folder):
        yield Problem(str(folder), "", "has no agent file (*.yaml)")
    yield from _misnamed(folder)


def _misnamed(folder: Path) -> Iterator[Problem]:
    """Files that were meant for agents, and that nobody would read."""
    for path in sorted(folder.glob("*.[yY]*[mM][lL]")):
        if path.suffix.lower() in (".yml", ".yaml") and path.suffix != ".yaml":
            yield Problem(path.name, "", "is not read: the name of an agent file ends in .yaml")
