"""The clock that paces a phone."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Protocol

SAMPLE_RATE = 8000
FRAME_S = 0.02
FRAME_SAMPLES = 160


class Clock(Protocol):
    """Seconds that only go forward, and a way to wait for them."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class MonotonicClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def ticks(clock: Clock, start: float, period: float = FRAME_S) -> AsyncIterator[int]:
    """Yield 1, 2, 3 … where tick n is never before `start + n * period`.

    A late tick is followed at once by the next one, so that lateness never adds up.
    """
    n = 1
    while True:
        await clock.sleep(max(0.0, start + n * period - clock.now()))
        yield n
        n += 1
