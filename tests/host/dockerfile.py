"""The Dockerfile and .dockerignore, read so that they can be replayed without Docker."""

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from frontdesk.check.ignored import Pattern, kept_out_by, read_patterns

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Dockerfile:
    """What the image is made of; `copies` are (source, destination), both relative.

    `arguments` are the build arguments with their defaults, `runs` shell commands without their mounts.
    """

    base: str
    environment: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    copies: list[tuple[str, str]] = field(default_factory=list)

    def sync(self, **arguments: str) -> list[str]:
        """The one command that makes the image, `uv sync …`, as a shell makes it of build arguments."""
        [command] = self.runs
        if not command.startswith("uv sync "):
            raise ValueError(f"only a uv sync can be replayed, not {command}")
        variables = {"PATH": os.environ["PATH"], **self.arguments, **arguments}
        words = ["sh", "-c", f"printf '%s\\n' {command}"]
        return subprocess.run(words, env=variables, capture_output=True, text=True, check=True).stdout.split()


def read_dockerfile(path: Path = ROOT / "Dockerfile") -> Dockerfile:
    """Read the five instructions that can be replayed; any other is a ValueError."""
    image = Dockerfile(base="")
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            image = _apply(image, *line.split(maxsplit=1))
    return image


def _apply(image: Dockerfile, instruction: str, rest: str = "") -> Dockerfile:
    words = shlex.split(rest)
    match instruction:
        case "FROM":
            return Dockerfile(base=words[0])
        case "ENV" | "ARG":
            pairs = (word.partition("=") for word in words)
            variables = image.environment if instruction == "ENV" else image.arguments
            variables.update((name, value) for name, _, value in pairs)
        case "RUN":
            image.runs.append(re.sub(r"--mount=\S+\s*", "", rest).strip())
        case "COPY" if len(words) == 2:
            image.copies.append((words[0], words[1]))
        case _:
            raise ValueError(f"cannot replay: {instruction} {rest}")
    return image


def build_context(root: Path = ROOT) -> list[PurePosixPath]:
    """Every file that Docker would see, relative to `root`."""
    patterns = read_patterns((root / ".dockerignore").read_text())
    kept: list[PurePosixPath] = []
    for source in sorted(root.iterdir()):
        files = source.rglob("*") if source.is_dir() and not _skip_walk(source, patterns) else [source]
        relative = (PurePosixPath(file.relative_to(root).as_posix()) for file in files if file.is_file())
        kept += [path for path in relative if not kept_out_by(path, patterns)]
    return kept


def _skip_walk(folder: Path, patterns: list[Pattern]) -> bool:
    """A folder that is left out whole, such as .venv, is not worth walking."""
    return kept_out_by(PurePosixPath(folder.name), patterns) is not None


def copy_tree(destination: Path, root: Path = ROOT) -> None:
    """Replay the COPY lines into `destination`, which stands for the image's /app."""
    context = build_context(root)
    for source, target in read_dockerfile(root / "Dockerfile").copies:
        matching = [path for path in context if fnmatch.fnmatch(str(path), source) or _is_under(path, source)]
        if not matching:
            raise ValueError(f"COPY {source}: nothing of that name in the build context")
        for path in matching:
            place = destination / _placed(path, source, target)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / path, place)


def _is_under(path: PurePosixPath, folder: str) -> bool:
    return path.is_relative_to(PurePosixPath(folder))


def _placed(path: PurePosixPath, source: str, target: str) -> PurePosixPath:
    """A file lands in a target that ends with a slash; a folder's content lands in the target itself."""
    if path == PurePosixPath(source):
        return PurePosixPath(target) / path.name if target.endswith("/") else PurePosixPath(target)
    return PurePosixPath(target) / path.relative_to(source)
