"""Nobody speaks: whose turn it is decides what the caller hears."""

import asyncio
from collections.abc import Awaitable, Callable

from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    CancelFrame,
    EndFrame,
    Frame,
    TTSSpeakFrame,
)
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from frontdesk.floor import FillerFrame, Floor, Owed, Party
from frontdesk.hangup import LastWordsFrame, interrupt
from frontdesk.phrases import Phrases
from frontdesk.record.call_record import EndReason
from frontdesk.services.fallback import Ears, Mind, Voice
from frontdesk.services.speaking import speaks_during_tools

# How long the agent may owe an answer before the caller is asked for a moment's patience, and again before
# the call is given up, in seconds.
ANSWER_TIMEOUT_S = 6.0

# How long a turn of the caller may go on without a sign of speech, in seconds: then its end was missed.
TURN_TIMEOUT_S = 10.0

# Ends the call: last words, why, and what went wrong where something did.
GiveUp = Callable[[str | None, EndReason, str | None], Awaitable[None]]


class Silence(BaseObserver):
    """Watches who speaks, and breaks a silence.

    A caller who is silent for half of `caller_timeout_s` is asked whether they are there, and after the other
    half the call ends; 0 never asks. An agent that owes an answer asks for patience, and a service in reserve
    takes over from the one that hangs, or that heard nothing of a caller who spoke; where there is none, the
    call is given up.
    (pipecat's own idle timer knows neither an agent that hangs nor a caller's turn without a word.)
    """

    def __init__(self, phrases: Callable[[], Phrases], caller_timeout_s: float, give_up: GiveUp):
        super().__init__(observe_every_push=False)
        self._phrases = phrases
        self._caller_timeout_s = caller_timeout_s
        self._give_up = give_up
        self._floor = Floor()
        self._speaks_during_tools = True
        self._over = False
        self._worker: PipelineWorker | None = None
        self._ears: Ears | None = None
        self._mind: Mind | None = None
        self._voice: Voice | None = None
        self._timer: asyncio.TimerHandle | None = None

    def attach(
        self,
        worker: PipelineWorker,
        llm: FrameProcessor,
        tts: FrameProcessor | None,
        stt: FrameProcessor | None = None,
    ) -> None:
        """Speak through `worker`, which is built after its observers; `llm` and `tts` owe the answers.

        Without `tts` the model hears and speaks itself, and says nothing of an answer before it gives it.
        """
        self._worker = worker
        self._floor.hears_itself = tts is None
        self._speaks_during_tools = speaks_during_tools(llm, tts)
        self._ears = stt if isinstance(stt, Ears) else None
        self._mind = llm if isinstance(llm, Mind) else None
        self._voice = tts if isinstance(tts, Voice) else None

    async def on_push_frame(self, data: FramePushed) -> None:
        """Follow who speaks and who owes an answer."""
        if isinstance(data.frame, LastWordsFrame | EndFrame | CancelFrame):
            self._over = True
            self._stop()
        elif not self._over and self._floor.follow(data.frame) and not self._only_fills(data.frame):
            self._restart()

    async def cleanup(self) -> None:
        """Stop watching."""
        await super().cleanup()  # type: ignore[no-untyped-call]
        self._stop()

    def _only_fills(self, frame: Frame) -> bool:
        """Whether a filler bridges the time of a language model, which gains none by it."""
        is_spoken = isinstance(frame, FillerFrame | BotStartedSpeakingFrame | BotStoppedSpeakingFrame)
        is_filling = is_spoken and self._floor.filling and Owed.THOUGHT in self._floor.owed
        return is_filling and self._timer is not None

    def _restart(self) -> None:
        self._stop()
        if timeout_s := self._timeout_s():
            self._timer = asyncio.get_running_loop().call_later(timeout_s, self._expired)

    def _timeout_s(self) -> float:
        """How long it may stay as it is; 0 is for ever."""
        if Party.AGENT in self._floor.speaking:
            return 0.0
        if Party.CALLER in self._floor.speaking:
            return TURN_TIMEOUT_S
        if self._floor.runs_tools and not self._speaks_during_tools:
            return 0.0  # each tool has a time limit of its own
        return ANSWER_TIMEOUT_S if self._floor.owed else self._caller_timeout_s / 2

    def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _expired(self) -> None:
        self._timer = None
        if self._worker:
            self._worker.create_task(self._break(self._worker), "break_silence")

    async def _break(self, worker: PipelineWorker) -> None:
        self._floor.speaking.discard(Party.CALLER)
        silent = Party.AGENT if self._floor.owed else Party.CALLER
        has_moved_on = await self._move_on()
        if has_moved_on or self._floor.asked is not silent:
            self._floor.asked = silent
            self._restart()
            await self._ask(worker, silent)
        elif silent is Party.CALLER:
            await self._give_up(self._phrases().nobody_there, EndReason.CALLER_SILENT, None)
        else:
            await self._abandon(worker)

    async def _move_on(self) -> bool:
        """Let whoever is in reserve take over from the service that hangs; whether anyone is."""
        if not self._floor.owed:
            return bool(self._ears and await self._ears.move_on("nothing heard though the caller spoke"))
        reason = f"no answer within {ANSWER_TIMEOUT_S:g} s"
        if self._mind and Owed.THOUGHT in self._floor.owed:
            return await self._mind.move_on(reason)
        return bool(self._voice and Owed.VOICE in self._floor.owed and await self._voice.move_on(reason))

    async def _ask(self, worker: PipelineWorker, silent: Party) -> None:
        words = self._phrases().one_moment if silent is Party.AGENT else self._phrases().still_there
        # From the end of the pipeline: from its head it would wait behind a language model that hangs.
        await worker.queue_frame(TTSSpeakFrame(words), FrameDirection.UPSTREAM)

    async def _abandon(self, worker: PipelineWorker) -> None:
        missing = ", ".join(sorted(owed.value for owed in self._floor.owed))
        last_words = None if Owed.VOICE in self._floor.owed else self._phrases().out_of_order
        problem = f"no answer from {missing} within {2 * ANSWER_TIMEOUT_S:g} s"
        await interrupt(worker)  # whatever hangs would hold up the last words
        await self._give_up(last_words, EndReason.VENDOR_FAILED, problem)
