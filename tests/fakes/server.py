"""What every stand-in shares: a server on loopback, its record, its faults."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fakes.connection import Connection
from tests.fakes.faults import Faults

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Request:
    """One HTTP request or WebSocket handshake as it arrived; `body` is JSON or form fields, else None."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


class FakeServer:
    """A vendor on 127.0.0.1, for `async with`: subclasses say what it serves and whom it lets in."""

    def __init__(self, *, faults: Faults | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.faults = faults or Faults()
        self.tls = tls
        self.requests: list[Request] = []
        self.connections: list[Connection] = []
        self._changed = asyncio.Condition()
        self._notices: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._receive])
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self.tls).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self.connections:
            connection.drop()
        if self._runner:
            await self._runner.cleanup()
        await asyncio.gather(*self._notices)

    @property
    def base_url(self) -> str:
        """The HTTP address that a client library is given as its base URL."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        """The address of the main endpoint, whole."""
        return self.base_url

    def ws_url(self, path: str) -> str:
        """The WebSocket address of `path`."""
        return f"ws://127.0.0.1:{self._port}{path}"

    def routes(self) -> list[web.RouteDef]:
        """The endpoints."""
        raise NotImplementedError

    def allows(self, request: web.Request) -> bool:
        """Whether the request carries the right credentials."""
        raise NotImplementedError

    def refusal(self, request: web.Request, status: int) -> web.Response:
        """The vendor's own error answer for an HTTP status."""
        raise NotImplementedError

    async def wait_until(self, met: Callable[[], bool], timeout_s: float = 5.0) -> None:
        """Wait until `met()`, looked at whenever the record changes; TimeoutError past the bound."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(met)

    def changed(self) -> None:
        """Say that the record has changed, to whoever waits for it."""
        notice = asyncio.ensure_future(self._notify())
        self._notices.add(notice)
        notice.add_done_callback(self._notices.discard)

    async def open_socket(self, request: web.Request) -> Connection:
        """Accept a WebSocket and keep its record."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(request, socket, self.faults, self.changed)
        self.connections.append(connection)
        self.changed()
        connection.drop_if_due()
        return connection

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    @web.middleware
    async def _receive(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Record a request, then let the faults and the credentials have their say."""
        self.requests.append(
            Request(request.method, request.path, request.query, request.headers, await _body(request))
        )
        self.changed()
        await asyncio.sleep(self.faults.connect_delay_s)
        status = self.faults.take_failure()
        if status is None and not self.allows(request):
            status = 401
        return self.refusal(request, status) if status else await handler(request)


async def _body(request: web.Request) -> Any:
    if not request.can_read_body:
        return None
    if request.content_type == "application/json":
        try:
            return json.loads(await request.read())
        except ValueError:
            return None
    return dict(await request.post())
