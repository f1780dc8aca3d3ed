"""When the caller has finished, and when they may interrupt."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import Frame
from pipecat.processors.aggregators.llm_response_universal import LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.pipeline.service_switcher import ServiceSwitcher
from pipecat.services.stt_service import STTService
from pipecat.turns.user_start import TranscriptionUserTurnStartStrategy, VADUserTurnStartStrategy
from pipecat.turns.user_mute import BaseUserMuteStrategy
from pipecat.turns.user_stop import TurnAnalyzerUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies, UserTurnStrategies

from frontdesk.agent import AgentConfig
from frontdesk.services.fallback import Ears


class MuteWhile(BaseUserMuteStrategy):
    """The caller is not listened to while `condition` holds."""

    def __init__(self, condition: Callable[[], bool]):
        super().__init__()  # type: ignore[no-untyped-call]
        self._condition = condition

    async def process_frame(self, frame: Frame) -> bool:
        """Whether the caller is muted at this frame."""
        await super().process_frame(frame)
        return self._condition()


def turn_params(
    agent: AgentConfig, stt: STTService | ServiceSwitcher[Any], hanging_up: Callable[[], bool]
) -> LLMUserAggregatorParams:
    """How the user aggregator hears turns; the caller is muted while the agent hangs up."""
    strategies, is_local = _strategies(agent, stt)
    return LLMUserAggregatorParams(
        user_turn_strategies=strategies,
        vad_analyzer=SileroVADAnalyzer(params=_vad_params(agent)) if is_local else None,
        user_mute_strategies=[MuteWhile(hanging_up)],
    )


def follow_ears(params: LLMUserAggregatorParams, stt: STTService | ServiceSwitcher[Any]) -> None:
    """Let the user aggregator, built with `params`, change with the one of several ears that listens."""
    if isinstance(stt, Ears):
        # pipecat heeds what a service says of turns only where there is nothing of ours.
        params.user_turn_strategies = None


def load_models() -> None:
    """Bring the voice-activity and turn models into memory, so that the first call does not wait for disk."""
    SileroVADAnalyzer()
    LocalSmartTurnAnalyzerV3()


def _strategies(
    agent: AgentConfig, stt: STTService | ServiceSwitcher[Any]
) -> tuple[UserTurnStrategies, bool]:
    """How turns are heard at first, and whether any of the ears leaves it to the models here."""
    ears = stt.services if isinstance(stt, ServiceSwitcher) else [stt]
    interrupts = agent.pipeline_settings.allow_interruptions
    own = {ear: _external(ear, interrupts) for ear in ears}
    local = None if all(own.values()) else _local_strategies(interrupts)
    by_ear = {ear: strategies or local for ear, strategies in own.items()}
    if isinstance(stt, Ears):
        stt.strategies = by_ear.get
    return by_ear[ears[0]], local is not None


def _external(ear: FrameProcessor, interrupts: bool) -> UserTurnStrategies | None:
    """The strategies of a service that decides itself when the caller has finished; None for any other."""
    metadata = ear.service_metadata_frame() if isinstance(ear, STTService) else None
    if metadata is None or not isinstance(metadata.user_turn_strategies, ExternalUserTurnStrategies):
        return None
    return replace(metadata.user_turn_strategies, enable_interruptions=interrupts)


def _local_strategies(interrupts: bool) -> UserTurnStrategies:
    return UserTurnStrategies(
        start=[
            VADUserTurnStartStrategy(enable_interruptions=interrupts),
            TranscriptionUserTurnStartStrategy(enable_interruptions=interrupts),
        ],
        stop=[TurnAnalyzerUserTurnStopStrategy(turn_analyzer=LocalSmartTurnAnalyzerV3())],
    )


def _vad_params(agent: AgentConfig) -> VADParams:
    return VADParams(**agent.vad_params.model_dump())
