"""Language models in a line: what one fails to answer is asked of the next."""

from collections.abc import Sequence

from pipecat.frames.frames import (
    Frame,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
)
from pipecat.pipeline.llm_switcher import LLMSwitcher
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService

from frontdesk.services.fallback.line_up import NextInLine, connect_in_time


class Mind(LLMSwitcher[NextInLine]):
    """Language models, of which one answers at a time; `names` are their rows of the table."""

    def __init__(self, llms: Sequence[LLMService], names: Sequence[str]):
        super().__init__([*llms], NextInLine)
        connect_in_time(llms)
        self.names = dict(zip(self.services, names, strict=True))
        self._asked: LLMContext | None = None
        self._ask_again = False
        self._answering = False
        self._has_spoken = False
        self._stops: set[int] = set()

    @property
    def is_answering(self) -> bool:
        """Whether an answer has begun and not ended."""
        return self._answering

    async def move_on(self, reason: str) -> bool:
        """Take what was asked from a model that is silent, and ask the next; False where there is none."""
        silent = self.strategy.active_service
        if self._asked is None or self.strategy.following is None:
            return False
        await silent.push_error(reason)
        stop = InterruptionFrame()
        self._stops.add(stop.id)
        await silent.queue_frame(stop)
        return True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Keep what is asked, so that it can be asked again."""
        if isinstance(frame, LLMContextFrame):
            self._asked = frame.context
            self.strategy.forgive()
        elif isinstance(frame, InterruptionFrame):
            self._asked = None
        await super().process_frame(frame, direction)

    async def push_frame(self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM) -> None:
        """Follow the answer, and ask the next model when one that failed has come to its end."""
        before = self.strategy.active_service
        if frame.id not in self._stops:  # that was for the silent model alone
            await super().push_frame(frame, direction)
        self._follow(frame, has_moved_on=self.strategy.active_service is not before)
        if self._ask_again and not self._answering:
            self._ask_again = False
            await self._ask()

    def _follow(self, frame: Frame, has_moved_on: bool) -> None:
        self._ask_again |= has_moved_on
        match frame:
            case LLMFullResponseStartFrame():
                self._answering, self._has_spoken = True, False
            case LLMTextFrame():
                self._has_spoken = True
            case FunctionCallsStartedFrame():
                self._asked = None
            case LLMFullResponseEndFrame():
                self._answering = False
                self._asked = self._asked if self._ask_again else None

    async def _ask(self) -> None:
        if self._asked is None:
            return
        if self._has_spoken:  # half an answer: the whole one follows
            await super().push_frame(InterruptionFrame())
        await self.strategy.active_service.queue_frame(LLMContextFrame(self._asked))
