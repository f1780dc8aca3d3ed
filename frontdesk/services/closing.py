"""Services that let go of the line when the call is over, where pipecat's own may not."""

import asyncio
import functools
import operator
from typing import Any

# How long a service may take to leave its vendor, in seconds; a vendor that stalls must not hold the line.
LEAVE_TIMEOUT_S = 0.5
# How long it may take to notice that its connection was dropped, in seconds.
ABORT_TIMEOUT_S = 0.2

# The attributes with the task that reads what a vendor sends, which connects anew where that is to be done.
READING = ("_receive_task", "_connection_task")


@functools.cache
def closing(service: type[Any], client: str) -> type[Any]:
    """The service's class, which closes its HTTP client at the end.

    pipecat leaves that to the garbage collector; `client` is the attribute with the client.
    """

    async def cleanup(self: Any) -> None:
        """Release everything, the HTTP client too."""
        await super(closes, self).cleanup()
        await getattr(self, client).close()

    closes = subclass(service, cleanup)
    return closes


@functools.cache
def leaving(service: type[Any], socket: str) -> type[Any]:
    """The service's class, which waits LEAVE_TIMEOUT_S at most for its vendor to say goodbye.

    `socket` is the attribute, with dots where it lies deeper, that has the WebSocket.
    """

    async def _disconnect(self: Any) -> None:
        if asyncio.current_task() in {getattr(self, name, None) for name in READING}:
            await super(leaves, self)._disconnect()
            return
        connection = _reached(self, socket)
        goodbye = asyncio.create_task(super(leaves, self)._disconnect())
        try:
            await asyncio.wait({goodbye}, timeout=LEAVE_TIMEOUT_S)
            if not goodbye.done() and connection is not None:
                connection.transport.abort()
                await asyncio.wait({goodbye}, timeout=ABORT_TIMEOUT_S)
        finally:
            goodbye.cancel()

    leaves = subclass(service, _disconnect)
    return leaves


def _reached(service: Any, path: str) -> Any:
    """What lies at the end of a path of attributes, None where it ends before."""
    try:
        return operator.attrgetter(path)(service)
    except AttributeError:
        return None


def subclass(service: type[Any], method: Any) -> type[Any]:
    """The class under its own name, which pipecat shows in its logs and metrics, with one method of ours."""
    return type(service.__name__, (service,), {"__module__": service.__module__, method.__name__: method})
