"""What was said, as plain words: lower case, no punctuation, numbers as digits."""

import re

_UNITS = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = """
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
"""
UNITS = {word: value for value, word in enumerate(_UNITS.split())}
TENS = {word: 10 * value for value, word in enumerate(_TENS.split(), 2)} | {"fourty": 40}
ORDINALS = {word: value for value, word in enumerate(_ORDINALS.split(), 1)} | {"thirtieth": 30}

_JOINED = (
    (r"\bp\.? ?m\b\.?", "pm"),
    (r"\ba\. ?m\b\.?", "am"),
    (r"(?<=\d)\s*am\b", " am"),
    (r"(?<=\d)\s*pm\b", " pm"),
    (r"\bo['’ ]?clock\b", "oclock"),
    (r"(\w)['’](?=\w)", r"\1"),
    (r"(?<=\d)[.:](?=\d\d\b)", ":"),
    (r"\bgood[- ]bye\b", "goodbye"),
    (r"\bbye[- ]bye\b", "bye"),
    (r"\bmid[- ]?day\b", "noon"),
    (r"\bafter[- ]noon\b", "afternoon"),
    (r"\b(tues|wednes|thurs|satur) day\b", r"\1day"),
    (r"\b(choose|chews) day\b", "tuesday"),
    (r"\bto[- ](morrow|day|night)\b", r"to\1"),
    (r"\b(?:half|have|halve) (?:past|passed)\b", "half past"),
    (r"\b(quarter|twenty|ten|five) passed\b", r"\1 past"),
    (r"\b((?:half|quarter) (?:past|to)) (?:to|too)\b", r"\1 two"),
    (r"\b((?:half|quarter) (?:past|to)) for\b", r"\1 four"),
)
_NOT_ORDINAL_AFTER = {"a", "one", "just", "per", "1"}


def ordinal(number: int) -> str:
    """3 → "3rd"."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def normalise(text: str) -> str:
    """Words joined by one space: "It's the Twenty-First, at 2:30 p.m." → "its the 21st at 2:30 pm"."""
    text = text.lower()
    for pattern, replacement in _JOINED:
        text = re.sub(pattern, replacement, text)
    tokens = re.findall(r"\d{4}-\d\d-\d\d|\d+(?:[:/]\d+)+|\d+(?:st|nd|rd|th)\b|\d+|[^\W\d_]+", text)
    return re.sub(r"\b2 thousand(?: and)? (\d\d)\b", r"20\1", " ".join(_numbers(tokens)))


def _numbers(tokens: list[str]) -> list[str]:
    words: list[str] = []
    at = 0
    while at < len(tokens):
        word, used = _number(tokens, at)
        words.append(word)
        at += used
    return words


def _number(tokens: list[str], at: int) -> tuple[str, int]:
    """The number that begins at `at` as digits, with how many tokens it took; else the token itself."""
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else ""
    if token in TENS:
        if 0 < UNITS.get(following, 0) < 10:
            return str(TENS[token] + UNITS[following]), 2
        if ORDINALS.get(following, 99) < 10:
            return ordinal(TENS[token] + ORDINALS[following]), 2
        return str(TENS[token]), 1
    plain = token[:-1] if token.endswith("s") and token[:-1] in UNITS else token
    value = UNITS.get(plain)
    if value is None and plain.isdecimal() and len(plain) <= 2:
        value = int(plain)
    if value and following == "hundred":
        return str(value * 100), 2
    if plain in UNITS:
        return str(UNITS[plain]), 1
    if token in ORDINALS and not (at and tokens[at - 1] in _NOT_ORDINAL_AFTER):
        return ordinal(ORDINALS[token]), 1
    return token, 1
