"""A phone made of software: one call, held by a caller who speaks and listens."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from frontdesk.simulator import speech
from frontdesk.simulator.clock import SAMPLE_RATE, Clock
from frontdesk.simulator.errors import LineDropped, NothingHeard
from frontdesk.simulator.event import EndReason, Kind
from frontdesk.simulator.line import Line
from frontdesk.simulator.mouth import Spoken
from frontdesk.simulator.playout import Playout
from frontdesk.simulator.recording import Recording
from frontdesk.simulator.stream import OnEvent, Stream
from frontdesk.simulator.twilio import TwilioWire
from frontdesk.simulator.utterance import GAP_S, Span, Utterance
from frontdesk.simulator.wire import Wire

T = TypeVar("T")
Speak = Callable[[str], Awaitable[bytes]]
Transcribe = Callable[[bytes, int], Awaitable[str]]

# Given to the transcriber before and after an utterance, so that no soft consonant is lost.
MARGIN_S = 0.2
KEY_S = 0.2


class Phone:
    """One call; open it with `Phone.call(url)`. Every time is in seconds since the stream's start."""

    def __init__(
        self,
        stream: Stream,
        speak: Speak = speech.synthesize,
        transcribe: Transcribe | None = speech.transcribe,
    ):
        self.stream = stream
        self._speak = speak
        self._transcribe = transcribe
        self._next = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def call(
        cls,
        url: str,
        custom_parameters: Mapping[str, str] | None = None,
        *,
        wire: Wire | None = None,
        headers: Mapping[str, str] | None = None,
        answer_within: float = 10.0,
        speak: Speak = speech.synthesize,
        transcribe: Transcribe | None = speech.transcribe,
        on_event: OnEvent | None = None,
        gap: float = GAP_S,
        clock: Clock | None = None,
    ) -> "AsyncIterator[Phone]":
        """Dial `url` (ws:// or wss://) and open the stream; the end of the block hangs up.

        The wire is Twilio's, with these custom parameters, unless another is given. `gap` is the silence
        (seconds) that ends an utterance; `transcribe=None` leaves transcripts empty.
        Raises CannotConnect when nobody answers within `answer_within` seconds.
        """
        line = await Line.dial(url, within=answer_within, headers=headers)
        stream = Stream(line, wire or TwilioWire(custom_parameters or {}), on_event, gap, clock)
        try:
            await stream.open()
            yield cls(stream, speak, transcribe)
        finally:
            await stream.close()

    @property
    def now(self) -> float:
        return self.stream.now

    @property
    def end_reason(self) -> EndReason | None:
        """Who ended the call and how; None while it goes on."""
        return self.stream.end_reason

    @property
    def playout(self) -> Playout:
        """What was received, heard, cleared and cut, in samples."""
        return self.stream.playout

    @property
    def recording(self) -> Recording:
        return self.stream.recording

    @property
    def marks(self) -> list[str]:
        """Names of the marks answered, in order."""
        return self.stream.marks

    @property
    def problems(self) -> list[str]:
        """The bot's messages that the carrier would have refused, each with the reason."""
        return self.stream.problems

    @property
    def answered(self) -> bool:
        """Whether the agent has been heard at all."""
        return bool(self.stream.ear.current or self.stream.ear.finished)

    async def say(self, text: str) -> Spoken:
        """Speak text; returns when it is said. Raises LineDropped when the call ends before."""
        return await self.play(await self._speak(text), text)

    async def play(self, pcm: bytes, text: str = "") -> Spoken:
        """Speak 16-bit mono PCM at 8 kHz; returns when it is said.

        It barges in where the agent is speaking. Raises LineDropped when the call ends before.
        """
        if self.end_reason:
            raise LineDropped(f"nothing more can be said: {self.end_reason}")
        self.stream.emit(Kind.BARGE_IN if self.stream.ear.sounding() else Kind.CALLER_SPEAKS, text)
        queued = self.stream.mouth.say(pcm)
        spoken = await self.stream.until(lambda: queued.spoken, "the caller was cut off")
        self.stream.emit(Kind.CALLER_SPOKE, text, spoken.end)
        return spoken

    def hush(self) -> None:
        """Stop speaking in mid-word."""
        self.stream.mouth.hush()

    async def press(self, digits: str) -> Spoken:
        """Press keys (0-9, *, #, A-D), one every 0.2 s. Raises LineDropped when the call ends before."""
        start = self.now
        for digit in digits:
            await self.stream.press(digit)
            await self.pause(KEY_S)
        return Spoken(start, self.now)

    async def pause(self, seconds: float) -> None:
        """Let time pass on the call. Raises LineDropped when the call ends before."""
        end = self.now + seconds
        await self.stream.until(lambda: self.now >= end, "the call ended in a pause")

    async def hang_up(self) -> None:
        """Put the phone down: `stop`, then a close frame. Does nothing when the call is over."""
        await self.stream.hang_up()

    def vanish(self) -> None:
        """Fall off the network: no `stop`, no close frame."""
        self.stream.vanish()

    def on_hangup(self) -> None:
        """The carrier ends the call, as a REST request asked: what is not yet heard never will be."""
        self.stream.end(EndReason.CARRIER_HUNG_UP)

    async def hear(self, within: float = 15.0, longest: float = 60.0) -> Utterance:
        """The agent's next utterance, when it has fallen silent.

        Raises NothingHeard when the agent does not begin within `within` seconds or goes on for more than
        `longest`; LineDropped when the call ends and nothing more was said.
        """
        await self._heard(lambda: self._unheard() or self.stream.ear.current, within)
        span = await self._heard(self._unheard, longest)
        self._next += 1
        said = await self._write_down(span)
        self.stream.emit(Kind.HEARD, said.text, said.start)
        return said

    async def agent_speaking(self, within: float = 15.0) -> float:
        """Wait until the agent is audible; returns when its utterance began.

        Raises NothingHeard, LineDropped.
        """
        ear = self.stream.ear
        span = await self._heard(lambda: ear.current if ear.sounding() else None, within)
        return span.start / SAMPLE_RATE

    async def wait_ended(self, within: float = 15.0) -> EndReason:
        """Wait until the call is over and what was buffered has been heard. Raises TimeoutError."""
        async with asyncio.timeout(within):
            return await self.stream.until(lambda: self.end_reason)

    def _unheard(self) -> Span | None:
        unheard = self.stream.ear.finished[self._next :]
        return unheard[0] if unheard else None

    async def _heard(self, find: Callable[[], T | None], within: float) -> T:
        try:
            async with asyncio.timeout(within):
                return await self.stream.until(find, "nothing more was said")
        except TimeoutError:
            raise NothingHeard(f"waited {within:g} s for the agent") from None

    async def _write_down(self, span: Span) -> Utterance:
        start, end = span.start / SAMPLE_RATE, span.end / SAMPLE_RATE
        said = Utterance(start, end, self.recording.agent(start, end), span.interrupted)
        if not self._transcribe:
            return said
        audio = self.recording.agent(start - MARGIN_S, end + MARGIN_S)
        return replace(said, text=(await self._transcribe(audio, SAMPLE_RATE)).strip())
