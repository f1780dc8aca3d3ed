"""One WebSocket that a client opened: all that went over it, both ways."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.faults import Faults

Message = dict[str, Any]


class Connection:
    """A client's socket. `received` and `sent` hold the JSON messages, `audio` the binary ones joined."""

    def __init__(
        self,
        request: web.Request,
        socket: web.WebSocketResponse,
        faults: Faults,
        changed: Callable[[], None],
    ) -> None:
        self.request = request
        self.socket = socket
        self.received: list[Message] = []
        self.sent: list[Message] = []
        self.audio = bytearray()
        self._faults = faults
        self._changed = changed

    @property
    def closed(self) -> bool:
        """Whether the socket has ended, however it ended."""
        return self.socket.closed or self.request.transport is None

    async def messages(self) -> AsyncIterator[Message | bytes | None]:
        """What the client sends until it goes: JSON objects, audio, and None for text that is neither."""
        async for message in self.socket:
            if message.type is WSMsgType.BINARY:
                self.audio += message.data
                self._changed()
                yield message.data
            elif message.type is WSMsgType.TEXT:
                parsed = _parse(message.data)
                self.received.append(parsed if parsed is not None else {"unparsed": message.data})
                self._changed()
                yield parsed
        self._changed()

    async def send(self, message: Message) -> None:
        """Send one JSON message; nothing happens when the client has gone."""
        if self.closed:
            return
        try:
            await self.socket.send_str(json.dumps(message))
        except ConnectionResetError:
            return
        self.sent.append(message)
        self._changed()
        self.drop_if_due()

    def stall(self) -> None:
        """Read nothing more, not even a close frame, as a host that hangs does."""
        if transport := self.request.transport:
            transport.pause_reading()  # type: ignore[attr-defined]

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the socket properly."""
        await self.socket.close(code=code, message=reason.encode())
        self._changed()

    def drop_if_due(self) -> None:
        """Break the socket when the faults say so."""
        if self._faults.take_drop(len(self.sent)):
            self.drop()

    def drop(self) -> None:
        """Break the socket without a closing handshake."""
        if self.request.transport:
            self.request.transport.abort()


def _parse(text: str) -> Message | None:
    try:
        parsed = json.loads(text)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None
