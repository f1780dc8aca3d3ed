"""Gemini Live: pipecat's service, which says what it is given."""

from typing import Any

from google.genai.types import Content, Part
from loguru import logger
from pipecat.frames.frames import LLMServiceMetadataFrame
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.google.gemini_live.llm import GeminiLiveLLMService as PipecatService
from pipecat.services.google.gemini_live.llm import GeminiVADParams
from pipecat.services.settings import LLMSettings
from pipecat.utils.types import assert_given

from frontdesk.services.speaking.model import QUIET_TIMEOUT_S, word_for_word
from frontdesk.services.speaking.progress import Progress

# How a model is told of instructions that change in the middle of a session, whose own are fixed.
NEW_INSTRUCTIONS = "From now on your instructions are these, in place of the earlier ones:\n\n"


class SpeakingGemini(PipecatService):
    """The service of a call that begins with words of ours, not with the model's."""

    # Whatever it is told while it waits for a tool has it give up the tool.
    speaks_during_tools = False

    def __init__(self, **kwargs: Any):
        """`kwargs` go to pipecat's service."""
        self._progress = Progress()
        self._turns = 0
        super().__init__(**kwargs)
        # Gemini does not tell when a turn begins or ends, which the rest of a call must know.
        settings: Any = self._settings
        settings.vad = (settings.vad or GeminiVADParams()).model_copy(update={"disabled": True})
        self._vad_disabled = True

    def begin(self, context: LLMContext) -> None:
        """Know the conversation before it connects; pipecat would have the model speak first."""
        self._context = context
        self._sync_registered_tool_handlers(context.tools)
        self._system_instruction_from_init = self._instructions
        self._inference_on_context_initialization = False
        self._run_llm_when_session_ready = True

    async def say(self, text: str) -> None:
        """Speak `text` word for word; returns when all its audio was handed on, or cannot come any more."""
        await self._progress.until(self._is_free, QUIET_TIMEOUT_S)
        if not self.is_usable:
            return
        said = self._turns + 1
        self._progress.made()
        told = [{"role": "user", "content": word_for_word(text)}]
        await self._create_single_response(told)  # type: ignore[no-untyped-call]
        if not await self._progress.until(lambda: self._has_ended(said), QUIET_TIMEOUT_S):
            logger.error(f"The model did not say what it was given within {QUIET_TIMEOUT_S:g} s")

    async def hear_no_more(self) -> None:
        """Close the caller's turn where one is open; frames of a muted caller do not come through."""
        if self._user_is_speaking:
            await self._handle_user_stopped_speaking(None)  # type: ignore[no-untyped-call]

    def service_metadata_frame(self) -> LLMServiceMetadataFrame:
        """It is a realtime service; pipecat's own warns of turns that are not heard, and here they are."""
        return LLMServiceMetadataFrame(service_name=self.name, is_realtime_service=True)

    @property
    def _instructions(self) -> str | None:
        settings: LLMSettings = self._settings
        return assert_given(settings.system_instruction)

    def _has_ended(self, turn: int) -> bool:
        return not self.is_usable or self._turns >= turn

    def _is_free(self) -> bool:
        return not self.is_usable or (self._ready_for_realtime_input and not self._bot_is_responding)

    def _service_tools(self) -> Any:
        return self._context.tools if self._context else super()._service_tools()

    async def _update_settings(self, delta: Any) -> dict[str, Any]:
        changed = await super()._update_settings(delta)
        if "system_instruction" in changed:
            self._system_instruction_from_init = self._instructions
            await self._tell(f"{NEW_INSTRUCTIONS}{self._instructions}")
        return changed

    async def _tell(self, text: str) -> None:
        """Let the model know something that it does not answer."""
        if self._session:
            turn = Content(role="user", parts=[Part(text=text)])
            await self._session.send_client_content(turns=[turn], turn_complete=False)

    async def _connect(self, session_resumption_handle: str | None = None) -> None:
        self._progress.made()
        await super()._connect(session_resumption_handle)

    async def _connection_task_handler(self, config: Any) -> None:
        """Keep the connection; pipecat says nothing when there is none to begin with."""
        try:
            await super()._connection_task_handler(config)
        except Exception as error:  # whatever the vendor's client raises
            await self._gone("There is no connection to the model", error)

    async def _handle_session_ready(self, session: Any) -> None:
        await super()._handle_session_ready(session)
        self._progress.made()

    async def _handle_connection_error(self, error: Exception) -> bool:
        again = await super()._handle_connection_error(error)
        if not again:
            await self._gone("The connection to the model is gone", error)
        return again

    async def _gone(self, what: str, error: Exception) -> None:
        await self.push_error(f"{what}: {error}", exception=error, force_treat_as_permanent=True)
        self._progress.made()

    async def _handle_server_message(self, message: Any) -> None:
        await super()._handle_server_message(message)
        content = message.server_content
        if content and content.interrupted:
            self._turns += 1
        self._progress.made()

    async def _handle_msg_turn_complete(self, message: Any) -> None:
        await super()._handle_msg_turn_complete(message)
        self._turns += 1
