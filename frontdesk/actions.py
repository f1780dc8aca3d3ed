"""What Frontdesk's own tools do to a call."""

import re
from collections.abc import Sequence

from pipecat.frames.frames import Frame, OutputAudioRawFrame, OutputDTMFFrame
from pipecat.pipeline.worker import PipelineWorker

from frontdesk.errors import ToolError
from frontdesk.tongue import Tongue

# How long each pause between keys is, in seconds.
PAUSE_S = 0.5


class Actions:
    """The actions of one call, through its pipeline."""

    def __init__(self, tongue: Tongue | None) -> None:
        self._tongue = tongue
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

    async def switch_language(self, language: str, allowed: Sequence[str]) -> str:
        """Hear, think and speak in another language from now on, one of those allowed; its code."""
        if self._worker is None or self._tongue is None:
            raise ToolError("the language cannot be changed on this call")
        return await self._tongue.switch(language, allowed, self._worker)


def _tones(digits: str, rate: int) -> list[Frame]:
    """The keys as frames, with silence at `rate` for each pause."""
    pause = bytes(2 * int(rate * PAUSE_S))
    return [
        OutputAudioRawFrame(pause, rate, 1) if part in "w," else OutputDTMFFrame.from_string(part)
        for part in re.findall(r"[w,]|[0-9*#]+", digits)
    ]
