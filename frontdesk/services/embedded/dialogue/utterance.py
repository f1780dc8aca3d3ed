"""What the caller said in one turn."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

from frontdesk.services.embedded.dialogue import dates, words

_SHORTEST_CORRECTED = 5
MOST_CHARACTERS = 600
"""What is read of one turn; nobody says more to a receptionist, and the patterns stay quick."""


@dataclass(frozen=True)
class Utterance:
    """`raw` as transcribed, `plain` as `words.normalise` gives it, `spelled` with near misses put right."""

    raw: str
    plain: str
    spelled: str

    @classmethod
    def of(cls, text: str, vocabulary: Collection[str]) -> "Utterance":
        """Read `text`; a long word that is nearly one of `vocabulary` counts as that word."""
        raw = text.strip()[:MOST_CHARACTERS]
        plain = dates.spelled(words.normalise(raw))
        return cls(raw, plain, " ".join(_nearest(word, vocabulary) for word in plain.split()))


def _nearest(word: str, vocabulary: Collection[str]) -> str:
    if len(word) < _SHORTEST_CORRECTED or word in vocabulary or not word.isalpha():
        return word
    return next(iter(get_close_matches(word, vocabulary, n=1, cutoff=0.85)), word)
