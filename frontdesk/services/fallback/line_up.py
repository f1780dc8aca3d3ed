"""Several services of a kind, of which one works at a time."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from loguru import logger
from pipecat.frames.frames import ErrorFrame
from pipecat.pipeline.service_switcher import ServiceSwitcherStrategy
from pipecat.processors.frame_processor import FrameProcessor, FrameProcessorSetup
from pipecat.utils.errors import ErrorCategory

# How long one service of several may take to connect, in seconds; the caller hears nothing meanwhile.
CONNECT_TIMEOUT_S = 2.0

SetUp = Callable[[FrameProcessorSetup], Awaitable[Any]]


class NextInLine(ServiceSwitcherStrategy):
    """Whatever fails makes way for the next in line that has not failed since one of them worked.

    pipecat's own strategy moves on only from a service that can never work again.
    """

    def __init__(self, services: list[FrameProcessor]):
        super().__init__(services)
        self._failed: set[FrameProcessor] = set()

    async def handle_error(self, error: ErrorFrame) -> FrameProcessor | None:
        """Move on from the active service, which has an error; what takes over, if anything does."""
        if error.category is ErrorCategory.APPLICATION:
            return None
        return await self.move_on()

    async def move_on(self) -> FrameProcessor | None:
        """Let the next in line take over; None where nobody is left who could."""
        failed, following = self.active_service, self.following
        self._failed.add(failed)
        if following is None:
            return None
        logger.warning(f"{following.name} takes over from {failed.name}")
        return await self._set_active_if_available(following)

    @property
    def following(self) -> FrameProcessor | None:
        """Who would take over from the active service, if anyone could."""
        at = self.services.index(self.active_service)
        line = self.services[at + 1 :] + self.services[:at]
        return next((each for each in line if each.is_usable and each not in self._failed), None)

    def forgive(self) -> None:
        """Let everyone have a turn again who failed before."""
        self._failed.clear()


def connect_in_time(services: Sequence[FrameProcessor]) -> None:
    """Let none of the services hold up the others for longer than CONNECT_TIMEOUT_S."""
    for service in services:
        service.setup = functools.partial(_set_up, service.setup)  # type: ignore[method-assign]


async def _set_up(set_up: SetUp, setup: FrameProcessorSetup) -> None:
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await set_up(setup)
    except TimeoutError as error:
        raise ConnectionError(f"no connection within {CONNECT_TIMEOUT_S:g} s") from error
