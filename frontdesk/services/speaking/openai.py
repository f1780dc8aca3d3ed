"""OpenAI's speech to speech: pipecat's service, which says what it is given and survives an error."""

from typing import Any, Literal

from loguru import logger
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService as PipecatService
from pydantic import Field
from websockets.exceptions import ConnectionClosed

from frontdesk.services.arguments import readable
from frontdesk.services.speaking.model import QUIET_TIMEOUT_S, word_for_word
from frontdesk.services.speaking.progress import Progress

# How long a cancelled answer may take to end, in seconds.
CANCEL_TIMEOUT_S = 1.0

# How many connections a call may lose before it is given up.
MAX_LOSSES = 3


class _Alone(events.ResponseProperties):
    """An answer to its own instructions and to nothing that was said before."""

    input: list[events.ConversationItem] = Field(default_factory=list)
    tool_choice: Literal["auto", "none", "required"] | None = "none"


class _SayEvent(events.ResponseCreateEvent):
    response: _Alone


class SpeakingOpenAI(PipecatService):
    """The service of a call that begins with words of ours, not with the model's."""

    speaks_during_tools = True

    def __init__(self, **kwargs: Any):
        """`kwargs` go to pipecat's service."""
        super().__init__(**kwargs)
        self._progress = Progress()
        self._says_ours = False
        self._caller_speaks = False
        self._truncations: set[str] = set()
        self._losses = 0

    def begin(self, context: LLMContext) -> None:
        """Know the conversation before it connects; pipecat would have the model speak first."""
        self._context = context
        self._sync_registered_tool_handlers(context.tools)

    async def say(self, text: str) -> None:
        """Speak `text` word for word; returns when all its audio was handed on, or cannot come any more."""
        if not await self._progress.until(self._is_free, QUIET_TIMEOUT_S):
            await self._cancel_response()
            await self._progress.until(self._is_free, CANCEL_TIMEOUT_S)
        if not self.is_usable:
            return
        self._response_active = self._says_ours = True
        self._progress.made()
        await self.start_ttfb_metrics()
        await self.send_client_event(_SayEvent(response=_Alone(instructions=word_for_word(text))))
        if not await self._progress.until(lambda: not self._response_active, QUIET_TIMEOUT_S):
            logger.error(f"The model did not say what it was given within {QUIET_TIMEOUT_S:g} s")
            self._response_active = self._says_ours = False

    async def hear_no_more(self) -> None:
        """Detect no further turn, so that none cuts the last words short."""
        deaf = events.AudioConfiguration(input=events.AudioInput(turn_detection=False))
        session = events.SessionProperties(audio=deaf)
        await self.send_client_event(events.SessionUpdateEvent(session=session))

    async def send_client_event(self, event: events.ClientEvent) -> None:
        """Send an event."""
        if isinstance(event, events.ConversationItemTruncateEvent):
            self._truncations.add(event.event_id)
        await super().send_client_event(event)

    def _is_free(self) -> bool:
        return not self.is_usable or (self._api_session_ready and not self._response_active)

    async def _cancel_response(self) -> None:
        """End the answer that is being made, if there is one."""
        if self._response_active:
            self._progress.made()
            await self.send_client_event(events.ResponseCancelEvent())

    def _service_tools(self) -> Any:
        return self._context.tools if self._context else super()._service_tools()

    async def _connect(self) -> None:
        await super()._connect()  # type: ignore[no-untyped-call]
        if not self._websocket and self.is_usable:
            await self.push_error("There is no connection to the model", force_treat_as_permanent=True)
        self._progress.made()

    async def _receive_task_handler(self) -> None:
        """Read events as long as there is a connection, then make it anew; pipecat stops at an error."""
        socket, lost = self._websocket, None
        while socket and socket.close_code is None:
            try:
                await super()._receive_task_handler()
            except ConnectionClosed as closed:
                lost = closed
            except Exception as error:  # pipecat raises just that
                logger.warning(f"An event of the model's could not be read: {error}")
        if not self._disconnecting:
            await self._lost(lost)

    async def _lost(self, why: ConnectionClosed | None) -> None:
        """Begin a new session that knows what was said, unless there was none yet or too many are lost."""
        self._websocket, self._caller_speaks = None, False
        self._losses += 1
        for_good = not self._api_session_ready or self._losses > MAX_LOSSES
        if not for_good:
            anew = self.reset_conversation()  # type: ignore[no-untyped-call]
            self.create_task(anew, "new_session")
        await self.push_error(
            "The connection to the model is gone", exception=why, force_treat_as_permanent=for_good
        )
        self._progress.made()

    async def _handle_evt_session_updated(self, evt: Any) -> None:
        if self._llm_needs_conversation_setup and self._context:
            await self._tell_first_messages(self._context)
        await super()._handle_evt_session_updated(evt)  # type: ignore[no-untyped-call]
        self._progress.made()

    async def _tell_first_messages(self, context: LLMContext) -> None:
        self._llm_needs_conversation_setup = False
        params = await self.get_llm_adapter().get_llm_invocation_params(context)
        for item in params["messages"]:
            self._messages_added_manually[item.id] = True
            await self.send_client_event(events.ConversationItemCreateEvent(item=item))

    async def _handle_evt_response_created(self, evt: Any) -> None:
        awaits_answer = self._results_awaiting_response
        await super()._handle_evt_response_created(evt)  # type: ignore[no-untyped-call]
        # Words of ours answer nothing: the result of a tool that came meanwhile is still to be.
        self._results_awaiting_response = awaits_answer and self._says_ours
        self._says_ours = False
        self._progress.made()

    async def _handle_evt_audio_delta(self, evt: Any) -> None:
        await super()._handle_evt_audio_delta(evt)  # type: ignore[no-untyped-call]
        self._progress.made()

    async def _handle_evt_response_done(self, evt: Any) -> None:
        await super()._handle_evt_response_done(evt)
        self._progress.made()

    async def _handle_evt_function_call_arguments_done(self, evt: Any) -> None:
        """Call a tool; pipecat would not where the arguments are no JSON, and the model would wait."""
        evt.arguments = readable(evt.arguments)
        await super()._handle_evt_function_call_arguments_done(evt)  # type: ignore[no-untyped-call]

    async def _handle_evt_speech_started(self, evt: Any) -> None:
        self._caller_speaks = True
        await super()._handle_evt_speech_started(evt)  # type: ignore[no-untyped-call]

    async def _handle_evt_speech_stopped(self, evt: Any) -> None:
        self._caller_speaks = False
        await super()._handle_evt_speech_stopped(evt)  # type: ignore[no-untyped-call]

    async def _handle_interruption(self) -> None:
        """Be silent; where the caller is the reason, the vendor has ended its answer itself."""
        if not self._caller_speaks:
            await self._cancel_response()
        await super()._handle_interruption()  # type: ignore[no-untyped-call]

    async def _handle_evt_error(self, evt: Any) -> None:
        """Report an error; one about how much of an answer was heard is no reason to."""
        error: events.RealtimeError = evt.error
        if error.event_id in self._truncations:
            logger.debug(f"An answer was not cut short where it was heard: {error.message}")
            return
        unset = not self._api_session_ready
        await self.push_error(f"{error.code or error.type}: {error.message}", force_treat_as_permanent=unset)


class OpenAIRealtimeLLMService(SpeakingOpenAI):
    """OpenAI's."""
