"""The sentence that the agent is in the middle of."""

from pipecat.frames.frames import (
    AggregatedTextFrame,
    CancelFrame,
    Frame,
    InterruptionFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)

# How fast a voice speaks, in characters per second: about 150 English words a minute.
SPEAKING_RATE = 14.0


class Sentence:
    """Keeps what was heard of a sentence that is cut off, by the length of its audio.

    pipecat gives a sentence's text before its audio, and as spoken when it is over; only voices that time
    each word tell how far they came. Feed it every frame that comes out behind the output transport.
    """

    def __init__(self) -> None:
        self._text = ""
        self._audio_s = 0.0
        self._cut_off = ""

    def follow(self, frame: Frame) -> None:
        """Take the next frame."""
        match frame:
            case TTSTextFrame():
                self._text = ""
            case AggregatedTextFrame(will_be_spoken=True):
                self._text, self._audio_s, self._cut_off = frame.text, 0.0, ""
            case TTSAudioRawFrame():
                self._audio_s += frame.num_frames / frame.sample_rate
            case InterruptionFrame() | CancelFrame() if self._text:
                self._cut_off, self._text = self._heard(), ""

    def take(self) -> str:
        """The words of the sentence last cut off that were heard, once; "" where there were none."""
        heard, self._cut_off = self._cut_off, ""
        return heard

    def _heard(self) -> str:
        length = int(self._audio_s * SPEAKING_RATE)
        return self._text if length >= len(self._text) else self._text[: length + 1].rpartition(" ")[0]
