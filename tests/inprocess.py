"""A bot in this process behind a real socket, where its tasks can be counted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import uvicorn
from fastapi import FastAPI, WebSocket
from pipecat.runner.types import RunnerArguments, WebSocketRunnerArguments

import bot as bot_module
from frontdesk.boot import Boot

Bot = Callable[[RunnerArguments], Awaitable[None]]


@dataclass
class InProcess:
    """Where it listens, and the sessions it has begun and ended."""

    url: str = ""
    begun: int = 0
    ended: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until_ended(self, count: int, within: float) -> None:
        """Wait until `count` sessions are over. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while self.ended < count:
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def in_process_bot(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[InProcess]:
    """Serve `/ws` with the real bot(), configured by the test's environment; ready when it is entered."""
    boot = Boot()
    boot.start()
    monkeypatch.setattr(bot_module, "BOOT", boot)
    await boot.house()
    async with serving(bot_module.bot) as state:
        yield state


@asynccontextmanager
async def serving(bot: Bot) -> AsyncIterator[InProcess]:
    """Serve `/ws` with any bot."""
    state = InProcess()
    server = uvicorn.Server(uvicorn.Config(_app(bot, state), host="127.0.0.1", port=0, log_level="warning"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    state.url = f"ws://127.0.0.1:{port}/ws"
    try:
        yield state
    finally:
        server.should_exit = True
        await task


def _app(bot: Bot, state: InProcess) -> FastAPI:
    app = FastAPI()

    @app.websocket("/ws")
    async def ws(websocket: WebSocket) -> None:
        await websocket.accept()
        state.begun += 1
        try:
            await bot(WebSocketRunnerArguments(websocket=websocket))
        finally:
            state.ended += 1
            state.changed.set()

    return app
