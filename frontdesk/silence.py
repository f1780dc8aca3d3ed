"""Nobody speaks: whose turn it is decides what the caller hears."""

import asyncio
from collections.abc import Awaitable, Callable

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    Frame,
    FunctionCallsStartedFrame,
    LLMContextFrame,
    LLMTextFrame,
    TTSSpeakFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.worker import PipelineWorker

from frontdesk.phrases import Phrases
from frontdesk.record.call_record import EndReason

# How long the agent may owe an answer before the caller is asked for a moment's patience, and again before
# the call is given up, in seconds.
ANSWER_TIMEOUT_S = 6.0


class Silence(BaseObserver):
    """Watches who speaks, and breaks a silence.

    A caller who is silent for half of `caller_timeout_s` is asked whether they are there, and after the other
    half the call ends; 0 never asks. An agent that owes an answer asks for patience, then gives up.
    (pipecat's own idle timer knows neither an agent that hangs nor a caller's turn without a word.)
    """

    def __init__(
        self,
        phrases: Phrases,
        caller_timeout_s: float,
        give_up: Callable[[str, EndReason], Awaitable[None]],
    ):
        super().__init__(observe_every_push=False)
        self._phrases = phrases
        self._caller_timeout_s = caller_timeout_s
        self._give_up = give_up
        self._speaking: set[str] = set()
        self._agent_owes = False
        self._asked = False
        self._worker: PipelineWorker | None = None
        self._timer: asyncio.TimerHandle | None = None

    def attach(self, worker: PipelineWorker) -> None:
        """Speak through `worker`, which is built after its observers."""
        self._worker = worker

    async def on_push_frame(self, data: FramePushed) -> None:
        """Follow who speaks and who owes an answer."""
        if self._follow(data.frame):
            self._restart()

    async def cleanup(self) -> None:
        """Stop watching."""
        await super().cleanup()  # type: ignore[no-untyped-call]
        self._stop()

    def _follow(self, frame: Frame) -> bool:
        match frame:
            case BotStartedSpeakingFrame():
                self._speaking.add("agent")
            case BotStoppedSpeakingFrame():
                self._speaking.discard("agent")
            case UserStartedSpeakingFrame():
                self._speaking.add("caller")
            case UserStoppedSpeakingFrame():
                self._speaking.discard("caller")
            case LLMContextFrame() | FunctionCallsStartedFrame():
                self._owe(True)
            case LLMTextFrame():
                self._owe(False)
            case _:
                return False
        return True

    def _owe(self, owes: bool) -> None:
        if owes != self._agent_owes:
            self._agent_owes, self._asked = owes, False

    def _restart(self) -> None:
        self._stop()
        timeout_s = ANSWER_TIMEOUT_S if self._agent_owes else self._caller_timeout_s / 2
        if not self._speaking and timeout_s:
            self._timer = asyncio.get_running_loop().call_later(timeout_s, self._expired)

    def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _expired(self) -> None:
        if self._worker:
            self._worker.create_task(self._break(self._worker), "break_silence")

    async def _break(self, worker: PipelineWorker) -> None:
        words, last_words, reason = (
            (self._phrases.one_moment, self._phrases.out_of_order, EndReason.VENDOR_FAILED)
            if self._agent_owes
            else (self._phrases.still_there, self._phrases.nobody_there, EndReason.CALLER_SILENT)
        )
        if self._asked:
            await self._give_up(last_words, reason)
        else:
            self._asked = True
            self._restart()
            await worker.queue_frame(TTSSpeakFrame(words))
