"""Both sides of a call on one clock."""

import wave
from pathlib import Path

import numpy as np

from frontdesk.simulator.clock import SAMPLE_RATE


class Recording:
    """16-bit PCM at 8 kHz: the caller as spoken on the left, the agent as heard on the right."""

    def __init__(self) -> None:
        self._caller = bytearray()
        self._agent = bytearray()

    @property
    def seconds(self) -> float:
        return len(self._caller) / 2 / SAMPLE_RATE

    def add(self, caller: bytes, agent: bytes) -> None:
        """The next stretch of both sides; raises ValueError where they differ in length."""
        if len(caller) != len(agent):
            raise ValueError(f"{len(caller)} bytes of the caller, {len(agent)} of the agent")
        self._caller += caller
        self._agent += agent

    def caller(self, start: float = 0.0, end: float | None = None) -> bytes:
        """The caller's audio between two times (seconds)."""
        return _cut(self._caller, start, end)

    def agent(self, start: float = 0.0, end: float | None = None) -> bytes:
        """The agent's audio between two times (seconds)."""
        return _cut(self._agent, start, end)

    def stereo(self) -> bytes:
        """Interleaved: caller, agent, caller, agent …"""
        sides = [np.frombuffer(bytes(side), dtype="<i2") for side in (self._caller, self._agent)]
        return np.column_stack(sides).tobytes()

    def save(self, path: Path) -> Path:
        """Write a stereo WAV file, with its folder."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(self.stereo())
        return path


def _cut(side: bytearray, start: float, end: float | None) -> bytes:
    first = max(0, 2 * round(start * SAMPLE_RATE))
    last = len(side) if end is None else max(first, 2 * round(end * SAMPLE_RATE))
    return bytes(side[first:last])
