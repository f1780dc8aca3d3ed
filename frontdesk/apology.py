"""Where no conversation can be had: the caller hears so, and the line drops."""

from pipecat.frames.frames import ErrorFrame
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.transports.base_transport import BaseTransport
from pipecat.workers.runner import WorkerRunner

from frontdesk.hangup import HangUp
from frontdesk.phrases import Phrases
from frontdesk.pipeline import worker_of
from frontdesk.record.call_record import EndReason
from frontdesk.record.recorder import Recorder
from frontdesk.services.services import TTS
from frontdesk.transport import Line
from frontdesk.witness import watch_pipeline

# How long nobody may come to the line, in seconds.
IDLE_TIMEOUT_S = 30.0


async def apologise(line: Line, tts: TTS, words: Phrases, recorder: Recorder) -> None:
    """Say that we are out of order and hang up; the line, which has a transport, is used up by it."""
    assert line.transport is not None
    processors = [line.transport.input(), tts, line.transport.output()]
    rates = PipelineParams(audio_in_sample_rate=line.in_rate, audio_out_sample_rate=line.out_rate)
    worker = worker_of(line, processors, rates, watch_pipeline(recorder), idle_timeout_secs=IDLE_TIMEOUT_S)
    hang_up = HangUp(line.playout, recorder)
    hang_up.attach(worker)

    async def on_client_connected(_: BaseTransport, __: object) -> None:
        await hang_up.begin(words.out_of_order, EndReason.FAILED)

    async def on_client_disconnected(_: BaseTransport, __: object) -> None:
        await worker.cancel(reason="the caller is gone")

    async def on_pipeline_error(_: PipelineWorker, __: ErrorFrame) -> None:
        await worker.cancel(reason="the voice failed too")

    async def on_pipeline_finished(_: PipelineWorker, __: object) -> None:
        await hang_up.stop()

    line.transport.add_event_handler("on_client_connected", on_client_connected)
    line.transport.add_event_handler("on_client_disconnected", on_client_disconnected)
    worker.add_event_handler("on_pipeline_error", on_pipeline_error)
    worker.add_event_handler("on_pipeline_finished", on_pipeline_finished)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()
