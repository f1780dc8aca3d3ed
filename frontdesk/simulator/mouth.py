"""The caller's mouth: what goes into the phone, frame by frame."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from frontdesk.simulator.clock import FRAME_SAMPLES, SAMPLE_RATE
from frontdesk.simulator.utterance import loud_span

# About -72 dBFS: the noise of a quiet telephone line.
NOISE_LEVEL = 8.0
NOISE_S = 4


@dataclass(frozen=True)
class Spoken:
    """When the caller spoke: seconds since the stream's start, silence at either end left out."""

    start: float
    end: float


@dataclass
class Speech:
    """One thing to say; `spoken` is set when its last sound was taken, whatever silence follows."""

    pcm: bytes
    spoken: Spoken | None = None
    begins: int = -1
    offset: int = 0

    def __post_init__(self) -> None:
        self.loud = loud_span(self.pcm) or (0, len(self.pcm) // 2)

    def take(self, size: int) -> bytes:
        """The next `size` bytes, or what is left."""
        part = self.pcm[self.offset : self.offset + size]
        self.offset += size
        first, last = self.loud
        if not self.spoken and self.offset >= 2 * last:
            self.spoken = Spoken((self.begins + first) / SAMPLE_RATE, (self.begins + last) / SAMPLE_RATE)
        return part


class Mouth:
    """A queue of speech; line noise when there is none, as a telephone is never quite silent."""

    def __init__(self, noise_level: float = NOISE_LEVEL):
        noise = np.random.default_rng(8).normal(0, noise_level, NOISE_S * SAMPLE_RATE)
        self._noise = noise.astype("<i2").tobytes()
        self._queue: deque[Speech] = deque()
        self._position = 0

    @property
    def speaking(self) -> bool:
        return bool(self._queue)

    def say(self, pcm: bytes) -> Speech:
        """Queue speech: 16-bit mono PCM at 8 kHz."""
        speech = Speech(pcm)
        self._queue.append(speech)
        return speech

    def frame(self) -> bytes:
        """The next 20 ms: 320 bytes."""
        size = 2 * FRAME_SAMPLES
        at = 2 * self._position % len(self._noise)
        frame = self._noise[at : at + size]
        if self._queue:
            frame = self._speak(self._queue[0], frame)
        self._position += FRAME_SAMPLES
        return frame

    def hush(self) -> None:
        """Forget what was not said."""
        self._queue.clear()

    def _speak(self, speech: Speech, noise: bytes) -> bytes:
        if speech.begins < 0:
            speech.begins = self._position
        part = speech.take(len(noise))
        if speech.offset >= len(speech.pcm):
            self._queue.popleft()
        return part + noise[len(part) :]
