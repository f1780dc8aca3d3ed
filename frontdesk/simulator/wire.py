"""What a carrier and a bot say to each other, whatever the carrier's own format."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Media:
    """Agent's audio to play: 16-bit mono PCM at 8 kHz."""

    pcm: bytes


@dataclass(frozen=True)
class Mark:
    """To be answered when everything sent before it was played."""

    name: str


@dataclass(frozen=True)
class Clear:
    """Drop what is buffered: the agent was interrupted."""


@dataclass(frozen=True)
class Invalid:
    """A message that the carrier would refuse, and why."""

    reason: str


Message = Media | Mark | Clear | Invalid


class Wire(Protocol):
    """One carrier's message format, for one call; it keeps the counters that the format has."""

    def opening(self) -> Sequence[str]:
        """The messages that open the stream, in order."""

    def media(self, pcm: bytes) -> str:
        """One frame of the caller's audio: 16-bit mono PCM at 8 kHz."""

    def dtmf(self, digit: str) -> str:
        """One key that the caller pressed."""

    def mark(self, name: str) -> str:
        """The answer to the bot's mark."""

    def stop(self) -> str:
        """The call is over."""

    def decode(self, raw: str | bytes) -> Message:
        """What the bot sent."""
