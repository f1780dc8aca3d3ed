"""One media stream as the carrier runs it: frames out and audio in, in real time, on one clock."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

from frontdesk.simulator.clock import FRAME_SAMPLES, SAMPLE_RATE, Clock, MonotonicClock, ticks
from frontdesk.simulator.errors import LineDropped
from frontdesk.simulator.event import EndReason, Event, Kind
from frontdesk.simulator.line import Line
from frontdesk.simulator.mouth import Mouth
from frontdesk.simulator.playout import Playout
from frontdesk.simulator.recording import Recording
from frontdesk.simulator.utterance import GAP_S, Segmenter
from frontdesk.simulator.wire import Clear, Mark, Media, Message, Wire

T = TypeVar("T")
OnEvent = Callable[[Event], None]

# A bot that does not read any more is not waited for.
HANG_UP_S = 4.0


class Stream:
    """The carrier's end of a call: what it does by itself, whoever holds the phone.

    Every 20 ms it sends a frame of the caller's and plays one of the agent's. Times are in seconds since the
    stream's start. `marks` are those answered, `problems` the messages that the carrier would have refused.
    """

    def __init__(
        self,
        line: Line,
        wire: Wire,
        on_event: OnEvent | None = None,
        gap: float = GAP_S,
        clock: Clock | None = None,
    ):
        self.wire = wire
        self.mouth = Mouth()
        self.playout = Playout()
        self.ear = Segmenter(gap)
        self.recording = Recording()
        self.marks: list[str] = []
        self.problems: list[str] = []
        self.end_reason: EndReason | None = None
        self._line = line
        self._line_gone = False
        self._on_event = on_event
        self._clock = clock or MonotonicClock()
        self._start = self._clock.now()
        self._ticked = asyncio.Condition()
        self._finished = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def now(self) -> float:
        """Seconds since the stream's start."""
        return self._clock.now() - self._start

    async def open(self) -> None:
        """Send the opening messages and start the clock."""
        for message in self.wire.opening():
            await self._line.send(message)
        self._start = self._clock.now()
        self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._receive())]

    async def close(self) -> None:
        """Hang up if that has not happened, and leave nothing running. Raises what the stream died of."""
        await self.hang_up()
        self._line.vanish()
        for task in self._tasks:
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    async def hang_up(self) -> None:
        """End the call from the caller's side: `stop`, then a close frame. Does nothing when it is over."""
        self.end(EndReason.CALLER_HUNG_UP)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HANG_UP_S):
                await self._finished.wait()

    def vanish(self) -> None:
        """Fall off the network: no `stop`, no close frame."""
        self.end(EndReason.CALLER_VANISHED)
        self._line.vanish()

    def end(self, reason: EndReason) -> None:
        """The call is over: nothing more is said or heard; `stop` and the close frame follow within 20 ms."""
        if self.end_reason:
            return
        self.playout.stop()
        self.ear.finish()
        self.mouth.hush()
        self.end_reason = reason
        self.emit(Kind.ENDED, reason)

    async def press(self, digit: str) -> None:
        """Send one key press."""
        await self._line.send(self.wire.dtmf(digit))
        self.emit(Kind.DTMF, digit)

    async def until(self, find: Callable[[], T | None], otherwise: str = "too late") -> T:
        """Wait until `find`, asked every 20 ms, returns something. Raises LineDropped when the call ends."""
        async with self._ticked:
            await self._ticked.wait_for(lambda: find() or self.end_reason)
        found = find()
        if not found:
            raise LineDropped(f"{otherwise}: {self.end_reason}")
        return found

    def emit(self, kind: Kind, text: str = "", at: float | None = None) -> None:
        """Tell whoever watches the call."""
        if self._on_event:
            self._on_event(Event(kind, self.now if at is None else at, text))

    async def _run(self) -> None:
        try:
            async for tick in ticks(self._clock, self._start):
                if self.end_reason:
                    break
                await self._tick(tick * FRAME_SAMPLES)
        finally:
            self.end(EndReason.LINE_BROKE)
            await self._notify()
            await self._hang_up()

    async def _tick(self, position: int) -> None:
        frame = self.mouth.frame()
        if not self._line_gone:
            await self._line.send(self.wire.media(frame))
        heard, marks = self.playout.advance(position)
        self.recording.add(frame, heard)
        self._listen(heard)
        await self._answer(marks)
        if self._line_gone and self.playout.empty:
            self.end(EndReason.AGENT_CLOSED if self._line.closed_properly else EndReason.LINE_BROKE)
        await self._notify()

    def _listen(self, heard: bytes) -> None:
        was_speaking, spoken = self.ear.current, len(self.ear.finished)
        self.ear.feed(heard)
        if self.ear.current and not was_speaking:
            self.emit(Kind.AGENT_SPEAKS, at=self.ear.current.start / SAMPLE_RATE)
        if len(self.ear.finished) > spoken:
            self.emit(Kind.AGENT_SPOKE, at=self.ear.finished[-1].end / SAMPLE_RATE)

    async def _receive(self) -> None:
        try:
            async for raw in self._line.messages():
                await self._obey(self.wire.decode(raw))
        finally:
            self._line_gone = True

    async def _obey(self, message: Message) -> None:
        match message:
            case Media(pcm):
                self.playout.receive(pcm, int(self.now * SAMPLE_RATE))
            case Mark(name):
                self.playout.mark(name)
            case Clear():
                await self._clear()
            case _:
                self.problems.append(message.reason)
                self.emit(Kind.INVALID, message.reason)

    async def _clear(self) -> None:
        before = self.playout.cleared
        marks = self.playout.clear()
        dropped = self.playout.cleared - before
        if dropped:
            self.ear.finish(interrupted=True)
        self.emit(Kind.CLEAR, f"{dropped / SAMPLE_RATE:.2f} s dropped" if dropped else "")
        await self._answer(marks)

    async def _answer(self, marks: list[str]) -> None:
        for name in marks:
            if await self._line.send(self.wire.mark(name)):
                self.marks.append(name)
                self.emit(Kind.MARK, name)

    async def _hang_up(self) -> None:
        if self.end_reason is not EndReason.CALLER_VANISHED:
            await self._line.send(self.wire.stop())
            await self._line.close()
        self._finished.set()

    async def _notify(self) -> None:
        async with self._ticked:
            self._ticked.notify_all()
