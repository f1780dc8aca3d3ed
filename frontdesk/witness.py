"""Brings what happens in the pipeline into the record."""

from typing import Literal

from pipecat.frames.frames import Frame, TranscriptionFrame
from pipecat.observers.base_observer import BaseObserver
from pipecat.observers.error_observer import ErrorEvent, ErrorObserver
from pipecat.observers.function_call_observer import (
    FunctionCallEvent,
    FunctionCallEventKind,
    FunctionCallObserver,
)
from pipecat.pipeline.service_switcher import ServiceSwitcherStrategy
from pipecat.processors.aggregators.llm_response_universal import (
    AssistantTurnStoppedMessage,
    LLMAssistantAggregator,
    LLMUserAggregator,
    UserTurnMessageAddedMessage,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.utils.time import time_now_iso8601

from frontdesk.record.recorder import Recorder
from frontdesk.sentence import Sentence
from frontdesk.services.fallback import Ears, Mind, Voice
from frontdesk.services.services import Services

OUTCOMES: dict[FunctionCallEventKind, Literal["completed", "failed", "timed_out", "cancelled"]] = {
    FunctionCallEventKind.COMPLETED: "completed",
    FunctionCallEventKind.FAILED: "failed",
    FunctionCallEventKind.TIMED_OUT: "timed_out",
    FunctionCallEventKind.CANCELLED: "cancelled",
}


def watch_pipeline(recorder: Recorder) -> list[BaseObserver]:
    """Observers that take down tool calls and errors."""
    tools = FunctionCallObserver(include_results=True)
    errors = ErrorObserver()

    async def on_function_call_event(_: FunctionCallObserver, event: FunctionCallEvent) -> None:
        if event.kind is FunctionCallEventKind.STARTED:
            recorder.tool_started(event.tool_call_id, event.function_name, dict(event.arguments or {}))
        elif outcome := OUTCOMES.get(event.kind):
            recorder.tool_ended(event.tool_call_id, outcome, event.error or event.result)

    async def on_error(_: ErrorObserver, event: ErrorEvent) -> None:
        recorder.went_wrong(event.processor, event.message)

    tools.add_event_handler("on_function_call_event", on_function_call_event)
    errors.add_event_handler("on_error", on_error)
    return [tools, errors]


def watch_turns(recorder: Recorder, user: LLMUserAggregator, assistant: LLMAssistantAggregator) -> None:
    """Take down what both sides say; the assistant aggregator stands behind the output transport."""
    sentence = Sentence()
    watch_unheard(recorder, user)

    async def on_user_turn_message_added(_: LLMUserAggregator, message: UserTurnMessageAddedMessage) -> None:
        recorder.said("caller", message.content, at=message.timestamp)

    async def on_assistant_turn_stopped(
        _: LLMAssistantAggregator, message: AssistantTurnStoppedMessage
    ) -> None:
        heard = f"{message.content} {sentence.take()}" if message.interrupted else message.content
        recorder.said("agent", heard, at=message.timestamp, interrupted=message.interrupted)

    def on_before_process_frame(_: LLMAssistantAggregator, frame: Frame) -> None:
        sentence.follow(frame)

    user.add_event_handler("on_user_turn_message_added", on_user_turn_message_added)
    assistant.add_event_handler("on_before_process_frame", on_before_process_frame)
    assistant.add_event_handler("on_assistant_turn_stopped", on_assistant_turn_stopped)


def watch_unheard(recorder: Recorder, user: LLMUserAggregator) -> None:
    """Take down what the caller says, or had said, when it comes while they are not listened to any more.

    A model that hears itself has its answer ready before the words that it answers are written down.
    """
    is_muted, began = False, None

    async def on_user_turn_started(*_: object) -> None:
        nonlocal began
        began = time_now_iso8601()

    async def on_user_turn_message_added(*_: object) -> None:
        nonlocal began
        began = None

    async def on_user_mute_started(_: LLMUserAggregator) -> None:
        nonlocal is_muted
        is_muted = True

    async def on_user_mute_stopped(_: LLMUserAggregator) -> None:
        nonlocal is_muted
        is_muted = False

    def on_before_process_frame(_: LLMUserAggregator, frame: Frame) -> None:
        if is_muted and isinstance(frame, TranscriptionFrame):
            recorder.said("caller", frame.text, at=began or frame.timestamp)

    user.add_event_handler("on_user_turn_started", on_user_turn_started)
    user.add_event_handler("on_user_turn_message_added", on_user_turn_message_added)
    user.add_event_handler("on_user_mute_started", on_user_mute_started)
    user.add_event_handler("on_user_mute_stopped", on_user_mute_stopped)
    user.add_event_handler("on_before_process_frame", on_before_process_frame)


def watch_services(recorder: Recorder, services: Services) -> None:
    """Take down which service does the work of each kind; where one takes over, its row is added."""
    recorder.record.services = dict(services.names)
    for kind in ("stt", "llm", "tts"):
        service = getattr(services, kind)
        if isinstance(service, Ears | Mind | Voice):
            _watch_line_up(recorder, kind, service)


def _watch_line_up(recorder: Recorder, kind: str, services: Ears | Mind | Voice) -> None:
    async def on_service_switched(_: ServiceSwitcherStrategy, service: FrameProcessor) -> None:
        recorder.record.services[kind] += f", {services.names[service]}"

    services.strategy.add_event_handler("on_service_switched", on_service_switched)
