"""Utterances: stretches of speech, found in audio by its loudness."""

from dataclasses import dataclass, field

import numpy as np

from frontdesk.simulator.clock import SAMPLE_RATE

# About -50 dBFS: far above µ-law's quantisation noise, far below speech.
LOUD = 100
# A pause inside speech is shorter than this; hibari pauses 0.7 to 0.8 s between sentences.
GAP_S = 1.0


@dataclass(frozen=True)
class Utterance:
    """What one side said in one go. Times in seconds since the stream's start; 16-bit mono PCM at 8 kHz."""

    start: float
    end: float
    pcm: bytes = field(repr=False)
    interrupted: bool = False
    text: str = ""


@dataclass(frozen=True)
class Span:
    """Where an utterance lies, in samples: first loud sample, and the one after the last."""

    start: int
    end: int
    interrupted: bool = False


def loud_span(pcm: bytes, threshold: int = LOUD) -> tuple[int, int] | None:
    """First loud sample and the one after the last in 16-bit mono PCM; None where all is quiet."""
    samples = np.frombuffer(pcm, dtype="<i2")
    loud = np.flatnonzero((samples > threshold) | (samples < -threshold))
    return (int(loud[0]), int(loud[-1]) + 1) if loud.size else None


class Segmenter:
    """Cuts a running stream of audio into utterances."""

    def __init__(self, gap: float = GAP_S, threshold: int = LOUD):
        self.finished: list[Span] = []
        self.current: Span | None = None
        self._gap = round(gap * SAMPLE_RATE)
        self._threshold = threshold
        self._position = 0

    def feed(self, pcm: bytes) -> None:
        """The next audio, at most one frame at a time: 16-bit mono PCM at 8 kHz."""
        span = loud_span(pcm, self._threshold)
        if span:
            self._extend(self._position + span[0], self._position + span[1])
        self._position += len(pcm) // 2
        if self.current and self._position - self.current.end >= self._gap:
            self.finish()

    def finish(self, interrupted: bool = False) -> None:
        """End the utterance under way, if there is one, where it was last loud."""
        if self.current:
            self.finished.append(Span(self.current.start, self.current.end, interrupted))
            self.current = None

    def sounding(self, within: float = 0.2) -> bool:
        """Whether there was sound in the last `within` seconds of an utterance that goes on."""
        return self.current is not None and self._position - self.current.end <= within * SAMPLE_RATE

    def _extend(self, start: int, end: int) -> None:
        self.current = Span(self.current.start if self.current else start, end)
