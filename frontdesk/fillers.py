"""A tool takes its time: the caller hears that they are not forgotten."""

import asyncio
from collections.abc import Callable, Sequence

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    CancelFrame,
    EndFrame,
    Frame,
    FunctionCallCancelFrame,
    FunctionCallInProgressFrame,
    FunctionCallResultFrame,
    InterruptionFrame,
    LLMTextFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from frontdesk.floor import FillerFrame, Floor, Owed
from frontdesk.hangup import LastWordsFrame
from frontdesk.record.call_record import Utterance
from frontdesk.services.speaking import speaks_during_tools

# How long nobody may have spoken before the first filler of a wait, and before each further one, in seconds.
FIRST_S = 1.2
AGAIN_S = 1.6

# The same where an answer is on its way, which a filler would hold up, in seconds.
ANSWER_S = 1.8

# How long a tool runs at least before anything is said of it, in seconds; most are done by then.
QUICK_S = 0.3

# A tool's name → its own words; None for a tool that nothing is said of.
Own = Callable[[str], Sequence[str] | None]

# Takes a filler into the record once it is heard.
Said = Callable[[str], Utterance | None]


class Fillers(BaseObserver):
    """Says something whenever a tool runs and nobody speaks, and while its result becomes an answer.

    `own` has the words of a tool, `common` those for every tool: the latter are used where it has none, and
    in turn with a single one. Nothing is said once `is_over`, and never over anyone.
    """

    def __init__(
        self, own: Own, common: Callable[[], Sequence[str]], said: Said, is_over: Callable[[], bool]
    ):
        super().__init__(observe_every_push=False)
        self._own = own
        self._rota = Rota(common)
        self._said = said
        self._is_over = is_over
        self._floor = Floor()
        self._worker: PipelineWorker | None = None
        self._can_speak = True
        self._timer: asyncio.TimerHandle | None = None
        self._tools: dict[str, tuple[str, float]] = {}  # by the id of the use: its name, and since when
        self._answers = ""  # the tool whose result is being made an answer
        self._is_first = True
        self._silent_since = 0.0
        self._caller_silent_since: float | None = None
        self._unheard = ""  # the filler that was asked for and is not heard yet
        self._heard: Utterance | None = None  # the filler that is being heard, in the record

    def attach(self, worker: PipelineWorker, llm: FrameProcessor, tts: FrameProcessor | None) -> None:
        """Speak through `worker`, which is built after its observers; without `tts`, `llm` speaks itself."""
        self._worker = worker
        self._floor.hears_itself = tts is None
        self._can_speak = speaks_during_tools(llm, tts)

    async def on_push_frame(self, data: FramePushed) -> None:
        """Follow who speaks and what runs."""
        if isinstance(data.frame, LastWordsFrame | EndFrame | CancelFrame):
            self._can_speak = False
            self._stop()
        elif self._can_speak and self._follow(data.frame):
            self._restart()

    async def cleanup(self) -> None:
        """Stop watching."""
        await super().cleanup()  # type: ignore[no-untyped-call]
        self._stop()

    def _follow(self, frame: Frame) -> bool:
        """Take a frame into account; whether it may change when something is to be said."""
        is_of_tool = self._follow_tool(frame)
        self._follow_speech(frame)
        return self._floor.follow(frame) or is_of_tool

    def _follow_tool(self, frame: Frame) -> bool:
        match frame:
            case FunctionCallInProgressFrame():
                if self._own(frame.function_name) is not None:
                    self._is_first = self._is_first or not (self._tools or self._answers)
                    self._tools.setdefault(frame.tool_call_id, (frame.function_name, self._now()))
            case FunctionCallResultFrame() if use := self._tools.pop(frame.tool_call_id, None):
                self._answers = use[0]
            case FunctionCallCancelFrame():
                self._tools.pop(frame.tool_call_id, None)
            case LLMTextFrame() if frame.text.strip():
                self._answers = ""
                return False
            case _:
                return False
        return True

    def _follow_speech(self, frame: Frame) -> None:
        match frame:
            case BotStartedSpeakingFrame() if self._unheard:
                # A model that speaks itself has its words taken down like any others of its.
                self._heard = None if self._floor.hears_itself else self._said(self._unheard)
                self._unheard = ""
            case BotStoppedSpeakingFrame():
                self._silent_since, self._heard = self._now(), None
            case UserStartedSpeakingFrame():
                self._caller_silent_since, self._answers = None, ""
            case VADUserStartedSpeakingFrame():
                self._caller_silent_since = None
            case VADUserStoppedSpeakingFrame():
                self._caller_silent_since = self._now() - frame.stop_secs
            case UserStoppedSpeakingFrame():
                self._silent_since = self._caller_silent_since or self._now()
            case InterruptionFrame():
                self._unheard = self._answers = ""
                if self._heard:
                    self._heard.interrupted = True

    def _restart(self) -> None:
        self._stop()
        if (due := self._due()) is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, due - loop.time()), self._expired)

    def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _due(self) -> float | None:
        """When something is to be said if it stays as it is, on the loop's clock; None for never."""
        if self._floor.speaking or self._unheard:
            return None
        if self._tools:
            began = min(since for _, since in self._tools.values())
            return max(self._silent_since + self._patience(), began + QUICK_S)
        # A model that speaks itself can say nothing beside its answer.
        is_answering = self._answers and self._floor.owed and not self._floor.hears_itself
        return self._silent_since + ANSWER_S if is_answering else None

    def _patience(self) -> float:
        if self._floor.owed - {Owed.RESULT}:
            return ANSWER_S
        return FIRST_S if self._is_first else AGAIN_S

    def _expired(self) -> None:
        self._timer = None
        if self._worker is None or self._is_over():
            return
        name = next(iter(self._tools.values()))[0] if self._tools else self._answers
        self._unheard = self._rota.next(self._own(name) or (), self._is_first)
        self._is_first = False
        # From the end of the pipeline: from its head it would wait behind a language model that hangs.
        speaking = self._worker.queue_frame(FillerFrame(self._unheard), FrameDirection.UPSTREAM)
        self._worker.create_task(speaking, "filler")

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


class Rota:
    """Whose turn it is among words: those said longest ago, and never the last ones."""

    def __init__(self, common: Callable[[], Sequence[str]]):
        self._common = common
        self._said: list[str] = []

    def next(self, own: Sequence[str], is_first: bool) -> str:
        """The next words of a tool with these words of its own; the `first` of a wait are its first ones."""
        words = own if len({*own}) > 1 else [*own, *self._common()]
        unlike_last = [text for text in words if text not in self._said[-1:]]
        text = unlike_last[0] if own and is_first else min(unlike_last, key=self._age)
        self._said = [*(said for said in self._said if said != text), text]
        return text

    def _age(self, text: str) -> int:
        """The lower, the longer ago."""
        return self._said.index(text) if text in self._said else -1
