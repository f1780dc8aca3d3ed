"""A small real pipeline around one real service, to try it against a stand-in."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import numpy as np
from pipecat.frames.frames import ErrorFrame, Frame, InputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

SAMPLE_RATE = 16000

F = TypeVar("F", bound=Frame)


class Collector(FrameProcessor):
    """Keeps every frame that passes, and lets it pass; errors are kept where they arise."""

    def __init__(self, bench: "Bench") -> None:
        super().__init__(enable_direct_mode=True)
        self._bench = bench

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Keep the frame and push it on."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, ErrorFrame):
            await self._bench.keep(frame)
        await self.push_frame(frame, direction)


class Bench:
    """A running pipeline: queue frames, then wait for what comes out of it at either end."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.worker: PipelineWorker | None = None
        self._changed = asyncio.Condition()

    async def keep(self, frame: Frame) -> None:
        """Note that `frame` came out."""
        async with self._changed:
            self.frames.append(frame)
            self._changed.notify_all()

    async def keep_error(self, _: FrameProcessor, error: ErrorFrame) -> None:
        """Note an error, which a service may have before its pipeline carries frames."""
        await self.keep(error)

    def seen(self, kind: type[F]) -> list[F]:
        """The frames of one kind that came out so far."""
        return [frame for frame in self.frames if isinstance(frame, kind)]

    async def queue(self, *frames: Frame) -> None:
        """Put frames in at the top."""
        assert self.worker
        await self.worker.queue_frames(list(frames))

    async def say(self, *parts: bytes) -> None:
        """Put 16-bit PCM in at the top, 20 ms a frame, a little faster than real time."""
        pcm = b"".join(parts)
        size = SAMPLE_RATE // 50 * 2
        for start in range(0, len(pcm), size):
            await self.queue(InputAudioRawFrame(pcm[start : start + size], SAMPLE_RATE, 1))
            await asyncio.sleep(0.002)

    async def wait_for(
        self,
        kind: type[F],
        met: Callable[[F], bool] = lambda _: True,
        *,
        count: int = 1,
        timeout_s: float = 5.0,
    ) -> F:
        """The `count`th frame of a kind for which `met` holds; TimeoutError past the bound."""

        def found() -> list[F]:
            return [frame for frame in self.seen(kind) if met(frame)]

        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(lambda: len(found()) >= count)
        return found()[count - 1]


@asynccontextmanager
async def bench(*processors: FrameProcessor) -> AsyncIterator[Bench]:
    """Run the processors in a pipeline until the block ends; every error of theirs is among its frames."""
    running = Bench()
    pipeline = Pipeline([Collector(running), *processors, Collector(running)])
    worker = PipelineWorker(
        pipeline,
        cancel_on_idle_timeout=False,
        enable_rtvi=False,
        params=PipelineParams(
            audio_in_sample_rate=SAMPLE_RATE,
            audio_out_sample_rate=SAMPLE_RATE,
            enable_metrics=True,
            enable_usage_metrics=True,
        ),
    )
    started = asyncio.Event()
    for processor in processors:
        processor.add_event_handler("on_error", running.keep_error)
    worker.add_event_handler("on_pipeline_started", lambda *_: started.set())
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    task = asyncio.create_task(runner.run())
    try:
        running.worker = worker
        async with asyncio.timeout(10):
            await started.wait()
        yield running
    finally:
        await worker.cancel()
        async with asyncio.timeout(10):
            await task


def noise(duration_s: float) -> bytes:
    """Speech as far as an energy detector can tell: a burst of noise, as 16-bit PCM."""
    samples = np.random.default_rng(7).normal(0, 3000, int(duration_s * SAMPLE_RATE))
    return samples.astype("<i2").tobytes()


def silence(duration_s: float) -> bytes:
    """Silence, as 16-bit PCM."""
    return bytes(2 * int(duration_s * SAMPLE_RATE))
