"""The pipeline of one call: its processors in order, and the worker that runs them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.observers.base_observer import BaseObserver
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMAssistantAggregator,
    LLMContextAggregatorPair,
    LLMUserAggregator,
)
from pipecat.processors.frame_processor import FrameProcessor

from frontdesk.agent import AgentConfig, PipelineConfig
from frontdesk.hangup import HangUp
from frontdesk.realtime import OwnWords
from frontdesk.services.services import LLM, STT, TTS, Services
from frontdesk.transport import Line
from frontdesk.turns import follow_ears, turn_params
from frontdesk.written import WrittenSpeech

# How long the services may take to connect, in seconds; the caller hears nothing meanwhile.
CONNECT_TIMEOUT_S = 5.0

# How long the processors may take to let go once the caller is gone, in seconds.
TEAR_DOWN_TIMEOUT_S = 0.5


@dataclass(frozen=True)
class Conversation:
    """The parts of a call's pipeline that others listen to or speak through.

    Without `stt` and `tts` the LLM hears and speaks itself.
    """

    worker: PipelineWorker
    user: LLMUserAggregator
    assistant: LLMAssistantAggregator
    stt: STT | None
    llm: LLM
    tts: TTS | None


async def build_conversation(
    line: Line,
    agent: AgentConfig,
    services: Services,
    hang_up: HangUp,
    observers: Sequence[BaseObserver],
    opening: list[Any],
    tools: Sequence[FunctionSchema],
) -> Conversation:
    """Assemble the pipeline of a call on an open line, which has a transport.

    `opening` are the messages that the conversation begins with, `tools` what the agent can do.
    """
    assert line.transport is not None
    stt, llm, tts = services.stt, services.llm, services.tts
    # Reading the turn models takes a tenth of a second, in which other calls go on.
    params = await asyncio.to_thread(turn_params, agent, stt or llm, lambda: hang_up.in_progress)
    context = LLMContext(opening, tools=[*tools])
    pair = LLMContextAggregatorPair(context, user_params=params)
    follow_ears(params, stt or llm)
    user, assistant = pair.user(), pair.assistant()
    # Only pipecat's eval harness reads what others hear.
    readable = [WrittenSpeech()] if line.call.carrier == "eval" else []
    source, sink = line.transport.input(), line.transport.output()
    ears, voice = [stt] if stt else [], [tts] if tts else []
    own_words = [] if tts else [OwnWords.of(llm, context)]
    processors = [source, *ears, user, *readable, *own_words, llm, *voice, sink, assistant]
    rates = pipeline_params(line, agent.pipeline_settings, services.in_rate)
    worker = worker_of(line, processors, rates, observers)
    return Conversation(worker, user, assistant, stt, llm, tts)


def worker_of(
    line: Line,
    processors: Sequence[FrameProcessor],
    params: PipelineParams,
    observers: Sequence[BaseObserver],
    **options: Any,
) -> PipelineWorker:
    """The worker of these processors on a line, bounded at both ends; `options` are pipecat's own."""
    return PipelineWorker(
        Pipeline([*processors]),
        params=params,
        observers=[*observers],
        enable_rtvi=not line.is_telephone,
        setup_timeout_secs=CONNECT_TIMEOUT_S,
        start_timeout_secs=CONNECT_TIMEOUT_S,
        cancel_timeout_secs=TEAR_DOWN_TIMEOUT_S,
        **options,
    )


def pipeline_params(line: Line, settings: PipelineConfig, only_rate: int | None) -> PipelineParams:
    """Rates in Hz, and what is measured; `only_rate` is the one that those who hear insist on."""
    return PipelineParams(
        audio_in_sample_rate=only_rate or settings.audio_in_sample_rate or line.in_rate,
        audio_out_sample_rate=line.out_rate,
        enable_metrics=settings.enable_metrics,
        enable_usage_metrics=settings.enable_usage_metrics,
        report_only_initial_ttfb=settings.report_only_initial_ttfb,
    )
