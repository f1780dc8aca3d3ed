"""Who has the floor: who speaks, and what the caller is waiting for."""

from enum import Enum, auto

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    ClientConnectedFrame,
    Frame,
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


class Floor:
    """Follows a conversation by its frames.

    `speaking` is who speaks, `owed` what the agent owes the caller, `asked` the party that was asked to break
    the silence and has not done so. A model that hears the caller itself (`hears_itself`) says nothing of an
    answer before it gives it.
    """

    def __init__(self) -> None:
        self.speaking: set[Party] = set()
        self.owed: set[Owed] = set()
        self.asked: Party | None = None
        self.hears_itself = False
        self._has_words = False

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
                self._settle(Owed.RESULT)
            case FunctionCallsStartedFrame():
                self.owed.add(Owed.RESULT)
            case LLMTextFrame():
                self._await_voice()
                self._has_words = True
            case LLMFullResponseEndFrame() if self._has_words:
                self._settle(Owed.THOUGHT)
            case LLMFullResponseEndFrame():
                self.owed.discard(Owed.THOUGHT)  # without a word it is no answer
            case TTSSpeakFrame():
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
