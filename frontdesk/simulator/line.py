"""The line: a carrier's WebSocket to the bot."""

import ipaddress
import ssl
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.frames import CloseCode

from frontdesk.simulator.errors import CannotConnect

CLOSE_TIMEOUT_S = 2.0
# More than a minute of frames: a bot that does not read is the bot's problem, the phone's clock goes on.
WRITE_LIMIT = 1 << 20


class Line:
    """One connection. The bot may drop it at any time: sending says so instead of raising."""

    def __init__(self, socket: ClientConnection):
        self._socket = socket

    @classmethod
    async def dial(
        cls, url: str, *, within: float = 10.0, headers: Mapping[str, str] | None = None
    ) -> "Line":
        """Open the WebSocket. Raises CannotConnect when nobody answers within `within` seconds."""
        try:
            socket = await connect(
                url,
                additional_headers=headers,
                compression=None,
                open_timeout=within,
                close_timeout=CLOSE_TIMEOUT_S,
                ping_interval=None,
                proxy=None if _is_loopback(url) else True,
                write_limit=WRITE_LIMIT,
            )
        except (OSError, InvalidHandshake, InvalidURI, ssl.SSLError, TimeoutError) as error:
            raise CannotConnect(f"{url}: {error or type(error).__name__}") from error
        return cls(socket)

    @property
    def closed_properly(self) -> bool:
        """Whether the connection ended with a close frame."""
        return self._socket.close_code not in (None, CloseCode.ABNORMAL_CLOSURE)

    async def send(self, message: str) -> bool:
        """Send one text message; False when the line is gone."""
        try:
            await self._socket.send(message)
        except ConnectionClosed:
            return False
        return True

    async def messages(self) -> AsyncIterator[str | bytes]:
        """What the bot sends, until the line is gone."""
        try:
            while True:
                yield await self._socket.recv()
        except ConnectionClosed:
            return

    async def close(self) -> None:
        """Close with a close frame; takes at most `CLOSE_TIMEOUT_S`."""
        await self._socket.close()

    def vanish(self) -> None:
        """Drop the TCP connection: no close frame, nothing that was still to be sent."""
        self._socket.transport.abort()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
