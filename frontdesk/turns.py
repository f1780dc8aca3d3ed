"""When the caller has finished, and when they may interrupt."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import Frame
from pipecat.pipeline.service_switcher import ServiceSwitcher
from pipecat.processors.aggregators.llm_response_universal import LLMUserAggregatorParams
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import STTService
from pipecat.turns.user_mute import AlwaysUserMuteStrategy, BaseUserMuteStrategy
from pipecat.turns.user_start import TranscriptionUserTurnStartStrategy, VADUserTurnStartStrategy
from pipecat.turns.user_stop import ExternalUserTurnStopStrategy, TurnAnalyzerUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies, UserTurnStrategies

from frontdesk.agent import AgentConfig
from frontdesk.services.fallback import Ears

# Who listens to the caller; of several one at a time.
Ear = STTService | LLMService | ServiceSwitcher[Any]


class MuteWhile(BaseUserMuteStrategy):
    """The caller is not listened to while `condition` holds."""

    def __init__(self, condition: Callable[[], bool]):
        super().__init__()  # type: ignore[no-untyped-call]
        self._condition = condition

    async def process_frame(self, frame: Frame) -> bool:
        """Whether the caller is muted at this frame."""
        await super().process_frame(frame)
        return self._condition()


def turn_params(agent: AgentConfig, hears: Ear, hanging_up: Callable[[], bool]) -> LLMUserAggregatorParams:
    """How the user aggregator hears turns; the caller is muted while the agent hangs up.

    `hears` is who listens: speech to text, or a model that hears itself.
    """
    strategies, needs_models = _strategies(agent, hears)
    mute: list[BaseUserMuteStrategy] = [MuteWhile(hanging_up)]
    if isinstance(hears, LLMService):
        _need_no_words(strategies)
        if not agent.pipeline_settings.allow_interruptions:
            mute.append(AlwaysUserMuteStrategy())  # type: ignore[no-untyped-call]
    return LLMUserAggregatorParams(
        user_turn_strategies=strategies,
        vad_analyzer=SileroVADAnalyzer(params=_vad_params(agent)) if needs_models else None,
        user_mute_strategies=mute,
    )


def follow_ears(params: LLMUserAggregatorParams, stt: Ear) -> None:
    """Let the user aggregator, built with `params`, change with the one of several ears that listens."""
    if isinstance(stt, Ears):
        # pipecat heeds what a service says of turns only where there is nothing of ours.
        params.user_turn_strategies = None


def load_models() -> None:
    """Bring the voice-activity and turn models into memory, so that the first call does not wait for disk."""
    SileroVADAnalyzer()
    LocalSmartTurnAnalyzerV3()


def _strategies(agent: AgentConfig, stt: Ear) -> tuple[UserTurnStrategies, bool]:
    """How turns are heard at first, and whether any of the ears leaves it to the models here."""
    ears = stt.services if isinstance(stt, ServiceSwitcher) else [stt]
    interrupts = agent.pipeline_settings.allow_interruptions
    by_ear = {ear: external for ear in ears if (external := _external(ear, interrupts))}
    needs_models = len(by_ear) < len(ears)
    if needs_models:
        by_ear = dict.fromkeys(ears, _local_strategies(interrupts)) | by_ear
    if isinstance(stt, Ears):
        stt.strategies = by_ear
    return by_ear[ears[0]], needs_models


def _external(ear: FrameProcessor, interrupts: bool) -> UserTurnStrategies | None:
    """The strategies of a service that decides itself when the caller has finished; None for any other."""
    metadata = ear.service_metadata_frame() if isinstance(ear, STTService | LLMService) else None
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


def _need_no_words(strategies: UserTurnStrategies) -> None:
    """Hear turns by sound alone: the words come after the answer. (pipecat would do so with a warning.)"""
    strategies.start = [
        each for each in strategies.start or [] if not isinstance(each, TranscriptionUserTurnStartStrategy)
    ]
    for strategy in strategies.stop or []:
        if isinstance(strategy, TurnAnalyzerUserTurnStopStrategy | ExternalUserTurnStopStrategy):
            strategy.wait_for_transcript = False


def _vad_params(agent: AgentConfig) -> VADParams:
    return VADParams(**agent.vad_params.model_dump())
