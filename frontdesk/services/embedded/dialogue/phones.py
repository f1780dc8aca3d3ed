"""A phone number said in digits."""

import re

SHORTEST, LONGEST = 7, 15

_TOKENS = {"oh": "0", "o": "0", "zero": "0", "nought": "0"}
_REPEATED = {"double": 2, "triple": 3}


def find(text: str) -> str | None:
    """The digits of the number in `text` (as `words.normalise` gives it), "+" first when it was said.

    None when there are fewer than 7 or more than 15.
    """
    digits, repeat = "", 1
    for token in re.sub(r"[:/-]", " ", text).split():
        token = _TOKENS.get(token, token)
        if token in _REPEATED:
            repeat = _REPEATED[token]
        elif token.isdecimal():
            digits += token * repeat
            repeat = 1
    if not SHORTEST <= len(digits) <= LONGEST:
        return None
    return ("+" if "plus" in text.split() else "") + digits
