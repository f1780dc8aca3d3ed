"""Hanging up: the goodbye is heard, then the line drops."""

import asyncio
from dataclasses import dataclass

from loguru import logger
from pipecat.frames.frames import EndFrame, Frame, InterruptionFrame, TTSSpeakFrame
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection

from frontdesk.playout import Playout
from frontdesk.record.call_record import EndReason
from frontdesk.record.recorder import Recorder

# The longest that a goodbye is waited for, in seconds: until it is all sent, and until the carrier has played
# out what it still buffers.
GOODBYE_TIMEOUT_S = 30.0
PLAYOUT_TIMEOUT_S = 3.0

# How long nothing may move in the pipeline before what holds up the goodbye is interrupted, in seconds.
STUCK_TIMEOUT_S = 3.0


@dataclass
class LastWordsFrame(TTSSpeakFrame):
    """The goodbye: said to its end, whatever the caller does."""

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[no-untyped-call]
        self.interruptible = False


class HangUp:
    """Ends one call from our side, once."""

    def __init__(self, playout: Playout, recorder: Recorder):
        self._playout = playout
        self._recorder = recorder
        self._worker: PipelineWorker | None = None
        self._task: asyncio.Task[None] | None = None
        self.in_progress = False

    def attach(self, worker: PipelineWorker) -> None:
        """The worker whose call this ends; it is built after this, because its tools can hang up."""
        self._worker = worker

    async def begin(self, goodbye: str | None, reason: EndReason, problem: str | None = None) -> None:
        """Say `goodbye`, wait until it was heard, end the call. Returns at once; works once.

        `problem` is what went wrong, for the record.
        """
        if self.in_progress or self._worker is None:
            return
        self.in_progress = True
        if problem:
            logger.error(f"The call is given up: {problem}")
            self._recorder.went_wrong("call", problem)
        self._recorder.ends(reason)
        self._task = self._worker.create_task(self._hang_up(self._worker, goodbye), "hang_up")

    async def stop(self) -> None:
        """The call is over: wait for nothing any more."""
        if self._worker and self._task and self._task is not asyncio.current_task():
            await self._worker.cancel_task(self._task)
            self._task = None

    async def _hang_up(self, worker: PipelineWorker, goodbye: str | None) -> None:
        await worker.queue_frames(self._last_frames(goodbye))
        if not await self._sent(worker):
            # A service that hangs holds it up; the goodbye itself survives an interruption.
            await interrupt(worker)
            await self._sent(worker)
        if not await self._playout.heard(PLAYOUT_TIMEOUT_S):
            logger.warning("The carrier did not say that the goodbye was played out")
        await worker.queue_frame(EndFrame())

    async def _sent(self, worker: PipelineWorker) -> bool:
        """Wait until all that was queued has left; whether it has."""
        try:
            async with asyncio.timeout(GOODBYE_TIMEOUT_S):
                return await worker.flush_pipeline(STUCK_TIMEOUT_S)
        except TimeoutError:
            logger.warning(f"The goodbye was not over within {GOODBYE_TIMEOUT_S:g} s")
            return False

    def _last_frames(self, goodbye: str | None) -> list[Frame]:
        frames: list[Frame] = []
        if goodbye:
            frames.append(LastWordsFrame(goodbye))
        if mark := self._playout.mark():
            frames.append(mark)
        return frames


async def interrupt(worker: PipelineWorker) -> None:
    """Give up what the language model and the voice are at; uninterruptible frames stay queued.

    From the end of the pipeline, because the user aggregator lets no interruption through while it is muted.
    """
    await worker.queue_frame(InterruptionFrame(), FrameDirection.UPSTREAM)
