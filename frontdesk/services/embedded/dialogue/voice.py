"""What the agent says, and what of it the caller is known to have heard."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from frontdesk.services.embedded.dialogue.script import Lines
from frontdesk.services.embedded.dialogue.speech import fill


class Voice:
    """The answer of one turn, put together piece by piece, with what must be known of the turns before.

    `text` is the answer, `last` what "what did you say?" repeats, `question` what the caller has to answer.
    """

    def __init__(self) -> None:
        self.text = ""
        self.last = ""
        self.question = ""
        self._unheard = ""
        self._interjected = False
        self._repeating = False
        self._used: Counter[Lines] = Counter()

    @property
    def pending(self) -> str:
        """What to say again when the caller makes no sense: they did not hear it, or something else since."""
        return self._unheard or (self.question if self._interjected else "")

    def begin(self) -> None:
        """Begin the answer to an event."""
        self.text = ""
        self._interjected = self._repeating = False

    def end(self) -> None:
        """The answer is complete."""
        self._unheard = self.text
        if self.text and not self._repeating:
            self.last = self.text

    def heard(self, text: str) -> None:
        """The caller heard these words of the agent."""
        if _plain(text) not in _plain(self.text):
            # Not the script's: the greeting, or a question whether anybody is still there.
            self.last = f"{self.last} {text}" if self._interjected else text
            self._interjected = True
        self._unheard = ""

    def line(self, lines: Lines, values: Mapping[str, Any]) -> str:
        """The next of these texts, each in its turn."""
        line = lines[self._used[lines] % len(lines)]
        self._used[lines] += 1
        return fill(line, values)

    def say(self, lines: Lines, values: Mapping[str, Any], *, question: bool = True) -> None:
        """Say the next of these texts, if there are any; `question`: the caller is to answer it."""
        if not lines:
            return
        text = self.line(lines, values)
        self.add(text)
        repeats = any("{last" in line for line in lines)
        self._repeating = self._repeating or repeats
        if question and not repeats:
            self.question = text

    def add(self, text: str) -> None:
        """Say this as well."""
        self.text = f"{self.text} {text}".strip()


def _plain(text: str) -> str:
    """The words alone: an interrupted answer ends in the middle, and spacing differs between voices."""
    return " ".join(re.findall(r"\w+", text.casefold()))
