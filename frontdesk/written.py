"""What the agent says of its own accord, for those who read instead of listening."""

from pipecat.frames.frames import (
    Frame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor


class WrittenSpeech(FrameProcessor):
    """Turns a sentence to be spoken into a language model's response; put before the language model.

    pipecat's eval harness, in text, silences only the language model and reads only its responses.
    """

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass every other frame on as it is."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, TTSSpeakFrame):
            await self.push_frame(frame, direction)
            return
        text = LLMTextFrame(frame.text)
        text.append_to_context = frame.append_to_context
        for part in (LLMFullResponseStartFrame(), text, LLMFullResponseEndFrame()):
            part.interruptible = frame.interruptible
            await self.push_frame(part, direction)
