"""What Frontdesk's own tools do to a call."""

import re

from pipecat.frames.frames import Frame, OutputAudioRawFrame, OutputDTMFFrame
from pipecat.pipeline.worker import PipelineWorker

from frontdesk.errors import ToolError

# How long each pause between keys is, in seconds.
PAUSE_S = 0.5


class Actions:
    """The actions of one call, through its pipeline."""

    def __init__(self) -> None:
        self._worker: PipelineWorker | None = None

    def attach(self, worker: PipelineWorker) -> None:
        """The worker of the call."""
        self._worker = worker

    async def press(self, digits: str) -> None:
        """Send digits as tones, behind what is being said."""
        if self._worker is None:
            raise ToolError("keys cannot be pressed on this call")
        for frame in _tones(digits, self._worker.params.audio_out_sample_rate):
            # An automatic menu that talks on must not cut them off.
            frame.interruptible = False
            await self._worker.queue_frame(frame)

    async def switch_language(self, language: str) -> None:
        """Hear, think and speak in another language from now on."""
        raise ToolError("the language cannot be changed on this call")


def _tones(digits: str, rate: int) -> list[Frame]:
    """The keys as frames, with silence at `rate` for each pause."""
    pause = bytes(2 * int(rate * PAUSE_S))
    return [
        OutputAudioRawFrame(pause, rate, 1) if part in "w," else OutputDTMFFrame.from_string(part)
        for part in re.findall(r"[w,]|[0-9*#]+", digits)
    ]
