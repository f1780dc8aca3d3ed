"""Fills a call's record while the call goes on."""

import bisect
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from loguru import logger

from frontdesk.call import Call
from frontdesk.record.call_record import CallRecord, EndReason, Fault, ToolCall, ToolEnding, Utterance
from frontdesk.record.plain import plain


class Recorder:
    """Takes down what happens, on the call's own clock, and writes it at the end.

    `clock` gives monotonic seconds.
    """

    def __init__(self, call: Call, clock: Callable[[], float] = time.monotonic):
        self.record = CallRecord.of(call)
        self._clock = clock
        self._started = clock()
        self._open_calls: dict[str, ToolCall] = {}

    def now(self) -> float:
        """Seconds since the call started."""
        return round(self._clock() - self._started, 3)

    def said(
        self,
        role: Literal["caller", "agent"],
        text: str,
        *,
        at: str | None = None,
        interrupted: bool = False,
    ) -> Utterance | None:
        """One turn is over; `at` is the ISO 8601 time at which it began, now where it is not known.

        Returns its entry, None where nothing was said.
        """
        if not text.strip():
            return None
        turn = Utterance(at_s=self._since(at), role=role, text=text.strip(), interrupted=interrupted)
        # A turn is told when it is over, and one that began earlier may be over later.
        bisect.insort(self.record.transcript, turn, key=lambda said: said.at_s)
        return turn

    def tool_started(self, tool_call_id: str, name: str, arguments: dict[str, Any]) -> None:
        """The LLM called a tool."""
        call = ToolCall(at_s=self.now(), name=name, arguments=arguments)
        self._open_calls[tool_call_id] = call
        self.record.tool_calls.append(call)

    def tool_ended(self, tool_call_id: str, outcome: ToolEnding, result: Any = None) -> None:
        """A tool came to its end; unknown ids are ignored."""
        if call := self._open_calls.pop(tool_call_id, None):
            call.outcome, call.result = outcome, result
            call.duration_s = round(self.now() - call.at_s, 3)

    def tool_ended_late(
        self, name: str, arguments: Mapping[str, Any], outcome: ToolEnding, result: Any
    ) -> None:
        """A tool came to its end when nobody waited for it any more."""
        for tool_call_id, call in [*self._open_calls.items()]:
            if (call.name, call.arguments) == (name, plain(arguments)):
                self.tool_ended(tool_call_id, outcome, result)

    def went_wrong(self, source: str, message: str) -> None:
        """Something failed; the call may go on."""
        self.record.errors.append(Fault(at_s=self.now(), source=source, message=message))

    def failed(self, error: Exception) -> None:
        """The call itself failed, and ends with that."""
        self.went_wrong("call", f"{type(error).__name__}: {error}")
        self.ends(EndReason.FAILED)

    def ends(self, reason: EndReason) -> None:
        """Why the call ends; the first reason given is the one that counts."""
        if self.record.end_reason is None:
            self.record.end_reason = reason

    def write(self, data_dir: Path) -> None:
        """Close the record and write it, into the temporary folder where `data_dir` cannot be written."""
        self.ends(EndReason.FAILED if self.record.errors else EndReason.CALLER_HUNG_UP)
        for tool_call_id in [*self._open_calls]:  # what only looks something up is left with the call
            self.tool_ended(tool_call_id, "cancelled")
        self.record.duration_s = self.now()
        self.record.ended_at = self.record.started_at + timedelta(seconds=self.record.duration_s)
        logger.info(f"Call ended ({self.record.end_reason}); record: {self._written(data_dir)}")

    def _written(self, data_dir: Path) -> Path | None:
        try:
            return self.record.write(data_dir / "calls")
        except OSError as error:
            logger.error(f"The record could not be written under {data_dir}: {error}")
        try:
            # A new folder that only we can read: nobody else on the machine may wait there.
            return self.record.write(Path(tempfile.mkdtemp(prefix="frontdesk-")))
        except OSError as error:
            logger.error(f"The record could not be written into the temporary folder either: {error}")
        return None

    def _since(self, at: str | None) -> float:
        if at is None:
            return self.now()
        began = datetime.fromisoformat(at)
        began = began if began.tzinfo else began.replace(tzinfo=UTC)
        return max(0.0, round((began - self.record.started_at).total_seconds(), 3))
