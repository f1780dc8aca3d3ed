"""The Dockerfile: which files of the build context it copies where, and which extras it installs."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from string import Template

# Where the base image works.
WORKDIR = PurePosixPath("/app")


@dataclass(frozen=True)
class Copy:
    """One COPY or ADD from the build context, `into` a folder, or to a file of that name."""

    line: int
    sources: tuple[str, ...]
    folder: PurePosixPath
    into: bool

    def place(self, path: PurePosixPath) -> PurePosixPath | None:
        """Where a file of the context lands in the image; None where this line does not take it."""
        for source in self.sources:
            for entry in (path, *path.parents):
                if _matches(entry, source):
                    return self._place(path, entry)
        return None

    def _place(self, path: PurePosixPath, entry: PurePosixPath) -> PurePosixPath:
        if entry == path:
            return self.folder / path.name if self.into else self.folder
        return self.folder / path.relative_to(entry)


@dataclass
class Dockerfile:
    """What is known of an image from its Dockerfile's last stage.

    `variables` are its ENV and the defaults of its ARGs; `syncs` the words of each `uv sync`.
    """

    copies: list[Copy] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    syncs: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    workdir: PurePosixPath = WORKDIR

    def apply(self, line: int, name: str, rest: str) -> None:
        """Take one instruction into account; those that say nothing of files or extras are skipped."""
        match name:
            case "FROM":
                self.copies.clear()
                self.workdir = WORKDIR
            case "ENV" | "ARG":
                self._set(line, rest)
            case "WORKDIR":
                self.workdir /= self._expand(rest.strip())
            case "COPY" | "ADD":
                self._copy(line, rest)
            case "RUN" if "uv sync" in rest:
                self.syncs.append(rest)
                self.lines.setdefault("RUN", line)

    def _set(self, line: int, rest: str) -> None:
        words = _words(rest)
        if words and "=" not in words[0]:
            words = ["=".join(words[:2])]
        for name, _, value in (word.partition("=") for word in words):
            self.variables[name] = self._expand(value)
            self.lines[name] = line

    def _copy(self, line: int, rest: str) -> None:
        words = [self._expand(word) for word in _words(rest)]
        options = [word for word in words if word.startswith("--")]
        *sources, target = [word for word in words if not word.startswith("--")] or [""]
        if not sources or any(option.startswith("--from=") for option in options):
            return
        folder = self.workdir / target
        into = target.endswith("/") or len(sources) > 1 or folder == self.workdir
        self.copies.append(Copy(line, tuple(map(_relative, sources)), folder, into))

    def _expand(self, text: str) -> str:
        return Template(text).safe_substitute(self.variables)

    def place(self, path: PurePosixPath) -> PurePosixPath | None:
        """Where a file of the context lands in the image; None where no line takes it."""
        places = (copy.place(path) for copy in reversed(self.copies))
        return next((place for place in places if place is not None), None)

    @property
    def extras(self) -> list[str]:
        """The extras that ARG EXTRAS names by default."""
        return re.findall(r"[^\s,]+", self.variables.get("EXTRAS", ""))

    def installs(self, extra: str) -> bool:
        """Whether an extra of pyproject.toml is installed: by `--extra`, or by the default of ARG EXTRAS."""
        by_name = rf"--extra[ =]{re.escape(extra)}(?![\w-])"
        named = any("--all-extras" in sync or re.search(by_name, sync) for sync in self.syncs)
        return named or extra in self.extras


def read_dockerfile(text: str) -> Dockerfile:
    """Read a Dockerfile; what it does not understand it skips."""
    dockerfile = Dockerfile()
    for line, instruction in _instructions(text):
        name, _, rest = instruction.partition(" ")
        dockerfile.apply(line, name.upper(), rest)
    return dockerfile


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """Each instruction on one line, with the number of the line that it begins in."""
    begun, parts = 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        begun = begun if parts else number
        parts.append(stripped.removesuffix("\\"))
        if not stripped.endswith("\\"):
            yield begun, " ".join(part.strip() for part in parts)
            parts.clear()


def _words(text: str) -> list[str]:
    """The words of an instruction, in either of its two forms."""
    try:
        options = re.match(r"(?:--\S+\s+)*", text)
        rest = text[options.end() :] if options else text
        if rest.startswith("["):
            return [str(word) for word in json.loads(rest)]
        return shlex.split(text)
    except (ValueError, RecursionError):
        return text.split()


def _relative(source: str) -> str:
    return PurePosixPath(source.lstrip("/") or ".").as_posix()


def _matches(entry: PurePosixPath, source: str) -> bool:
    parts = PurePosixPath(source).parts
    return len(parts) == len(entry.parts) and all(map(fnmatchcase, entry.parts, parts))
