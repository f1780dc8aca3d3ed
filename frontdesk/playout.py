"""When the caller has heard what was said: the carrier's playout marks."""

import asyncio
from collections.abc import Callable
from typing import Any

from pipecat.frames.frames import OutputTransportMessageFrame

# How a carrier is asked to tell when playout reaches a point: the mark's name → the message.
MarkMessage = Callable[[str], dict[str, Any]]


class Playout:
    """Sends marks behind the audio and waits until the carrier says that they were reached.

    Without `mark_message` the carrier has no marks; then what has been sent, in real time, counts as heard.
    """

    def __init__(self, mark_message: MarkMessage | None = None):
        self._mark_message = mark_message
        self._reached: dict[str, asyncio.Event] = {}

    def mark(self) -> OutputTransportMessageFrame | None:
        """A frame to queue behind the audio, or None where the carrier has no marks."""
        if self._mark_message is None:
            return None
        name = f"heard-{len(self._reached)}"
        self._reached[name] = asyncio.Event()
        frame = OutputTransportMessageFrame(message=self._mark_message(name))
        frame.interruptible = False
        return frame

    def reached(self, name: str) -> None:
        """The carrier says that playout came to the mark `name`; others' marks are ignored."""
        if event := self._reached.get(name):
            event.set()

    async def heard(self, timeout_s: float) -> bool:
        """Wait until every mark was reached, at most `timeout_s` seconds; whether they were."""
        try:
            async with asyncio.timeout(timeout_s):
                for event in self._reached.values():
                    await event.wait()
        except TimeoutError:
            return False
        return True
