"""The playout buffer: when each sample of the agent's audio reaches the caller's ear.

Positions are samples since the stream's start, at 8 kHz. The buffer has no clock of its own:
`receive` and `advance` are told where time stands.
"""

from collections import deque
from dataclasses import dataclass, field

from frontdesk.simulator.clock import FRAME_SAMPLES, SAMPLE_RATE
from frontdesk.simulator.utterance import loud_span

# A gap shorter than 5 ms cannot be heard; past half a second the agent was silent rather than late.
UNDERRUN_SAMPLES = range(SAMPLE_RATE * 5 // 1000, SAMPLE_RATE // 2)


@dataclass
class _Chunk:
    start: int
    pcm: bytes

    @property
    def end(self) -> int:
        return self.start + len(self.pcm) // 2


@dataclass(frozen=True)
class Underrun:
    """The buffer ran dry in the middle of speech: where (samples), and for how many samples."""

    position: int
    samples: int


@dataclass
class Playout:
    """Plays what it receives at 8 kHz, without gaps while it has audio.

    `received` counts the agent's samples, each of which is waiting, or `heard`, or `cleared` by an
    interruption, or `cut` because the call ended first. `cut_pcm` is what the last one lost.
    """

    received: int = 0
    heard: int = 0
    cleared: int = 0
    cut_pcm: bytes = b""
    last_heard: int | None = None
    underruns: list[Underrun] = field(default_factory=list)
    _chunks: deque[_Chunk] = field(default_factory=deque)
    _marks: deque[tuple[int, str]] = field(default_factory=deque)
    _position: int = 0
    _head: int = 0
    _loud: bool = False
    _stopped: bool = False

    @property
    def cut(self) -> int:
        return len(self.cut_pcm) // 2

    @property
    def empty(self) -> bool:
        """Whether everything received was played."""
        return not self._chunks

    def receive(self, pcm: bytes, now: int) -> None:
        """Queue audio that arrived at `now`."""
        self.received += len(pcm) // 2
        if self._stopped:
            self.cut_pcm += pcm
        elif pcm:
            self._queue(pcm, now)

    def mark(self, name: str) -> None:
        """Queue a mark behind the audio received so far."""
        self._marks.append((self._head, name))

    def advance(self, to: int) -> tuple[bytes, list[str]]:
        """Play up to position `to`: what the ear heard since the last call, and the marks reached."""
        heard = bytearray(2 * (to - self._position))
        while self._chunks and self._chunks[0].start < to:
            self._play(self._chunks[0], to, heard)
        self._position = to
        marks = []
        while self._marks and self._marks[0][0] <= to:
            marks.append(self._marks.popleft()[1])
        return bytes(heard), marks

    def clear(self) -> list[str]:
        """Drop the audio not yet played; returns the marks, which are all answered at once."""
        self.cleared += len(self._drop()) // 2
        names = [name for _, name in self._marks]
        self._marks.clear()
        return names

    def stop(self) -> None:
        """The call ends: nothing more is heard, no mark is answered."""
        self._stopped = True
        self.cut_pcm += self._drop()
        self._marks.clear()

    def _queue(self, pcm: bytes, now: int) -> None:
        start = max(now, self._head, self._position)
        if self._loud and start - self._head in UNDERRUN_SAMPLES:
            self.underruns.append(Underrun(self._head, start - self._head))
        chunk = _Chunk(start, pcm)
        self._chunks.append(chunk)
        self._head = chunk.end
        self._loud = loud_span(pcm[-2 * FRAME_SAMPLES :]) is not None

    def _play(self, chunk: _Chunk, to: int, heard: bytearray) -> None:
        end = min(chunk.end, to)
        samples = end - chunk.start
        offset = 2 * (chunk.start - self._position)
        heard[offset : offset + 2 * samples] = chunk.pcm[: 2 * samples]
        self.heard += samples
        self.last_heard = end
        if end == chunk.end:
            self._chunks.popleft()
        else:
            chunk.start, chunk.pcm = end, chunk.pcm[2 * samples :]

    def _drop(self) -> bytes:
        dropped = b"".join(chunk.pcm for chunk in self._chunks)
        self._chunks.clear()
        self._head = min(self._head, self._position)
        self._loud = False
        return dropped
