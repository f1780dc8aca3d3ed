"""What a .dockerignore keeps out of the build."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Pattern:
    """One line of a .dockerignore."""

    line: int
    text: str

    @property
    def keeps_out(self) -> bool:
        """Whether it keeps out what it matches; with a `!` it lets it in again."""
        return not self.text.startswith("!")

    def matches(self, path: PurePosixPath) -> bool:
        """Whether it is about this path."""
        return _expression(self.text.removeprefix("!").strip().strip("/")).fullmatch(str(path)) is not None


def read_patterns(text: str) -> list[Pattern]:
    """The patterns of a .dockerignore, in order."""
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [Pattern(number, line) for number, line in lines if line and not line.startswith("#")]


def kept_out_by(path: PurePosixPath, patterns: list[Pattern]) -> Pattern | None:
    """The pattern for which Docker leaves `path` out; None where it takes it.

    The last pattern that matches the path, or a folder above it, decides.
    """
    deciding = next((pattern for pattern in reversed(patterns) if any(map(pattern.matches, _up(path)))), None)
    return deciding if deciding is not None and deciding.keeps_out else None


def _up(path: PurePosixPath) -> Iterator[PurePosixPath]:
    yield from (part for part in (path, *path.parents) if part.name)


def _expression(pattern: str) -> re.Pattern[str]:
    """`*` stays within one part of the path, `**/` is any number of folders."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    special = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(special.get(part, re.escape(part)) for part in parts))
