"""What the image would hold, against what the agents use."""

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from frontdesk.check.dockerfile import WORKDIR, Dockerfile, read_dockerfile
from frontdesk.check.ignored import Pattern, kept_out_by, read_patterns
from frontdesk.errors import Problem

# How many files a problem names before it counts them.
MAX_NAMED = 3


@dataclass(frozen=True)
class Fault:
    """Why files do not get to their place in the image; the message is `before`, their names, `after`."""

    file: str
    key: str
    before: str
    after: str

    def problem(self, files: list[str]) -> Problem:
        """It as a problem of these files."""
        more = len(files) - MAX_NAMED
        named = ", ".join(files[:MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
        return Problem(self.file, self.key, f"{self.before} {named} {self.after}".strip())


@dataclass
class Image:
    """The image that a folder makes; `cloud` tells that Pipecat Cloud builds it from what it is sent.

    `excluded` are the patterns of what is not sent where there is no .dockerignore.
    """

    context: Path
    dockerfile_name: str
    cloud: bool
    excluded: list[str]
    dockerfile: Dockerfile = field(init=False)
    patterns: list[Pattern] = field(init=False)

    def __post_init__(self) -> None:
        """Read its files; raises OSError or ValueError where there is no Dockerfile of that name."""
        self.dockerfile = read_dockerfile(_text(self.context / self.dockerfile_name))
        ignored = self.context / ".dockerignore"
        self.patterns = read_patterns(_text(ignored)) if ignored.is_file() else []

    def at(self, name: str) -> str:
        """The Dockerfile, with the line of a variable or instruction where it has one."""
        line = self.dockerfile.lines.get(name)
        return f"{self.dockerfile_name}:{line}" if line else self.dockerfile_name

    def faults(self, places: Mapping[Path, PurePosixPath]) -> dict[Path, Fault]:
        """The files that do not get to their places in the image, and why."""
        found = {path: self._fault(path, place) for path, place in places.items()}
        return {path: fault for path, fault in found.items() if fault is not None}

    def _fault(self, path: Path, place: PurePosixPath) -> Fault | None:
        if not path.is_relative_to(self.context):
            before = f"leads out of {self.context}, the folder that is built:"
            return Fault("environment", "AGENTS_DIR", before, "")
        name = PurePosixPath(path.relative_to(self.context).as_posix())
        if pattern := kept_out_by(name, self.patterns):
            return Fault(f".dockerignore:{pattern.line}", pattern.text, "keeps", "out of the image")
        if self.cloud and (excluded := self._not_sent(path)):
            file = ".dockerignore" if self.patterns else "pcc-deploy.toml"
            return Fault(file, excluded, "keeps", "out of what is sent to the cloud build")
        found = self.dockerfile.place(name)
        if found is None:
            return Fault(self.dockerfile_name, "COPY", "no line copies", "into the image")
        if found != place:
            after = f"into {found.parent}; the bot looks for it in {place.parent}"
            return Fault(self.dockerfile_name, "COPY", "puts", after)
        return None

    def _not_sent(self, path: Path) -> str | None:
        """The pattern for which the command line does not send a file to the cloud build."""
        from pipecatcloud._utils.build_utils import _should_exclude

        return next((one for one in self._exclusions if _should_exclude(path, {one}, self.context)), None)

    @functools.cached_property
    def _exclusions(self) -> list[str]:
        from pipecatcloud._utils.build_utils import get_exclusions

        return sorted(get_exclusions(self.context, self.excluded))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def places(
    root: Path, agents: Path, used: Iterable[Path], environ: Mapping[str, str]
) -> Iterator[tuple[Path, PurePosixPath]]:
    """Every file that the bot uses, and where it looks for it in an image with this environment.

    `used` are the files that the agents use, all of them below the folder `agents`.
    """
    yield root / "bot.py", WORKDIR / "bot.py"
    for path in sorted((root / "frontdesk").rglob("*")):
        if path.suffix in (".py", ".json"):
            yield path, WORKDIR / path.relative_to(root).as_posix()
    folder = WORKDIR / (environ.get("AGENTS_DIR") or "agents")
    for path in used:
        yield path, folder / path.relative_to(agents).as_posix()


def problems(faults: Mapping[Path, Fault], root: Path) -> Iterator[Problem]:
    """One problem for each reason, which names its files."""
    grouped: dict[Fault, list[str]] = {}
    for path, fault in faults.items():
        grouped.setdefault(fault, []).append(_shown(path, root))
    yield from (fault.problem(files) for fault, files in grouped.items())


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def missing_extras(image: Image, extras: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """What to say where the image does not install all extras that agents need: extra → agent_ids."""
    lacking = {extra: users for extra, users in extras.items() if not image.dockerfile.installs(extra)}
    if not lacking:
        return
    needs = ", ".join(f"{extra} (for {', '.join(users)})" for extra, users in lacking.items())
    wanted = " ".join(dict.fromkeys([*image.dockerfile.extras, *lacking]))
    place = image.at("EXTRAS" if "EXTRAS" in image.dockerfile.lines else "RUN")
    yield Problem(place, "EXTRAS", f'the image lacks {needs}; write ARG EXTRAS="{wanted}"')
