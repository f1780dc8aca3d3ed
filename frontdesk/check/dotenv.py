"""`.env` as `pipecat cloud secrets set --file` reads it: line by line, and not as the bot here does."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from frontdesk.environment import given_in
from frontdesk.errors import Problem

COMMAND = "`pipecat cloud secrets set`"


@dataclass(frozen=True)
class Line:
    """One line that sets a variable; `value` is what the command makes of it."""

    number: int
    name: str
    value: str | None

    @property
    def variable(self) -> str:
        """The variable that is meant."""
        return self.name.removeprefix("export ").strip()

    def refusal(self) -> str | None:
        """Why the command refuses the line, and with it the file; holds no value. None where it takes it."""
        if self.value is None:
            return "has no '='"
        if not self.name or not self.value:
            return "has no value; comment the line out" if self.name else "has no name before the '='"
        if self.name != self.variable:
            return "begins with 'export'; leave that word out"
        return _name_refusal(self.name)


def read_lines(path: Path) -> list[Line]:
    """The lines that the command looks at; none where there is no such file."""
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    numbered = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return [_line(number, text) for number, text in numbered if text and not text.startswith("#")]


def _line(number: int, text: str) -> Line:
    name, equals, value = text.partition("=")
    value = value.strip()
    quoted = value.startswith('"') and value.endswith('"')
    return Line(number, name.strip(), (value[1:-1] if quoted else value) if equals else None)


def line_problems(path: Path, lines: list[Line]) -> Iterator[tuple[Line, Problem]]:
    """The lines that the command refuses, or reads otherwise than the bot here does."""
    here = given_in(path)
    for line in lines:
        # What the bot here does not take for a name may be a part of a secret.
        key = line.variable if line.variable in here else ""
        place = f"{path.name}:{line.number}"
        if refusal := line.refusal():
            yield line, Problem(place, key, f"{refusal}; {COMMAND} refuses the whole file")
        elif _is_last(line, lines) and here.get(line.variable) != line.value:
            kept = "quotes, a comment, a backslash or ${…}, which the bot here does not"
            yield line, Problem(place, key, f"{COMMAND} keeps {kept}; write the plain value")


def _is_last(line: Line, lines: list[Line]) -> bool:
    """Whether no later line sets the same variable."""
    return [each for each in lines if each.name == line.name][-1] is line


def usable(lines: Iterable[Line], faulty: Collection[Line]) -> Mapping[str, str]:
    """The variables that the set of secrets gets as they are meant, with their values."""
    return {line.name: line.value for line in lines if line.value and line not in faulty}


def _name_refusal(name: str) -> str | None:
    """What the command itself says of a name; it prints that, and exits."""
    import typer
    from pipecatcloud._utils.console_utils import console
    from pipecatcloud.cli.commands.secrets import validate_secrets

    with console.capture() as said, contextlib.suppress(typer.Exit):
        validate_secrets({name: "set"})
    return " ".join(said.get().removeprefix("Error: ").split()).rstrip(".") or None
