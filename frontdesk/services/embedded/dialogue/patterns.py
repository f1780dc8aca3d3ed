"""The phrases of a script: "book * appointment", "(talk|speak) to (a|) (human|person)", "^no$"."""

import re
from functools import lru_cache

from frontdesk.services.embedded.dialogue import words

REFERENCE = re.compile(r"<(\w+)>")
"""A phrase that stands for a named set of phrases, or for a yes or a no."""

_MARKS = re.compile(r"([*()|^$])")
_MEANING = {"*": r"(?:\S+ ){0,4}", "(": "(?:", ")": ")", "|": "|", "^": "^ ", "$": "$"}


@lru_cache(maxsize=4096)
def compiled(phrase: str) -> re.Pattern[str]:
    """The phrase as an expression over the plain words of a turn with a space on both sides.

    `*` is up to four words, `(a|b|)` one of these or nothing, `^` the start, `$` the end. Raises re.error.
    """
    parts = [_MEANING.get(part) or _words(part) for part in _MARKS.split(phrase)]
    return re.compile(("" if phrase.lstrip().startswith("^") else r"(?:(?<= )|^ )") + "".join(parts))


def matches(phrase: str, plain: str) -> bool:
    """Whether the phrase occurs in what was said."""
    return compiled(phrase).search(f" {plain} ") is not None


def vocabulary(phrase: str) -> set[str]:
    """The words of a phrase."""
    return {
        word
        for part in _MARKS.split(phrase)
        if part not in _MEANING
        for word in words.normalise(part).split()
    }


def _words(part: str) -> str:
    return "".join(re.escape(word) + " " for word in words.normalise(part).split())
