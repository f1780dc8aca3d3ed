"""Somebody's HTTP service on loopback, which answers what a test says."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answer = Callable[[web.Request], web.StreamResponse | Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived: `target` is the request line's, not decoded."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str


@dataclass
class Service:
    """Where it listens, and what it was asked."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    @property
    def last(self) -> Asked:
        """The latest request."""
        return self.asked[-1]


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[Service]:
    """Serve every path and method with one answer."""
    service = Service()

    async def handle(request: web.Request) -> web.StreamResponse:
        body = await request.text()
        service.asked.append(Asked(request.method, request.raw_path, request.headers.copy(), body))
        given: Any = answer(request)
        response: web.StreamResponse = await given if inspect.isawaitable(given) else given
        return response

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield service
    finally:
        await runner.cleanup()
