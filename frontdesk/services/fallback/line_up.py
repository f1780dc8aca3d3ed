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
CONNECT_TIMEOUT_S = 3.0


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
        return await self.move_on(error.error)

    async def move_on(self, reason: str) -> FrameProcessor | None:
        """Let the next in line take over; None where nobody is left who could."""
        failed = self.active_service
        self._failed.add(failed)
        at = self.services.index(failed)
        for service in self.services[at + 1 :] + self.services[:at]:
            if service.is_usable and service not in self._failed:
                logger.warning(f"{service.name} takes over from {failed.name}: {reason}")
                return await self._set_active_if_available(service)
        return None

    def forgive(self) -> None:
        """Let everyone have a turn again who failed before."""
        self._failed.clear()


def connect_in_time(services: Sequence[FrameProcessor]) -> list[FrameProcessor]:
    """The services, none of which can hold up the others for longer than CONNECT_TIMEOUT_S."""
    for service in services:
        service.setup = functools.partial(_set_up, service.setup)  # type: ignore[method-assign]
    return list(services)


async def _set_up(set_up: Callable[[FrameProcessorSetup], Awaitable[Any]], setup: FrameProcessorSetup) -> None:
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await set_up(setup)
    except TimeoutError as error:
        raise ConnectionError(f"no connection within {CONNECT_TIMEOUT_S:g} s") from error
