"""The pipeline of one call: its processors in order, and the worker that runs them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pipecat.observers.base_observer import BaseObserver
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMAssistantAggregator,
    LLMContextAggregatorPair,
    LLMUserAggregator,
)
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService

from frontdesk.agent import AgentConfig
from frontdesk.agent.prompts import fill
from frontdesk.calendar import calendar_of
from frontdesk.hangup import HangUp
from frontdesk.house import House
from frontdesk.record.call_record import EndReason
from frontdesk.services.choice import build
from frontdesk.tools import ToolContext, bind_tools
from frontdesk.transport import Line
from frontdesk.turns import turn_params
from frontdesk.written import WrittenSpeech

# How long the services may take to connect, in seconds; the caller hears nothing meanwhile.
CONNECT_TIMEOUT_S = 5.0

# How long the processors may take to let go once the caller is gone, in seconds.
TEAR_DOWN_TIMEOUT_S = 0.5


@dataclass(frozen=True)
class Conversation:
    """The parts of a call's pipeline that others listen to or speak through."""

    worker: PipelineWorker
    user: LLMUserAggregator
    assistant: LLMAssistantAggregator
    stt: STTService
    llm: LLMService
    tts: TTSService


async def build_conversation(
    line: Line, agent: AgentConfig, house: House, hang_up: HangUp, observers: list[BaseObserver]
) -> Conversation:
    """Assemble the pipeline of a call on an open line, which has a transport."""
    assert line.transport is not None
    choices = house.choices[agent.agent_id]
    now = _local_time(agent)
    instructions = fill(agent.system_prompt(line.call).text or "", agent.inputs(line.call))
    stt, llm, tts = (build(choice, agent, house.environ, now, instructions) for choice in choices)
    # Reading the turn models takes a tenth of a second, in which other calls go on.
    params = await asyncio.to_thread(turn_params, agent, choices.stt.vendor, lambda: hang_up.in_progress)
    pair = LLMContextAggregatorPair(_context(line, agent, hang_up), user_params=params)
    user, assistant = pair.user(), pair.assistant()
    # Only pipecat's eval harness reads what others hear.
    readable = [WrittenSpeech()] if line.call.carrier == "eval" else []
    source, sink = line.transport.input(), line.transport.output()
    pipeline = Pipeline([source, stt, user, *readable, llm, tts, sink, assistant])
    worker = PipelineWorker(
        pipeline,
        params=_params(line, choices.stt.vendor.in_rate),
        observers=observers,
        enable_rtvi=not line.is_telephone,
        setup_timeout_secs=CONNECT_TIMEOUT_S,
        start_timeout_secs=CONNECT_TIMEOUT_S,
        cancel_timeout_secs=TEAR_DOWN_TIMEOUT_S,
    )
    return Conversation(worker, user, assistant, stt, llm, tts)


def _params(line: Line, stt_rate: int | None) -> PipelineParams:
    return PipelineParams(
        audio_in_sample_rate=stt_rate or line.in_rate,
        audio_out_sample_rate=line.out_rate,
        enable_metrics=True,
        enable_usage_metrics=True,
    )


def _context(line: Line, agent: AgentConfig, hang_up: HangUp) -> LLMContext:
    calendar = calendar_of(agent)

    def context_of(tool: str) -> ToolContext:
        return ToolContext(
            call=line.call,
            agent=agent,
            constants=agent.tools.get(tool) or {},
            calendar=calendar,
            end=lambda goodbye: hang_up.begin(goodbye, EndReason.AGENT_HUNG_UP),
        )

    return LLMContext(tools=[*bind_tools(agent, context_of)])


def _local_time(agent: AgentConfig) -> Callable[[], datetime]:
    """A clock in the agent's timezone."""
    zone = ZoneInfo(agent.timezone)
    return lambda: datetime.now(zone)
