"""Speech to text in a line: when one goes deaf, the next listens."""

from collections.abc import Mapping, Sequence

from pipecat.frames.frames import (
    Frame,
    InterimTranscriptionFrame,
    STTMetadataFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.pipeline.service_switcher import ServiceSwitcher
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.services.stt_service import STTService
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from frontdesk.services.fallback.line_up import NextInLine, connect_in_time


class Ears(ServiceSwitcher[NextInLine]):
    """Speech to text, of which one listens at a time; `names` are their rows of the table.

    `strategies` is how turns are heard with each of them; empty, that is the user aggregator's affair.
    The event `on_speech_lost` tells that the caller may have spoken to deaf ears.
    """

    def __init__(self, stts: Sequence[STTService], names: Sequence[str]):
        super().__init__([*stts], NextInLine)
        connect_in_time(stts)
        self.names = dict(zip(self.services, names, strict=True))
        self.strategies: Mapping[FrameProcessor, UserTurnStrategies] = {}
        self._in_force: UserTurnStrategies | None = None
        self._unheard = False
        self._register_event_handler("on_speech_lost")

    async def move_on(self, reason: str) -> bool:
        """Let the next listen where the caller spoke and nothing was heard; False where there is no other."""
        if not self._unheard or self.strategy.following is None:
            return False
        self._unheard = False  # they are spoken to at once: it need not be told
        await self.strategy.active_service.push_error(reason)
        return True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Note that the caller speaks."""
        if isinstance(frame, UserStartedSpeakingFrame | VADUserStartedSpeakingFrame):
            self._unheard = True
        await super().process_frame(frame, direction)

    async def push_frame(self, frame: Frame, direction: FrameDirection = FrameDirection.DOWNSTREAM) -> None:
        """Note what was heard; say with the metadata of who listens how turns are heard from now on."""
        if isinstance(frame, TranscriptionFrame):
            self._unheard = False
        if isinstance(frame, TranscriptionFrame | InterimTranscriptionFrame):
            self.strategy.forgive()
        before = self.strategy.active_service
        if isinstance(frame, STTMetadataFrame) and frame.service_name == before.name:
            frame.user_turn_strategies = self._new_strategies()
        await super().push_frame(frame, direction)
        if self.strategy.active_service is not before and self._unheard:
            self._unheard = False
            await self._call_event_handler("on_speech_lost")

    def _new_strategies(self) -> UserTurnStrategies | None:
        """How turns are heard with the active service; None where that stays as it is."""
        before, self._in_force = self._in_force, self.strategies.get(self.strategy.active_service)
        return None if self._in_force is before else self._in_force
