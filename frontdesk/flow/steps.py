"""Tools used at once in a flow: whoever comes to its end last says how the conversation goes on."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """How the conversation goes on: at the node `to`, or where it is; `answers` tells that the LLM speaks."""

    to: str | None = None
    answers: bool = True


SILENT = Step(answers=False)


@dataclass
class Steps:
    """The uses of tools that have not come to their end, and the node that those which have want to go to.

    `turn` counts the turns of the caller: what the LLM wants at once, it wants in one turn.
    """

    turn: int = 0
    _running: Counter[int] = field(default_factory=Counter)
    _to: str | None = None

    def begin(self) -> int:
        """A use begins; what to end it with."""
        self._running[self.turn] += 1
        return self.turn

    def end(self, begun: int, step: Step) -> Step:
        """A use has come to its end and wants this step; the one that is to be taken now."""
        self._running[begun] -= 1
        self._to = step.to or self._to
        if not step.answers:
            return SILENT
        if not self._running.total():
            to, self._to = self._to, None
            return Step(to)
        return Step() if self._to is None and not self._running[begun] else SILENT

    def cancel(self, begun: int) -> str | None:
        """A use was broken off; the node to go to now, where others had wanted that before."""
        self._running[begun] -= 1
        if self._running.total():
            return None
        to, self._to = self._to, None
        return to
