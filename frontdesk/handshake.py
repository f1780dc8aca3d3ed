"""The first words on a WebSocket: which carrier it is, and what it says of the call."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import WebSocket
from pipecat.runner.types import CallData
from pipecat.runner.utils import parse_telephony_websocket
from starlette.types import Message
from starlette.websockets import WebSocketState

from frontdesk import close_codes
from frontdesk.errors import HandshakeError

# How long a connection may take to say what it is, in seconds.
HANDSHAKE_TIMEOUT_S = 10.0

# The longest id of a call or stream that is taken; Telnyx's, the longest, have about 70 characters.
MAX_ID_CHARACTERS = 256

# What pipecat's serializers understand, by carrier; anything else would be heard as noise. Hz.
ENCODINGS = {
    "twilio": ("audio/x-mulaw",),
    "telnyx": ("PCMU", "PCMA"),
    "plivo": ("audio/x-mulaw",),
    "exotel": ("base64",),
}
SAMPLE_RATE = "8000"


@dataclass(frozen=True)
class Handshake:
    """What the first messages said.

    `kind` is twilio, telnyx, plivo, exotel, eval or websocket; `call_data` is pipecat's, with the carrier's
    custom parameters as its `body`, and empty for websocket; `websocket` is the one to go on with.
    """

    kind: str
    call_data: CallData
    websocket: WebSocket


async def shake_hands(websocket: WebSocket, timeout_s: float | None = None) -> Handshake:
    """Read the handshake of an accepted WebSocket.

    Raises HandshakeError when nothing comes within `timeout_s` (HANDSHAKE_TIMEOUT_S) seconds, the peer
    leaves, or what comes is not known.
    """
    timeout_s = HANDSHAKE_TIMEOUT_S if timeout_s is None else timeout_s
    try:
        async with asyncio.timeout(timeout_s):
            return await _recognise(websocket)
    except TimeoutError:
        raise HandshakeError(f"no handshake within {timeout_s:g} s", close_codes.POLICY_VIOLATION) from None


async def _recognise(websocket: WebSocket) -> Handshake:
    first = await _next(websocket)
    if _is_plain(first):
        return Handshake("websocket", CallData(), _replay(websocket, first))
    opening = _parsed(first)
    if opening.get("type") == "client-message":  # the eval harness, whose next message is no handshake
        return await _read(_replay(websocket, first), opening)
    if "start" in opening:  # Plivo, which says everything at once
        return await _read(_replay(websocket, first, {"type": "websocket.receive", "text": "{}"}), opening)
    second = await _next(websocket)
    return await _read(_replay(websocket, first, second), _parsed(second))


async def _read(replayed: WebSocket, start: Mapping[str, Any]) -> Handshake:
    """Let pipecat recognise the carrier by the messages on `replayed`, of which `start` tells of the call."""
    if not _has_plain_numbers(start):  # pipecat would log their values
        raise HandshakeError("not a handshake: a number that is no text", close_codes.UNSUPPORTED_DATA)
    try:
        kind, call_data = await parse_telephony_websocket(replayed)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise HandshakeError(
            f"not a handshake: {type(error).__name__}", close_codes.UNSUPPORTED_DATA
        ) from error
    if kind == "unknown":
        raise HandshakeError("no carrier that is known speaks like this", close_codes.UNSUPPORTED_DATA)
    if kind != "eval":
        if not all(_is_id(value) for value in (call_data.stream_id, call_data.call_id)):
            raise HandshakeError(
                f"{kind} without usable ids of call and stream", close_codes.UNSUPPORTED_DATA
            )
        _check_format(kind, start["start"])
        call_data = call_data.model_copy(update={"body": _parameters(start)})
    return Handshake(kind, call_data, replayed)


async def _next(websocket: WebSocket) -> Message:
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise HandshakeError("the peer left before its handshake", close_codes.POLICY_VIOLATION)
    return message


def _is_plain(first: Message) -> bool:
    """Whether a pipecat client speaks: it sends binary (protobuf) frames, carriers send text."""
    return first.get("bytes") is not None and first.get("text") is None


def _parsed(message: Message) -> Mapping[str, Any]:
    try:
        parsed = json.loads(message.get("text") or "")
    except (ValueError, RecursionError):
        raise HandshakeError("not a handshake: it is not JSON", close_codes.UNSUPPORTED_DATA) from None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("start", {}), dict):
        raise HandshakeError("not a handshake: it is not a JSON object", close_codes.UNSUPPORTED_DATA)
    return parsed


def _has_plain_numbers(message: Mapping[str, Any]) -> bool:
    start = message.get("start", {})
    parameters = start.get("customParameters") or {}
    if not isinstance(parameters, dict):
        return False
    numbers = [start.get("from"), start.get("to"), parameters.get("from_number"), parameters.get("to_number")]
    return all(number is None or isinstance(number, str) for number in numbers)


def _is_id(value: str | None) -> bool:
    return bool(value) and len(str(value)) <= MAX_ID_CHARACTERS


def _check_format(kind: str, start: Mapping[str, Any]) -> None:
    """Refuse a stream of audio that cannot be read; Plivo's default is one."""
    told = start.get("mediaFormat") or start.get("media_format")
    if not isinstance(told, dict):
        return
    encoding = str(told.get("encoding", ENCODINGS[kind][0]))
    rate = str(told.get("sampleRate") or told.get("sample_rate") or SAMPLE_RATE)
    if encoding not in ENCODINGS[kind] or rate != SAMPLE_RATE:
        wanted = f"{' or '.join(ENCODINGS[kind])} at {SAMPLE_RATE} Hz"
        reason = f"{kind} streams {encoding[:40]} at {rate[:10]} Hz; set the stream to {wanted}"
        raise HandshakeError(reason, close_codes.UNSUPPORTED_DATA)


def _parameters(message: Mapping[str, Any]) -> dict[str, Any]:
    """The custom parameters of a `start` message, under each carrier's own name for them.

    Plivo gives them as text, "a=1;b=2", and an empty JSON object where there are none.
    """
    start = message.get("start", {})
    given = start.get("customParameters") or start.get("custom_parameters") or message.get("extra_headers")
    if isinstance(given, str):
        pairs = (pair.partition("=") for pair in re.split("[;,&]", given) if "=" in pair)
        return {name.strip(): value for name, _, value in pairs}
    return given if isinstance(given, dict) else {}


def _replay(websocket: WebSocket, *messages: Message) -> WebSocket:
    """The same connection with `messages` still to be read."""
    pending = list(messages)

    async def receive() -> Message:
        message = pending.pop(0) if pending else await websocket.receive()
        if message["type"] == "websocket.disconnect":
            replayed.state.close_code = message.get("code")
        return message

    replayed = WebSocket(websocket.scope, receive=receive, send=websocket.send)
    replayed.client_state = replayed.application_state = WebSocketState.CONNECTED
    return replayed
