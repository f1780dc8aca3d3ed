"""What a caller can do, one step at a time."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Say:
    """Speak when the agent has finished."""

    text: str


@dataclass(frozen=True)
class Play:
    """Play a WAV file when the agent has finished."""

    path: Path


@dataclass(frozen=True)
class Press:
    """Press keys when the agent has finished."""

    digits: str


@dataclass(frozen=True)
class Pause:
    """Let `seconds` pass, then take the next step without waiting for the agent."""

    seconds: float


@dataclass(frozen=True)
class BargeIn:
    """Speak when the agent has been speaking for `after` seconds."""

    text: str
    after: float = 1.0


@dataclass(frozen=True)
class HangUp:
    """Put the phone down."""


@dataclass(frozen=True)
class Vanish:
    """Fall off the network."""


Step = Say | Play | Press | Pause | BargeIn | HangUp | Vanish


class Mind(Protocol):
    """Decides what the caller does."""

    def interrupts(self) -> BargeIn | None:
        """Asked before the agent speaks: whether to interrupt it."""

    def next(self, heard: str | None) -> Step | None:
        """What to do after the agent said `heard` (None: it stayed silent); None: go on listening."""


class Script:
    """A fixed order of steps; hangs up behind the last when the agent has answered it."""

    def __init__(self, steps: list[Step]):
        self._steps = list(steps)

    def interrupts(self) -> BargeIn | None:
        if self._steps and isinstance(step := self._steps[0], BargeIn):
            self._steps.pop(0)
            return step
        return None

    def next(self, heard: str | None) -> Step | None:
        return self._steps.pop(0) if self._steps else HangUp()
