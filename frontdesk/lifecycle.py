"""What happens when: the greeting, the end, failures."""

import asyncio
from collections.abc import Callable

from fastapi import WebSocket
from loguru import logger
from pipecat.frames.frames import (
    CancelFrame,
    ErrorFrame,
    Frame,
    FunctionCallsStartedFrame,
    LLMTextFrame,
    TTSSpeakFrame,
)
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.service_switcher import ServiceSwitcher
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.transports.base_transport import BaseTransport

from frontdesk import close_codes
from frontdesk.flow import Lead
from frontdesk.hangup import HangUp
from frontdesk.phrases import Phrases
from frontdesk.pipeline import Conversation
from frontdesk.record.call_record import EndReason
from frontdesk.record.recorder import Recorder
from frontdesk.serializers import STOPPED
from frontdesk.services.fallback import Ears

# How many times in a row the language model may fail before the call is given up.
MAX_LLM_FAILURES = 2


def _why_disconnected(client: object) -> EndReason:
    """The caller hung up, unless the server closed the WebSocket because it stops."""
    code = getattr(client.state, "close_code", None) if isinstance(client, WebSocket) else None
    return EndReason.SHUT_DOWN if code == close_codes.SERVICE_RESTART else EndReason.CALLER_HUNG_UP


def _is_part(failed: FrameProcessor | None, part: FrameProcessor) -> bool:
    """Whether a processor is this part of the conversation, or one of several of its kind."""
    return failed is part or (isinstance(part, ServiceSwitcher) and failed in part.services)


class Failures(BaseObserver):
    """How often in a row the language model has failed; an answer puts it back to 0."""

    def __init__(self) -> None:
        super().__init__(observe_every_push=False)
        self.count = 0

    async def on_push_frame(self, data: FramePushed) -> None:
        """See whether a frame is part of an answer."""
        if isinstance(data.frame, LLMTextFrame | FunctionCallsStartedFrame):
            self.count = 0


class Lifecycle:
    """The event handlers of one call."""

    def __init__(
        self,
        conversation: Conversation,
        hang_up: HangUp,
        recorder: Recorder,
        phrases: Callable[[], Phrases],
        failures: Failures,
    ):
        self._conversation = conversation
        self._hang_up = hang_up
        self._recorder = recorder
        self._phrases = phrases
        self._failures = failures
        self._time_limit: asyncio.TimerHandle | None = None

    def attach(
        self,
        transport: BaseTransport,
        greeting: Callable[[], str | None],
        max_duration_s: float | None,
        lead: Lead | None = None,
    ) -> None:
        """Handle the events of a call that is about to start; `greeting` gives the words to say by then.

        Where there are none, `lead` lets the LLM begin.
        """

        async def on_client_connected(_: BaseTransport, __: object) -> None:
            self._limit(max_duration_s)
            if words := greeting():
                await self.say(words)
            if lead:
                await lead.begin(responds=not words)

        async def on_client_disconnected(_: BaseTransport, client: object) -> None:
            self._recorder.ends(_why_disconnected(client))
            await self._conversation.worker.cancel(reason="the caller is gone")

        transport.add_event_handler("on_client_connected", on_client_connected)
        transport.add_event_handler("on_client_disconnected", on_client_disconnected)
        worker = self._conversation.worker
        if isinstance(self._conversation.stt, Ears):
            self._conversation.stt.add_event_handler("on_speech_lost", self._on_speech_lost)
        worker.add_event_handler("on_pipeline_error", self._on_error)
        worker.add_event_handler("on_pipeline_finished", self._on_finished)
        worker.add_event_handler("on_pipeline_timeout", self._on_timeout)
        worker.add_event_handler("on_setup_timeout", self._on_timeout)
        worker.add_event_handler("on_idle_timeout", self._on_idle)

    def detach(self) -> None:
        """Stop what runs on its own."""
        if self._time_limit:
            self._time_limit.cancel()

    async def say(self, text: str) -> None:
        """Say something that is not the language model's, but that it should know was said."""
        await self._conversation.worker.queue_frame(TTSSpeakFrame(text))

    def _limit(self, seconds: float | None) -> None:
        if seconds and not self._time_limit:
            loop = asyncio.get_running_loop()
            self._time_limit = loop.call_later(seconds, self._time_is_up)

    def _time_is_up(self) -> None:
        self._conversation.worker.create_task(
            self._hang_up.begin(self._phrases().time_is_up, EndReason.TIME_LIMIT), "time_limit"
        )

    async def _on_error(self, worker: PipelineWorker, frame: ErrorFrame) -> None:
        """A service failed: the caller hears so, or the call ends where it cannot go on."""
        failed, parts = frame.processor, self._conversation
        if failed is None or self._hang_up.in_progress:
            return
        lost = not failed.is_usable
        if lost and failed is (parts.tts or parts.llm):
            await self._hang_up.begin(None, EndReason.VENDOR_FAILED)
        elif lost and failed in (parts.stt, parts.llm):
            await self._hang_up.begin(self._phrases().out_of_order, EndReason.VENDOR_FAILED)
        elif _is_part(failed, parts.llm):
            await self._llm_failed()

    async def _llm_failed(self) -> None:
        self._failures.count += 1
        if self._failures.count >= MAX_LLM_FAILURES:
            await self._hang_up.begin(self._phrases().out_of_order, EndReason.VENDOR_FAILED)
        else:
            await self.say(self._phrases().say_again)

    async def _on_speech_lost(self, ears: Ears) -> None:
        await self.say(self._phrases().say_again)

    async def _on_finished(self, worker: PipelineWorker, frame: Frame) -> None:
        await self._hang_up.stop()
        if isinstance(frame, CancelFrame) and frame.reason == STOPPED:
            self._recorder.ends(EndReason.CALLER_HUNG_UP)

    async def _on_timeout(self, worker: PipelineWorker, frame: Frame | None = None) -> None:
        if isinstance(frame, CancelFrame):
            logger.warning("A service did not let go in time; it is left behind")
            return
        logger.error("The call's services did not start in time")
        self._recorder.went_wrong("pipeline", "a processor was blocked while starting")
        self._recorder.ends(EndReason.VENDOR_FAILED)

    async def _on_idle(self, worker: PipelineWorker) -> None:
        self._recorder.ends(EndReason.CALLER_SILENT)
