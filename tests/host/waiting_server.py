"""A server that lets open sessions finish when it is told to stop."""

import asyncio
import socket
import time
from collections.abc import Mapping
from typing import Self

import uvicorn
from fastapi import FastAPI


class Server(uvicorn.Server):
    """After SIGTERM it takes no new session and waits up to `shutdown_timeout` seconds for the open ones."""

    shutdown_timeout = 7200.0

    @classmethod
    def on(cls, app: FastAPI, environ: Mapping[str, str]) -> Self:
        """A server as the environment says: `HOST`, `PORT`, `SHUTDOWN_TIMEOUT`."""
        host, port = environ.get("HOST", "0.0.0.0"), int(environ.get("PORT", "8080"))
        server = cls(uvicorn.Config(app, host=host, port=port))
        server.shutdown_timeout = float(environ.get("SHUTDOWN_TIMEOUT", cls.shutdown_timeout))
        return server

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the door, wait for the connections and tasks inside, then end the application."""
        for listener in self.servers:
            listener.close()
        for listening in sockets or []:
            listening.close()
        deadline = time.monotonic() + self.shutdown_timeout
        # uvicorn keeps its connections in a plain set, which cannot be awaited.
        while self._is_busy() and not self.force_exit and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        if not self.force_exit:
            await self.lifespan.shutdown()

    def _is_busy(self) -> bool:
        return bool(self.server_state.connections or self.server_state.tasks)
