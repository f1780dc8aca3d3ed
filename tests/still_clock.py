"""A pipeline without time: a clock that stands still until it is told, a worker that keeps its frames."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, cast

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseStartFrame,
    TTSSpeakFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor


@dataclass
class Timer:
    """One call_later of the clock."""

    at: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class StillClock:
    """Takes the place of the event loop and of the worker; `observers` see what happens."""

    now: float = 0.0
    timers: list[Timer] = field(default_factory=list)
    tasks: list[Coroutine[Any, Any, None]] = field(default_factory=list)
    queued: list[Frame] = field(default_factory=list)
    observers: list[BaseObserver] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None]) -> Timer:
        self.timers.append(Timer(self.now + delay, callback))
        return self.timers[-1]

    def create_task(self, coroutine: Coroutine[Any, Any, None], name: str) -> None:
        self.tasks.append(coroutine)

    async def queue_frame(self, frame: Frame, direction: FrameDirection) -> None:
        self.queued.append(frame)

    async def happens(self, *frames: Frame) -> None:
        """Frames go through the pipeline."""
        source = cast(FrameProcessor, None)
        for frame in frames:
            for observer in self.observers:
                pushed = FramePushed(source, source, frame, FrameDirection.DOWNSTREAM, 0)
                await observer.on_push_frame(pushed)

    async def passes(self, seconds: float) -> None:
        """Let time pass, and do what is due."""
        end = self.now + seconds
        while due := [timer for timer in self.timers if not timer.cancelled and timer.at <= end]:
            first = min(due, key=lambda timer: timer.at)
            self.now = first.at
            self.timers.remove(first)
            first.callback()
            while self.tasks:
                await self.tasks.pop(0)
        self.now = end

    async def agent_says(self, text: str = "Hello.") -> None:
        """Something is said of the agent's own accord, and heard to its end."""
        await self.happens(TTSSpeakFrame(text), BotStartedSpeakingFrame())
        await self.passes(2)
        await self.happens(BotStoppedSpeakingFrame())

    async def caller_speaks(self) -> None:
        """A turn of the caller, of two seconds."""
        await self.happens(UserStartedSpeakingFrame(), InterruptionFrame())
        await self.passes(2)
        await self.happens(UserStoppedSpeakingFrame())

    async def model_is_asked(self) -> None:
        """The language model gets the context and begins."""
        await self.happens(LLMContextFrame(LLMContext()), LLMFullResponseStartFrame())

    @property
    def said(self) -> list[str]:
        """What the caller was told in the silence, since this was last asked."""
        words = [frame.text for frame in self.queued if isinstance(frame, TTSSpeakFrame)]
        self.queued = [frame for frame in self.queued if not isinstance(frame, TTSSpeakFrame)]
        return words
