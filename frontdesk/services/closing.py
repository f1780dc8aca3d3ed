"""Services that let go of the line when the call is over, where pipecat's own may not."""

import asyncio
import functools
from typing import Any

# How long a service may take to leave its vendor, in seconds; a vendor that stalls must not hold the line.
LEAVE_TIMEOUT_S = 0.5


@functools.cache
def closing(service: type[Any], client: str) -> type[Any]:
    """The service's class, which closes its HTTP client at the end.

    pipecat leaves that to the garbage collector; `client` is the attribute with the client.
    """

    async def cleanup(self: Any) -> None:
        """Release everything, the HTTP client too."""
        await super(closes, self).cleanup()
        await getattr(self, client).close()

    closes = _subclass(service, cleanup)
    return closes


@functools.cache
def leaving(service: type[Any]) -> type[Any]:
    """The service's class, which waits LEAVE_TIMEOUT_S at most for its vendor to say goodbye."""

    async def _disconnect(self: Any) -> None:
        websocket = getattr(self, "_websocket", None)
        try:
            async with asyncio.timeout(LEAVE_TIMEOUT_S):
                await super(leaves, self)._disconnect()
        except TimeoutError:
            if websocket is not None:
                websocket.transport.abort()

    leaves = _subclass(service, _disconnect)
    return leaves


def _subclass(service: type[Any], method: Any) -> type[Any]:
    """The class under its own name, which pipecat shows in its logs and metrics, with one method of ours."""
    return type(service.__name__, (service,), {"__module__": service.__module__, method.__name__: method})
