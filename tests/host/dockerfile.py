"""The Dockerfile and .dockerignore, read so that they can be replayed without Docker."""

import fnmatch
import re
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Dockerfile:
    """What the image is made of; `copies` are (source, destination), both relative."""

    base: str
    environment: dict[str, str] = field(default_factory=dict)
    runs: list[list[str]] = field(default_factory=list)
    copies: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sync(self) -> list[str]:
        """The one command that the image is built with: `uv sync …`, without its mounts."""
        [command] = self.runs
        if command[:2] != ["uv", "sync"]:
            raise ValueError(f"only a uv sync can be replayed, not {shlex.join(command)}")
        return command


def read_dockerfile(path: Path = ROOT / "Dockerfile") -> Dockerfile:
    """Read the four instructions that can be replayed; any other is a ValueError."""
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
        case "ENV":
            image.environment.update(
                (name, value) for name, _, value in (word.partition("=") for word in words)
            )
        case "RUN":
            image.runs.append([word for word in words if not word.startswith("--mount=")])
        case "COPY" if len(words) == 2:
            image.copies.append((words[0], words[1]))
        case _:
            raise ValueError(f"cannot replay: {instruction} {rest}")
    return image


def read_ignore_file(path: Path = ROOT / ".dockerignore") -> list[str]:
    """The patterns of a .dockerignore, in order."""
    lines = (line.strip() for line in path.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def is_ignored(path: PurePosixPath, patterns: list[str]) -> bool:
    """Whether Docker leaves `path` out: the last pattern that matches it, or a folder above it, decides."""
    candidates = [str(path), *(str(parent) for parent in path.parents if parent.name)]
    ignored = False
    for pattern in patterns:
        expression = _translate(pattern.removeprefix("!").strip("/"))
        if any(expression.fullmatch(candidate) for candidate in candidates):
            ignored = not pattern.startswith("!")
    return ignored


def _translate(pattern: str) -> re.Pattern[str]:
    """`*` stays within one part of the path, `**/` is any number of folders."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    special = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(special.get(part, re.escape(part)) for part in parts))


def build_context(root: Path = ROOT) -> list[PurePosixPath]:
    """Every file that Docker would see, relative to `root`."""
    patterns = read_ignore_file(root / ".dockerignore")
    kept: list[PurePosixPath] = []
    for source in sorted(root.iterdir()):
        files = source.rglob("*") if source.is_dir() and not _skip_walk(source, patterns) else [source]
        relative = (PurePosixPath(file.relative_to(root).as_posix()) for file in files if file.is_file())
        kept += [path for path in relative if not is_ignored(path, patterns)]
    return kept


def _skip_walk(folder: Path, patterns: list[str]) -> bool:
    """A folder that is left out whole, such as .venv, is not worth walking."""
    return is_ignored(PurePosixPath(folder.name), patterns)


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
