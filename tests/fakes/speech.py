"""When somebody speaks, told from the energy of the audio alone."""

from dataclasses import dataclass

import numpy as np

FRAME_S = 0.02
PRE_ROLL_S = 0.3


@dataclass
class SpeechDetector:
    """Listens to 16-bit mono PCM at `sample_rate` Hz; times are seconds of audio, not of the clock.

    Speech starts after `start_s` of frames whose RMS is over `threshold` (of 32768), and then `pcm` is the
    utterance so far, from a little before its start.
    """

    sample_rate: int
    threshold: float = 250.0
    start_s: float = 0.06

    def __post_init__(self) -> None:
        self.speaking = False
        self.pcm = bytearray()
        self.heard_s = 0.0
        self.started_at_s = 0.0
        self.last_voice_s = 0.0
        self._loud_s = 0.0
        self._rest = b""

    @property
    def silence_s(self) -> float:
        """Seconds since the last loud frame."""
        return self.heard_s - self.last_voice_s

    def frames(self, audio: bytes) -> list[bytes]:
        """Cut audio as it comes into whole 20 ms frames; the rest waits for more."""
        size = int(self.sample_rate * FRAME_S) * 2
        audio = self._rest + audio
        whole = len(audio) - len(audio) % size
        self._rest = audio[whole:]
        return [audio[start : start + size] for start in range(0, whole, size)]

    def hear(self, frame: bytes) -> bool:
        """Take one frame; True when speech starts with it."""
        self.heard_s += FRAME_S
        loud = rms(frame) > self.threshold
        self._loud_s = self._loud_s + FRAME_S if loud else 0.0
        if loud:
            self.last_voice_s = self.heard_s
        self.pcm += frame
        if self.speaking:
            return False
        if self._loud_s + FRAME_S / 2 > self.start_s:
            self.speaking = True
            self.started_at_s = self.heard_s - self._loud_s
            return True
        del self.pcm[: -int(self.sample_rate * PRE_ROLL_S) * 2]
        return False

    def reset(self) -> None:
        """The utterance is over: listen for the next."""
        self.speaking = False
        self._loud_s = 0.0
        self.pcm.clear()


def rms(pcm: bytes) -> float:
    """Root mean square of 16-bit PCM."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64)
    return float(np.sqrt(np.mean(samples**2))) if samples.size else 0.0
