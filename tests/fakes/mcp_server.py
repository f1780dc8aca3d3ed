"""A real MCP server, the desk of a shop: on loopback by streamable HTTP, or as a command."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import uvicorn
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ImageContent, TextContent
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

LONG = "order " * 10_000


class Size(Enum):
    """Of a parcel."""

    SMALL = "small"
    LARGE = "large"


class Parcel(BaseModel):
    """What is to be picked up."""

    size: Size
    notes: str | None = None


@dataclass
class Orders:
    """What a server was asked to do, and how it answers.

    `token` is the one it lets in; `picking` holds a pick-up until it is set, `hanging` every request.
    """

    token: str = ""
    picked: list[dict[str, Any]] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    picking: asyncio.Event = field(default_factory=asyncio.Event)
    hanging: asyncio.Event | None = None


def server_of(orders: Orders) -> MCPServer[Any]:
    """The server with its tools."""
    server: MCPServer[Any] = MCPServer("orders", log_level="CRITICAL")

    @server.tool()
    def look_up_order(number: str) -> dict[str, Any]:
        """Look up an order by its number."""
        return {"number": number, "status": "shipped"}

    @server.tool(structured_output=False)
    def opening_hours() -> list[Any]:
        """When the desk is open."""
        picture = ImageContent(type="image", data="AAAA", mime_type="image/png")
        return [TextContent(type="text", text='{"open": "9:00", "close": "17:00"}'), picture]

    @server.tool()
    async def pick_up(parcel: Parcel, ctx: Context[Any, Any]) -> dict[str, bool]:
        """Have a parcel picked up."""
        meta = dict(ctx.request_context.meta or {})
        orders.picked.append({"size": parcel.size.value, "key": meta.get("frontdesk/idempotency-key")})
        orders.begun.set()
        await orders.picking.wait()
        return {"picked_up": True}

    @server.tool()
    def cancel_order(number: str) -> str:
        """Cancel an order."""
        raise ToolError(f"order {number} has gone; {orders.token or os.environ.get('ORDERS_KEY')}")

    @server.tool()
    def history() -> str:
        """All orders."""
        return LONG

    @server.tool()
    def surroundings() -> dict[str, Any]:
        """What the server was started with."""
        print("a word on standard error", file=sys.stderr)
        return {"environ": dict(os.environ), "pid": os.getpid()}

    @server.tool()
    def crash() -> str:
        """Break down."""
        os._exit(1)

    @server.tool(name="bad.name")
    def bad_name() -> str:
        """A tool whose name no language model takes."""
        return "ok"

    return server


@dataclass
class Running:
    """A server that listens at `url`; `stop` and `start` it again at the same place."""

    orders: Orders
    port: int = 0
    _server: uvicorn.Server | None = None
    _task: "asyncio.Task[None] | None" = None

    @property
    def url(self) -> str:
        """Where it is; the query is part of the address."""
        return f"http://127.0.0.1:{self.port}/mcp?desk=7"

    async def start(self) -> None:
        """Begin to listen."""
        app = _Guarded(self.orders, server_of(self.orders).streamable_http_app())
        config = uvicorn.Config(
            app, host="127.0.0.1", port=self.port, log_level="critical", timeout_graceful_shutdown=0
        )
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Be gone, with all sessions."""
        assert self._server and self._task
        self._server.should_exit = True
        await self._task


class _Guarded:
    """Lets in whoever has the token."""

    def __init__(self, orders: Orders, app: Starlette):
        self.orders, self.app = orders, app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ()))
        if scope["type"] == "http":
            if self.orders.hanging:
                await self.orders.hanging.wait()
            token = headers.get(b"authorization", b"").decode()
            if self.orders.token and token != f"Bearer {self.orders.token}":
                return await PlainTextResponse("no", 401)(scope, receive, send)
        await self.app(scope, receive, send)


@asynccontextmanager
async def orders_server(token: str = "") -> AsyncIterator[Running]:
    """A server on a port that the system chooses."""
    running = Running(Orders(token))
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


# How a test starts the same as a command; -P, because this folder has modules named as packages are.
COMMAND = f"{sys.executable} -P {__file__}"

if __name__ == "__main__":
    print("this is no MCP, and not to be seen", file=sys.stderr)
    logging.disable()
    server_of(Orders()).run("stdio")
