"""Brings what happens in the pipeline into the record."""

from typing import Literal

from pipecat.frames.frames import Frame
from pipecat.observers.base_observer import BaseObserver
from pipecat.observers.error_observer import ErrorEvent, ErrorObserver
from pipecat.observers.function_call_observer import (
    FunctionCallEvent,
    FunctionCallEventKind,
    FunctionCallObserver,
)
from pipecat.processors.aggregators.llm_response_universal import (
    AssistantTurnStoppedMessage,
    LLMAssistantAggregator,
    LLMUserAggregator,
    UserTurnMessageAddedMessage,
)

from frontdesk.record.recorder import Recorder
from frontdesk.sentence import Sentence

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
