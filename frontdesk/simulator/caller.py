"""A caller: listens, decides, speaks, and measures how fast it is answered."""

import contextlib
from collections.abc import Awaitable
from dataclasses import dataclass, field

from frontdesk.simulator.errors import LineDropped, NothingHeard
from frontdesk.simulator.mouth import Spoken
from frontdesk.simulator.phone import Phone
from frontdesk.simulator.speech import load_wav
from frontdesk.simulator.step import BargeIn, HangUp, Mind, Pause, Play, Press, Say, Step, Vanish
from frontdesk.simulator.utterance import Utterance


@dataclass
class Turn:
    """What the caller did, and what the agent answered; times in seconds since the stream's start.

    The first turn of a call is the greeting: nothing was said before it, and `spoken` is at 0. Where the call
    ended before the caller did, `said` ends with "…".
    """

    said: str
    spoken: Spoken
    barge_in: bool = False
    replies: list[Utterance] = field(default_factory=list)

    @property
    def answer(self) -> str:
        return " ".join(reply.text for reply in self.replies)

    @property
    def latency(self) -> float | None:
        """End of the caller's speech → first sound of the agent at the ear; None without an answer."""
        starts = (reply.start for reply in self.replies if reply.start >= self.spoken.end)
        first = next(starts, None)
        return None if first is None else first - self.spoken.end


class Caller:
    """Holds a conversation on a phone; `turns` grows as it goes."""

    def __init__(self, phone: Phone, mind: Mind, greeting_within: float = 15.0, patience: float = 8.0):
        self.turns = [Turn("", Spoken(0.0, 0.0))]
        self._phone = phone
        self._mind = mind
        self._greeting_within = greeting_within
        self._patience = patience

    async def converse(self) -> None:
        """Talk until one side hangs up. Raises NothingHeard when the agent never says its first word."""
        try:
            await self._talk()
        except LineDropped:
            await self._hear_the_rest()

    async def _talk(self) -> None:
        heard: str | None = await self._hear(self._greeting_within)
        step = self._mind.next(heard)
        while not isinstance(step, HangUp | Vanish):
            if step:
                await self._take(step)
            step = self._mind.next("" if isinstance(step, Pause) else await self._listen())
        if isinstance(step, Vanish):
            self._phone.vanish()
        await self._phone.hang_up()

    async def _listen(self) -> str | None:
        """What the agent says next, cut short where the caller interrupts; None when it stays silent."""
        try:
            if step := self._mind.interrupts():
                start = await self._phone.agent_speaking(self._patience)
                await self._phone.pause(max(0.0, start + step.after - self._phone.now))
                await self._take(step)
            return await self._hear(self._patience)
        except NothingHeard:
            return None

    async def _take(self, step: Step) -> None:
        match step:
            case Say(text):
                await self._turn(text, self._phone.say(text))
            case BargeIn(text):
                await self._turn(text, self._phone.say(text), barge_in=True)
            case Play(path):
                await self._turn(path.name, self._phone.play(load_wav(path), path.name))
            case Press(digits):
                await self._turn(f"keys {digits}", self._phone.press(digits))
            case Pause(seconds):
                await self._phone.pause(seconds)

    async def _turn(self, said: str, saying: Awaitable[Spoken], barge_in: bool = False) -> None:
        start = self._phone.now
        try:
            self.turns.append(Turn(said, await saying, barge_in))
        except LineDropped:
            self.turns.append(Turn(f"{said} …", Spoken(start, self._phone.now), barge_in))
            raise

    async def _hear(self, within: float) -> str:
        said = await self._phone.hear(within)
        turns = [turn for turn in self.turns if turn.spoken.start <= said.start]
        turns[-1].replies.append(said)
        if said.interrupted and turns[-1] is not self.turns[-1]:
            return await self._hear(within)
        return said.text

    async def _hear_the_rest(self) -> None:
        with contextlib.suppress(LineDropped):
            while True:
                await self._hear(self._patience)
