"""Text to speech in a line: what one fails to say, the next says."""

from collections.abc import Sequence
from typing import Any

from pipecat.frames.frames import (
    AggregatedTextFrame,
    CancelFrame,
    EndFrame,
    ErrorFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    MetricsFrame,
    StartFrame,
    SystemFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.pipeline.service_switcher import ServiceSwitcher, ServiceSwitcherStrategy
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.tts_service import TTSService

from frontdesk.services.fallback.line_up import NextInLine, connect_in_time
from frontdesk.services.fallback.unsaid import Unsaid

# What a voice makes of what it is given. From one that failed nobody wants it: the next says it again.
SPEECH = (
    AggregatedTextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    SystemFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
)


class Voices(NextInLine):
    """Whatever takes over says what is still to be said."""

    def __init__(self, services: list[FrameProcessor]):
        super().__init__(services)
        self.unsaid = Unsaid()

    async def handle_error(self, error: ErrorFrame) -> FrameProcessor | None:
        """Move on from the active service, unless it could only not say what no voice can."""
        if self.active_service.is_usable and self.unsaid.rest() and not self.unsaid.is_speakable:
            return None
        return await super().handle_error(error)

    async def move_on(self) -> FrameProcessor | None:
        """Let the next in line say the rest; None where nobody is left who could."""
        failed = self.active_service
        taking_over = await super().move_on()
        if taking_over is not None:
            for frame in self.unsaid.restart():
                await taking_over.queue_frame(frame)
            await failed.queue_frame(InterruptionFrame())
        return taking_over


class Voice(ServiceSwitcher[Voices]):
    """Text to speech, of which one speaks at a time; `names` are their rows of the table."""

    def __init__(self, ttss: Sequence[TTSService], names: Sequence[str]):
        super().__init__([*ttss], Voices)
        connect_in_time(ttss)
        self.names = dict(zip(self.services, names, strict=True))

    async def move_on(self, reason: str) -> bool:
        """Take what is to be said from a voice that is silent; False where there is no other."""
        if self.strategy.following is None:
            return False
        await self.strategy.active_service.push_error(reason)
        return True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Keep what is to be said, so that it can be said again."""
        if isinstance(frame, InterruptionFrame):
            self.strategy.unsaid.interrupt()
        self.strategy.unsaid.give(frame)
        await super().process_frame(frame, direction)

    @staticmethod
    def _make_pipeline_definitions(
        services: list[FrameProcessor], strategy: ServiceSwitcherStrategy
    ) -> list[Any]:
        """pipecat's branches, one per service, each with a gate behind the service."""
        assert isinstance(strategy, Voices)
        branches = ServiceSwitcher._make_pipeline_definitions(services, strategy)
        gates = (_Gate(service, strategy) for service in services)
        return [[*branch, gate] for branch, gate in zip(branches, gates, strict=True)]


class _Gate(FrameProcessor):
    """Stands behind a service: notes what it has said, and lets nobody hear one whose turn is over."""

    def __init__(self, service: FrameProcessor, line: Voices):
        super().__init__(enable_direct_mode=True)
        self._service = service
        self._line = line
        self._is_heard = False
        self._soundless: list[Frame] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Let a frame pass, or not."""
        await super().process_frame(frame, direction)
        if direction is FrameDirection.UPSTREAM or isinstance(frame, StartFrame | EndFrame | CancelFrame):
            await self.push_frame(frame, direction)
        elif self._line.active_service is self._service:
            await self._follow(frame)
        else:
            await self._leave_behind(frame)

    async def _follow(self, frame: Frame) -> None:
        """Note what is said. A text whose sound is missing waits: pipecat counts it as said all the same."""
        unsaid = self._line.unsaid
        match frame:
            case TTSAudioRawFrame():
                self._is_heard = True
                self._line.forgive()
                await self._release()
            case TTSTextFrame() if not self._is_heard:
                return self._soundless.append(frame)
            case TTSTextFrame():
                unsaid.say(frame.text)
            case TTSStartedFrame():
                await self._release()
                self._is_heard = False
            case TTSStoppedFrame():
                unsaid.end_speech()
            case LLMFullResponseEndFrame():
                await self._release()
                unsaid.end_answer(frame)
            case InterruptionFrame():
                self._soundless.clear()
        await self.push_frame(frame)

    async def _release(self) -> None:
        texts, self._soundless = self._soundless, []
        for text in texts:
            self._line.unsaid.say(getattr(text, "text", ""))
            await self.push_frame(text)

    async def _leave_behind(self, frame: Frame) -> None:
        """What is not speech comes out behind what is said again."""
        self._soundless.clear()
        if isinstance(frame, MetricsFrame):
            await self.push_frame(frame)
        elif not isinstance(frame, SPEECH):
            await self._line.active_service.queue_frame(frame)
