"""Text as the embedded voice should read it: digits of telephone and reference numbers one by one."""

import re

# Amounts, times, decimals, e-mail and web addresses must not match: hence what may not stand on either side.
_BEFORE = r"(?<![\w$€£.,:/@#+-])"
_AFTER = r"(?![\w@%]|[-.,:/@]\w)"
_DATE = r"(?!\d{4}-\d{2}-\d{2}\b|\d{1,2}-\d{1,2}-\d{4}\b)"
_SHAPES = (
    r"\+\d[\d ().-]{5,18}\d",  # international: +44 20 7946 0000
    r"(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ .-])?\d{3}[ .-]\d{4}",  # North American, 7, 10 or 11 digits
    r"\d{2,}(?:-\d+){2,}",  # other groups: 123-45-6789
    r"\d{7,}",  # too long for a quantity said aloud
    r"0\d{2,}",  # a leading zero is a code
)
_DIGITS = re.compile(_BEFORE + _DATE + "(?:" + "|".join(_SHAPES) + ")" + _AFTER)


def spoken(text: str) -> str:
    """`text` with phone and reference numbers as separate digits: "555-0142" becomes "5 5 5, 0 1 4 2"."""
    return _DIGITS.sub(lambda found: _apart(found.group()), text)


def _apart(number: str) -> str:
    groups = re.findall(r"\d+", number)
    if len(groups) == 1:
        groups = _grouped(groups[0])
    said = ", ".join(" ".join(group) for group in groups)
    return f"plus {said}" if number.startswith("+") else said


def _grouped(digits: str) -> list[str]:
    """Split as people say it: groups of three, the last of up to four."""
    groups = []
    while len(digits) > 4:
        # A country code or other odd digit comes first, so that the rest falls into 3-3-4.
        size = (len(digits) - 4) % 3 or 3
        groups.append(digits[:size])
        digits = digits[size:]
    return [*groups, digits]
