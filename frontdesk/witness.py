"""Brings what happens in the pipeline into the record."""

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

from frontdesk.record.call_record import ToolEnding, Utterance
from frontdesk.record.recorder import Recorder
from frontdesk.sentence import Sentence
from frontdesk.services.fallback import Ears, Mind, Voice
from frontdesk.services.services import Services
from frontdesk.tools.told import ending_of

# How a call of a tool ends where the tool itself does not say it.
OUTCOMES: dict[FunctionCallEventKind, ToolEnding] = {
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
        elif event.kind is FunctionCallEventKind.COMPLETED:
            recorder.tool_ended(event.tool_call_id, ending_of(event.result), event.result)
        elif outcome := OUTCOMES.get(event.kind):
            recorder.tool_ended(event.tool_call_id, outcome, event.error)

    async def on_error(_: ErrorObserver, event: ErrorEvent) -> None:
        recorder.went_wrong(event.processor, event.message)

    tools.add_event_handler("on_function_call_event", on_function_call_event)
    errors.add_event_handler("on_error", on_error)
    return [tools, errors]


def watch_turns(
    recorder: Recorder,
    user: LLMUserAggregator,
    assistant: LLMAssistantAggregator,
    *,
    hears_itself: bool = False,
) -> None:
    """Take down what both sides say; the assistant aggregator stands behind the output transport.

    `hears_itself` tells that there is no speech to text in front of the model.
    """
    sentence, words = Sentence(), _Words(recorder)

    async def on_user_turn_message_added(_: LLMUserAggregator, message: UserTurnMessageAddedMessage) -> None:
        recorder.said("caller", message.content, at=message.timestamp)

    async def on_assistant_turn_stopped(
        _: LLMAssistantAggregator, message: AssistantTurnStoppedMessage
    ) -> None:
        heard = f"{message.content} {sentence.take()}" if message.interrupted else message.content
        recorder.said("agent", heard, at=message.timestamp, interrupted=message.interrupted)

    def on_before_process_frame(_: LLMAssistantAggregator, frame: Frame) -> None:
        sentence.follow(frame)

    if hears_itself:
        user.add_event_handler("on_user_turn_started", words.turn_started)
        user.add_event_handler("on_before_process_frame", words.follow)
    else:
        user.add_event_handler("on_user_turn_message_added", on_user_turn_message_added)
    assistant.add_event_handler("on_before_process_frame", on_before_process_frame)
    assistant.add_event_handler("on_assistant_turn_stopped", on_assistant_turn_stopped)


class _Words:
    """The words of a caller whom a model hears itself: they come in pieces, some after it has answered."""

    def __init__(self, recorder: Recorder):
        self._recorder = recorder
        self._began: str | None = None
        self._turn: Utterance | None = None

    async def turn_started(self, *_: object) -> None:
        """What comes from now on is another turn."""
        self._began, self._turn = time_now_iso8601(), None

    def follow(self, _: LLMUserAggregator, frame: Frame) -> None:
        """Take down the words of the turn; the aggregator passes none on from a caller who is muted."""
        if not isinstance(frame, TranscriptionFrame):
            return
        if self._turn is None:
            self._turn = self._recorder.said("caller", frame.text, at=self._began)
        else:
            self._turn.text = f"{self._turn.text} {frame.text.strip()}"


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
