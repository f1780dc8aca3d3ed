"""What a voice was given to say and has not said yet."""

from copy import copy

from pipecat.frames.frames import (
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)

# What a language model or the agent itself gives a voice to say.
GIVEN = (LLMFullResponseStartFrame, LLMTextFrame, LLMFullResponseEndFrame, TTSSpeakFrame)


class Unsaid:
    """Keeps what was given, in order, until it came out; characters are counted, spaces are not."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._said = 0

    def give(self, frame: Frame) -> None:
        """A voice gets another frame; what is not meant to be spoken does not count."""
        if isinstance(frame, GIVEN) and not getattr(frame, "skip_tts", None):
            self._frames.append(frame)

    def say(self, text: str) -> None:
        """A voice has said this, the next of what it was given."""
        self._said += _length(text)

    def end_speech(self) -> None:
        """A voice has fallen silent; a sentence of its own is over, unless most of it is still missing."""
        first = self._frames[0] if self._frames else None
        if isinstance(first, TTSSpeakFrame) and 2 * self._said >= _length(first.text):
            self._forget(1)

    def end_answer(self, end: LLMFullResponseEndFrame) -> None:
        """The end of an answer has come out, and so has all that was given before it."""
        if end in self._frames:
            self._forget(self._frames.index(end) + 1)

    def interrupt(self) -> None:
        """Nothing is to be said any more but what cannot be interrupted."""
        kept = [frame for frame in self._frames if not frame.interruptible]
        self._forget(0 if kept and kept[0] is self._frames[0] else len(self._frames))
        self._frames = kept

    def rest(self) -> list[Frame]:
        """All that is still to be said, the first text without what of it was said."""
        rest, said = [], self._said
        for frame in self._frames:
            if isinstance(frame, LLMTextFrame | TTSSpeakFrame):
                length = _length(frame.text)
                if said:
                    frame, said = _behind(frame, said), max(0, said - length)
                if not frame.text.strip() and length:
                    continue
            rest.append(frame)
        return rest

    def restart(self) -> list[Frame]:
        """Begin anew with the rest, for another voice, which gets it now."""
        self._frames, self._said = self.rest(), 0
        return list(self._frames)

    @property
    def is_speakable(self) -> bool:
        """Whether there are letters or digits in what is to be said next, which every voice can say."""
        for frame in self.rest():
            if any(letter.isalnum() for letter in getattr(frame, "text", "")):
                return True
            if isinstance(frame, LLMFullResponseEndFrame | TTSSpeakFrame):
                return False
        return False

    def _forget(self, count: int) -> None:
        del self._frames[:count]
        if count:
            self._said = 0


def _length(text: str) -> int:
    return sum(not letter.isspace() for letter in text)


def _behind(frame: LLMTextFrame | TTSSpeakFrame, count: int) -> LLMTextFrame | TTSSpeakFrame:
    """The frame without the first `count` characters of its text that are no spaces."""
    rest = copy(frame)
    rest.text = _without(frame.text, count)
    return rest


def _without(text: str, count: int) -> str:
    for at, letter in enumerate(text):
        if not count:
            return text[at:]
        count -= not letter.isspace()
    return ""
