"""Speech to speech: what Frontdesk says of its own accord, in the model's voice."""

from typing import Any, Self

from pipecat.frames.frames import Frame, TTSSpeakFrame
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from frontdesk.errors import FrontdeskError
from frontdesk.services.speaking import SpeakingModel


class OwnWords(FrameProcessor):
    """Stands in front of a model that speaks itself, where no text-to-speech service follows it.

    It keeps what comes behind a sentence until the model has said it, as a text-to-speech service does.
    """

    def __init__(self, model: SpeakingModel):
        super().__init__()
        self._model = model

    @classmethod
    def of(cls, llm: Any, context: LLMContext) -> Self:
        """In front of `llm`, whose conversation `context` is. Raises FrontdeskError where it cannot speak."""
        if not isinstance(llm, SpeakingModel):
            raise FrontdeskError(f"{type(llm).__name__} cannot hear and speak itself")
        llm.begin(context)
        return cls(llm)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Have the model say a sentence; let everything else pass."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, TTSSpeakFrame):
            await self.push_frame(frame, direction)
            return
        if not frame.interruptible:
            await self._model.hear_no_more()
        await self._model.say(frame.text)
