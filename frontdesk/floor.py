"""Who has the floor: who speaks, and what the caller is waiting for."""

from dataclasses import dataclass
from enum import Enum, auto

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    ClientConnectedFrame,
    Frame,
    FunctionCallCancelFrame,
    FunctionCallResultFrame,
    FunctionCallsStartedFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSSpeakFrame,
    UserSpeakingFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)


class Party(Enum):
    """One side of the call."""

    AGENT = auto()
    CALLER = auto()


class Owed(Enum):
    """What the caller is waiting for, and who has to deliver it."""

    THOUGHT = "the language model"
    RESULT = "a tool"
    VOICE = "the voice"


@dataclass
class FillerFrame(TTSSpeakFrame):
    """Words that shorten a wait: the caller still waits for the same."""

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[no-untyped-call]
        # Behind a tool's result the context must not end with words of the agent's: some models go on
        # from there, others refuse it.
        self.append_to_context = False


class Floor:
    """Follows a conversation by its frames.

    `speaking` is who speaks, `owed` what the agent owes the caller, `asked` the party that was asked to break
    the silence and has not done so, `filling` whether the agent's last words were a filler. A model that
    hears the caller itself (`hears_itself`) says nothing of an answer before it gives it.
    """

    def __init__(self) -> None:
        self.speaking: set[Party] = set()
        self.owed: set[Owed] = set()
        self.asked: Party | None = None
        self.hears_itself = False
        self.filling = False
        self._has_words = False
        self._tools: set[str] = set()

    @property
    def runs_tools(self) -> bool:
        """Whether the result of a tool is still to come."""
        return bool(self._tools)

    def follow(self, frame: Frame) -> bool:
        """Take a frame into account; whether it says anything about a silence."""
        match frame:
            case BotStartedSpeakingFrame():
                self.speaking.add(Party.AGENT)
                self._settle(Owed.VOICE)
            case BotStoppedSpeakingFrame():
                self.speaking.discard(Party.AGENT)
            case UserStartedSpeakingFrame():
                self.speaking.add(Party.CALLER)
                self.asked = None
            case InterruptionFrame():
                self.owed.clear()  # what was not yet said is not said any more
            case UserStoppedSpeakingFrame():
                self.speaking.discard(Party.CALLER)
                if self.hears_itself:
                    self.owed.add(Owed.THOUGHT)
            case ClientConnectedFrame() | InterimTranscriptionFrame() | UserSpeakingFrame():
                pass
            case _:
                return self._follow_answer(frame)
        return True

    def _follow_answer(self, frame: Frame) -> bool:
        match frame:
            case LLMFullResponseStartFrame():
                self.owed.add(Owed.THOUGHT)
                self._has_words = False
                if not self._tools:
                    self._settle(Owed.RESULT)
            case FunctionCallsStartedFrame():
                self._tools.update(call.tool_call_id for call in frame.function_calls)
                self.owed.add(Owed.RESULT)
            case FunctionCallResultFrame() if frame.properties and frame.properties.run_llm is False:
                self._tools.discard(frame.tool_call_id)
                if not self._tools:
                    self._settle(Owed.RESULT)  # nobody is to say anything to it
            case FunctionCallResultFrame() | FunctionCallCancelFrame():
                self._tools.discard(frame.tool_call_id)
            case LLMTextFrame() if frame.text.strip():
                self.filling = False
                self._await_voice()
                self._has_words = True
            case LLMFullResponseEndFrame() if self._has_words:
                self._settle(Owed.THOUGHT)
            case LLMFullResponseEndFrame():
                self.owed.discard(Owed.THOUGHT)  # without a word it is no answer
            case TTSSpeakFrame():
                self.filling = isinstance(frame, FillerFrame)
                self._await_voice()
            case _:
                return False
        return True

    def _await_voice(self) -> None:
        if Party.AGENT not in self.speaking:
            self.owed.add(Owed.VOICE)

    def _settle(self, owed: Owed) -> None:
        self.owed.discard(owed)
        if not self.owed and self.asked is Party.AGENT:
            self.asked = None
