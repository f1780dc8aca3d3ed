"""When the caller has finished, and when they may interrupt."""

from collections.abc import Callable

from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import Frame
from pipecat.processors.aggregators.llm_response_universal import LLMUserAggregatorParams
from pipecat.turns.user_mute import BaseUserMuteStrategy
from pipecat.turns.user_stop import TurnAnalyzerUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies, UserTurnStrategies

from frontdesk.agent import AgentConfig
from frontdesk.services.vendor import Vendor


class MuteWhile(BaseUserMuteStrategy):
    """The caller is not listened to while `condition` holds."""

    def __init__(self, condition: Callable[[], bool]):
        super().__init__()  # type: ignore[no-untyped-call]
        self._condition = condition

    async def process_frame(self, frame: Frame) -> bool:
        """Whether the caller is muted at this frame."""
        await super().process_frame(frame)
        return self._condition()


def turn_params(agent: AgentConfig, stt: Vendor, hanging_up: Callable[[], bool]) -> LLMUserAggregatorParams:
    """How the user aggregator hears turns; the caller is muted while the agent hangs up."""
    return LLMUserAggregatorParams(
        user_turn_strategies=ExternalUserTurnStrategies() if stt.hears_turns else _local_strategies(),
        vad_analyzer=None if stt.hears_turns else SileroVADAnalyzer(params=_vad_params(agent)),
        user_mute_strategies=[MuteWhile(hanging_up)],
    )


def load_models() -> None:
    """Bring the voice-activity and turn models into memory, so that the first call does not wait for disk."""
    SileroVADAnalyzer()
    LocalSmartTurnAnalyzerV3()


def _local_strategies() -> UserTurnStrategies:
    return UserTurnStrategies(
        stop=[TurnAnalyzerUserTurnStopStrategy(turn_analyzer=LocalSmartTurnAnalyzerV3())]
    )


def _vad_params(agent: AgentConfig) -> VADParams:
    return VADParams(**agent.vad_params.model_dump())
