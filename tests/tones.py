"""Ears for the tones of a telephone's keys: Goertzel's filter over 16-bit mono PCM."""

import math
from array import array
from collections.abc import Sequence

ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
KEYS = ("123", "456", "789", "*0#")

WINDOW_S = 0.02
# A tone has nearly all of its power at its two frequencies.
SHARE = 0.8


def keys_in(pcm: bytes, rate: int = 8000) -> list[tuple[str, float]]:
    """The keys that are heard, each with the time (seconds) at which it begins; silence parts them."""
    samples, size = array("h", pcm), int(rate * WINDOW_S)
    found: list[tuple[str, float]] = []
    before = ""
    for start in range(0, len(samples) - size + 1, size):
        key = _key(samples[start : start + size], rate)
        if key and key != before:
            found.append((key, start / rate))
        before = key
    return found


def pressed(pcm: bytes, rate: int = 8000) -> str:
    """The keys alone."""
    return "".join(key for key, _ in keys_in(pcm, rate))


def _key(window: Sequence[int], rate: int) -> str:
    total = sum(sample * sample for sample in window)
    if total < len(window) * 200**2:
        return ""
    rows, columns = ([_power(window, hertz, rate) for hertz in group] for group in (ROWS, COLUMNS))
    # A sine of amplitude a has a power of (a n / 2)² here, and an energy of a² n / 2.
    if (max(rows) + max(columns)) * 2 / len(window) < SHARE * total:
        return ""
    return KEYS[rows.index(max(rows))][columns.index(max(columns))]


def _power(window: Sequence[int], hertz: float, rate: int) -> float:
    turn = 2 * math.cos(2 * math.pi * hertz / rate)
    last = before = 0.0
    for sample in window:
        last, before = sample + turn * last - before, last
    return last * last + before * before - turn * last * before
