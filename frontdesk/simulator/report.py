"""What came out of a simulated call."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from frontdesk.simulator.caller import Turn
from frontdesk.simulator.clock import SAMPLE_RATE
from frontdesk.simulator.phone import Phone


@dataclass
class Report:
    """One simulated call; `document()` is its JSON form. Times in seconds since the stream's start.

    Where the bot's record is here, `agent` is the agent_id of who answered, and `notices` is what was wrong
    with what the session asked for; `by_another` tells that it was not the agent that was asked for.
    """

    url: str | None = None
    answered: bool = False
    end_reason: str | None = None
    error: str | None = None
    call_sid: str | None = None
    agent: str | None = None
    notices: list[str] = field(default_factory=list)
    by_another: bool = False
    seconds: float = 0.0
    turns: list[Turn] = field(default_factory=list)
    barge_ins: int = 0
    underruns: int = 0
    received_s: float = 0.0
    heard_s: float = 0.0
    unheard_s: float = 0.0
    marks: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    wav: Path | None = None
    record: Path | None = None
    bot_log: Path | None = None

    def add_call(self, phone: Phone, turns: list[Turn]) -> None:
        """Take over what the phone and the caller know."""
        self.answered = phone.answered
        self.end_reason = phone.end_reason
        self.seconds = phone.recording.seconds
        self.turns = turns
        self.barge_ins = sum(turn.barge_in for turn in turns)
        self.underruns = len(phone.playout.underruns)
        self.received_s = phone.playout.received / SAMPLE_RATE
        self.heard_s = phone.playout.heard / SAMPLE_RATE
        self.unheard_s = phone.playout.cut / SAMPLE_RATE
        self.marks = phone.marks
        self.problems = phone.problems

    def add_record(self, path: Path, asked: str | None) -> None:
        """Take over what the bot's record of the call tells; it may be of another version.

        `asked` is the agent_id that the call was for.
        """
        self.record = path
        record = json.loads(path.read_text(encoding="utf-8"))
        self.agent = record.get("agent")
        faults = record.get("errors", [])
        self.notices = [fault["message"] for fault in faults if fault["source"] == "session"]
        self.by_another = bool(asked and self.agent and asked != self.agent and self.notices)
        if self.by_another:
            self.error = self.error or "; ".join(self.notices)

    @property
    def latencies(self) -> list[float]:
        """One for each turn that was answered, the greeting left out."""
        return [turn.latency for turn in self.turns[1:] if turn.latency is not None]

    def document(self) -> dict[str, Any]:
        """The whole report as JSON values."""
        greeting = self.turns[0].latency if self.turns else None
        latencies = self.latencies
        return {
            "url": self.url,
            "answered": self.answered,
            "end_reason": self.end_reason,
            "error": self.error,
            "call_sid": self.call_sid,
            "agent": self.agent,
            "notices": self.notices,
            "seconds": round(self.seconds, 3),
            "turns": [_turn(turn) for turn in self.turns],
            "latency": {
                "greeting": _rounded(greeting),
                "median": _rounded(median(latencies) if latencies else None),
                "max": _rounded(max(latencies, default=None)),
            },
            "barge_ins": self.barge_ins,
            "underruns": self.underruns,
            "agent_audio": {
                "received": round(self.received_s, 3),
                "heard": round(self.heard_s, 3),
                "cut_by_hang_up": round(self.unheard_s, 3),
            },
            "marks": self.marks,
            "problems": self.problems,
            "wav": _text(self.wav),
            "record": _text(self.record),
            "bot_log": _text(self.bot_log),
        }


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "caller": turn.said,
        "caller_start": round(turn.spoken.start, 3),
        "caller_end": round(turn.spoken.end, 3),
        "barge_in": turn.barge_in,
        "agent": turn.answer,
        "agent_start": _rounded(turn.replies[0].start if turn.replies else None),
        "agent_end": _rounded(turn.replies[-1].end if turn.replies else None),
        "interrupted": any(reply.interrupted for reply in turn.replies),
        "latency": _rounded(turn.latency),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
