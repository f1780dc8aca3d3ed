"""Hanging up: the goodbye is heard, then the line drops."""

import asyncio

from loguru import logger
from pipecat.frames.frames import EndFrame, Frame, TTSSpeakFrame
from pipecat.pipeline.worker import PipelineWorker

from frontdesk.playout import Playout
from frontdesk.record.call_record import EndReason
from frontdesk.record.recorder import Recorder

# The longest that a goodbye is waited for, in seconds: until it is all sent, and until the carrier has played
# out what it still buffers.
GOODBYE_TIMEOUT_S = 30.0
PLAYOUT_TIMEOUT_S = 3.0


class HangUp:
    """Ends one call from our side, once."""

    def __init__(self, playout: Playout | None, recorder: Recorder):
        self._playout = playout or Playout()
        self._recorder = recorder
        self._worker: PipelineWorker | None = None
        self.in_progress = False

    def attach(self, worker: PipelineWorker) -> None:
        """The worker whose call this ends; it is built after this, because its tools can hang up."""
        self._worker = worker

    async def begin(self, goodbye: str | None, reason: EndReason) -> None:
        """Say `goodbye`, wait until it was heard, end the call. Returns at once; works once."""
        if self.in_progress or self._worker is None:
            return
        self.in_progress = True
        self._recorder.ends(reason)
        self._worker.create_task(self._hang_up(self._worker, goodbye), "hang_up")

    async def _hang_up(self, worker: PipelineWorker, goodbye: str | None) -> None:
        await worker.queue_frames(self._last_frames(goodbye))
        try:
            async with asyncio.timeout(GOODBYE_TIMEOUT_S):
                await worker.flush_pipeline()
        except TimeoutError:
            logger.warning(f"The goodbye was not over within {GOODBYE_TIMEOUT_S:g} s")
        if not await self._playout.heard(PLAYOUT_TIMEOUT_S):
            logger.warning("The carrier did not say that the goodbye was played out")
        await worker.queue_frame(EndFrame())

    def _last_frames(self, goodbye: str | None) -> list[Frame]:
        frames: list[Frame] = []
        if goodbye:
            speech = TTSSpeakFrame(goodbye)
            speech.interruptible = False
            frames.append(speech)
        if mark := self._playout.mark():
            frames.append(mark)
        return frames
