"""Language models in a line: what one fails to answer is asked of the next."""

import asyncio
from collections import deque
from collections.abc import Sequence

from pipecat.frames.frames import (
    Frame,
    FunctionCallsStartedFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.llm_switcher import LLMSwitcher
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.llm_service import LLMService

from frontdesk.services.fallback.line_up import NextInLine, connect_in_time


class Mind(LLMSwitcher[NextInLine]):
    """Language models, of which one answers at a time; `names` are their rows of the table."""

    def __init__(self, llms: Sequence[LLMService], names: Sequence[str]):
        super().__init__([*llms], NextInLine)
        connect_in_time(llms)
        self.names = dict(zip(self.services, names, strict=True))
        self._asked: deque[LLMContext] = deque()
        self._failed: FrameProcessor | None = None
        self._answering = False
        self._has_spoken = False
        self._has_acted = False
        self._stops: set[int] = set()

    async def move_on(self, reason: str) -> bool:
        """Take what was asked from a model that is silent, and ask the next; False where there is none."""
        silent = self.strategy.active_service
        if not self._asked or self._has_acted or self.strategy.following is None:
            return False
        await silent.push_error(reason)
        await self._stop(silent)
        return True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Keep what is asked, so that it can be asked again: not once the goodbye has begun."""
        if isinstance(frame, LLMContextFrame):
            await self._keep(frame.context)
        elif isinstance(frame, InterruptionFrame) or _is_last_words(frame):
            self._asked.clear()
        await super().process_frame(frame, direction)

    async def push_frame(self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM) -> None:
        """Follow the answer, and ask the next model when one that failed has come to its end."""
        before = self.strategy.active_service
        if frame.id not in self._stops:  # that was for the silent model alone
            await super().push_frame(frame, direction)
        if self.strategy.active_service is not before:
            self._failed = before
        self._follow(frame)
        if self._failed and not self._answering:
            failed, self._failed = self._failed, None
            await self._ask_another(failed)

    async def _keep(self, asked: LLMContext) -> None:
        if self._failed:  # whoever takes over is asked by this, with all that was said before
            await self._stop(self._failed)
            self._failed = None
            self._asked.clear()
        self._asked.append(asked)
        self.strategy.forgive()

    def _follow(self, frame: Frame) -> None:
        match frame:
            case LLMFullResponseStartFrame():
                self._answering, self._has_spoken, self._has_acted = True, False, False
            case LLMTextFrame():
                self._has_spoken = True
            case FunctionCallsStartedFrame():
                self._has_acted = True  # nobody else is to do it again
            case LLMFullResponseEndFrame():
                self._answering = False
                if self._asked and (self._has_acted or not self._failed):
                    self._asked.popleft()
                self._has_acted = False

    async def _ask_another(self, failed: FrameProcessor) -> None:
        if not self._asked:
            return
        if self._has_spoken:  # half an answer: the whole one follows
            await super().push_frame(InterruptionFrame())
        context = self._asked.pop()
        self._asked.clear()
        self._asked.append(context)
        await self.strategy.active_service.queue_frame(LLMContextFrame(context))
        await self._stop(failed)  # what else it was asked is in the same context
        # Let it stop before it begins; the task that it ends may be the one that runs here.
        await asyncio.sleep(0)

    async def _stop(self, model: FrameProcessor) -> None:
        """Have a model forget what it was asked."""
        stop = InterruptionFrame()
        self._stops.add(stop.id)
        await model.queue_frame(stop)


def _is_last_words(frame: Frame) -> bool:
    return isinstance(frame, TTSSpeakFrame) and not frame.interruptible
