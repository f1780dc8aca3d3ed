"""Whether a model still sends something."""

import asyncio
import contextlib
import time
from collections.abc import Callable


class Progress:
    """Waits for a model as long as it makes progress."""

    def __init__(self) -> None:
        self._happened = asyncio.Event()
        self._last = time.monotonic()

    def made(self) -> None:
        """Something came from the model, or its time starts anew."""
        self._last = time.monotonic()
        self._happened.set()

    async def until(self, met: Callable[[], bool], quiet_s: float) -> bool:
        """Wait until `met()`, looked at whenever something comes; False when nothing came for `quiet_s` s."""
        while not met():
            self._happened.clear()
            left_s = self._last + quiet_s - time.monotonic()
            if left_s <= 0:
                return False
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._happened.wait(), left_s)
        return True
