"""A bot of a few lines that speaks Twilio's messages, to test the phone against."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from frontdesk.simulator import mulaw

RATE = 8000
BOUND_S = 10.0


def tone(seconds: float, hertz: float = 440.0, level: float = 8000.0) -> bytes:
    """16-bit mono PCM at 8 kHz."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (level * np.cos(2 * np.pi * hertz * time)).astype("<i2").tobytes()


class PhoneGone(Exception):
    """What the script waits for will not come."""


class ToyCall:
    """The bot's side of one call: `received` has every message, `close_code` how the phone went."""

    def __init__(self, socket: ServerConnection):
        self.received: list[dict[str, Any]] = []
        self._socket = socket
        self._changed = asyncio.Condition()
        self._closed = False

    @property
    def close_code(self) -> int | None:
        return self._socket.close_code

    def of(self, event: str) -> list[dict[str, Any]]:
        return [message for message in self.received if message["event"] == event]

    @property
    def stream_sid(self) -> str:
        return str(self.of("start")[0]["streamSid"])

    def caller_audio(self) -> bytes:
        """What the caller sent, as 16-bit PCM."""
        return b"".join(mulaw.decode(base64.b64decode(m["media"]["payload"])) for m in self.of("media"))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until `condition` holds after some message, with a bound; PhoneGone ends the script."""
        async with asyncio.timeout(BOUND_S), self._changed:
            await self._changed.wait_for(lambda: condition() or self._closed)
        if not condition():
            raise PhoneGone

    async def until_closed(self) -> None:
        await self.until(lambda: self._closed)

    async def send(self, event: str, **body: Any) -> None:
        await self._socket.send(json.dumps({"event": event, "streamSid": self.stream_sid, **body}))

    async def send_raw(self, raw: str | bytes) -> None:
        await self._socket.send(raw)

    async def play(self, pcm: bytes) -> None:
        """Send audio all at once, in messages of 40 ms."""
        for start in range(0, len(pcm), 640):
            payload = base64.b64encode(mulaw.encode(pcm[start : start + 640])).decode()
            await self.send("media", media={"payload": payload})

    async def mark(self, name: str) -> None:
        await self.send("mark", mark={"name": name})

    async def clear(self) -> None:
        await self.send("clear")

    async def close(self) -> None:
        await self._socket.close()

    def break_line(self) -> None:
        self._socket.transport.abort()

    async def read(self) -> None:
        try:
            async for raw in self._socket:
                self.received.append(json.loads(raw))
                await self._notify()
        except ConnectionClosed:
            pass
        self._closed = True
        await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


Script = Callable[[ToyCall], Awaitable[None]]


class ToyBot:
    """Runs `script` for every call, then waits for the phone to go; `calls` has every call."""

    def __init__(self, script: Script):
        self.calls: list[ToyCall] = []
        self._script = script
        self._answered = asyncio.Event()
        self._server: Server | None = None

    @property
    def call(self) -> ToyCall:
        return self.calls[0]

    async def answered(self) -> None:
        """Wait for the first call, with a bound."""
        await asyncio.wait_for(self._answered.wait(), BOUND_S)

    @property
    def url(self) -> str:
        assert self._server
        host, port = next(iter(self._server.sockets)).getsockname()[:2]
        return f"ws://{host}:{port}/ws"

    async def __aenter__(self) -> "ToyBot":
        self._server = await serve(self._answer, "127.0.0.1", 0, compression=None)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()
        await self._server.wait_closed()

    async def _answer(self, socket: ServerConnection) -> None:
        call = ToyCall(socket)
        self.calls.append(call)
        self._answered.set()
        reader = asyncio.create_task(call.read())
        try:
            await call.until(lambda: call.of("start"))
            await self._script(call)
            await call.until_closed()
        except PhoneGone:
            pass
        finally:
            reader.cancel()


async def silent(call: ToyCall) -> None:
    """A bot that takes the call and says nothing."""


async def greeting(call: ToyCall) -> None:
    """A bot that makes one tone of 0.3 s and says nothing more."""
    await call.play(tone(0.3))
