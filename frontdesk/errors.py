"""What can go wrong, under one root."""

from collections.abc import Iterable
from dataclasses import dataclass


class FrontdeskError(Exception):
    """Root of every error that Frontdesk raises itself."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in the configuration: the file, the key path in it, and what is allowed there."""

    file: str
    key: str
    message: str

    @property
    def line(self) -> int:
        """The line in the file; 0 where it is about the whole of it, or about no file."""
        digits = self.file.rpartition(":")[2]
        return int(digits) if digits.isdecimal() else 0

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.key, self.message) if part)


class ConfigError(FrontdeskError):
    """Every problem of the configuration at once, one per line."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class HandshakeError(FrontdeskError):
    """A connection that is not a call. `close_code` is the WebSocket close code it is refused with."""

    def __init__(self, reason: str, close_code: int):
        super().__init__(reason)
        self.close_code = close_code


class NotReady(FrontdeskError):
    """A call came before Frontdesk could take it, or while its configuration is broken."""


class ToolError(FrontdeskError):
    """A tool could not do what was asked and changed nothing; the text goes back to the LLM, which tells the
    caller."""


class WrongArguments(ToolError):
    """What the LLM gave a tool does not fit its parameters; the text says every reason."""


class Unsure(FrontdeskError):
    """A tool may or may not have changed something; the text tells the LLM what happened, and it is not run
    again with the same arguments."""
