"""The first words on a WebSocket: which carrier it is, and what it says of the call."""

import asyncio
from dataclasses import dataclass

from fastapi import WebSocket
from pipecat.runner.types import CallData
from pipecat.runner.utils import parse_telephony_websocket
from starlette.types import Message
from starlette.websockets import WebSocketState

from frontdesk.errors import HandshakeError

# How long a connection may take to say what it is, in seconds.
HANDSHAKE_TIMEOUT_S = 10.0

CLOSE_UNSUPPORTED = 1003  # RFC 6455: data of a kind that cannot be accepted
CLOSE_POLICY = 1008  # RFC 6455: the endpoint's policy was not kept


@dataclass(frozen=True)
class Handshake:
    """What the first messages said.

    `kind` is twilio, telnyx, plivo, exotel, eval or websocket; `call_data` is pipecat's, empty for websocket;
    `websocket` is the one to go on with.
    """

    kind: str
    call_data: CallData
    websocket: WebSocket


async def shake_hands(websocket: WebSocket, timeout_s: float = HANDSHAKE_TIMEOUT_S) -> Handshake:
    """Read the handshake of an accepted WebSocket.

    Raises HandshakeError when nothing comes within `timeout_s` seconds, the peer leaves, or what comes is
    not known.
    """
    try:
        async with asyncio.timeout(timeout_s):
            return await _recognise(websocket)
    except TimeoutError:
        raise HandshakeError(f"no handshake within {timeout_s:g} s", CLOSE_POLICY) from None


async def _recognise(websocket: WebSocket) -> Handshake:
    first = await websocket.receive()
    if first["type"] == "websocket.disconnect":
        raise HandshakeError("the peer left before its handshake", CLOSE_POLICY)
    replayed = _replay(first, websocket)
    if _is_plain(first):
        return Handshake("websocket", CallData(), replayed)
    try:
        kind, call_data = await parse_telephony_websocket(replayed)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise HandshakeError(f"not a handshake: {type(error).__name__}", CLOSE_UNSUPPORTED) from error
    if kind == "unknown":
        raise HandshakeError("no carrier that is known speaks like this", CLOSE_UNSUPPORTED)
    return Handshake(kind, call_data, replayed)


def _is_plain(first: Message) -> bool:
    """Whether a pipecat client speaks: it sends binary (protobuf) frames, carriers send text."""
    return first.get("bytes") is not None and first.get("text") is None


def _replay(first: Message, websocket: WebSocket) -> WebSocket:
    """The same connection with its first message still to be read."""
    pending: list[Message] = [first]

    async def receive() -> Message:
        return pending.pop() if pending else await websocket.receive()

    replayed = WebSocket(websocket.scope, receive=receive, send=websocket.send)
    replayed.client_state = replayed.application_state = WebSocketState.CONNECTED
    return replayed
