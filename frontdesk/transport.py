"""From runner arguments to an open line: transport, parameters and serializer per carrier."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from fastapi import WebSocket
from loguru import logger
from pipecat.runner.types import (
    CallData,
    DailyRunnerArguments,
    RunnerArguments,
    SmallWebRTCRunnerArguments,
    WebSocketRunnerArguments,
)
from pipecat.runner.utils import create_transport
from pipecat.serializers.protobuf import ProtobufFrameSerializer
from pipecat.transports.base_transport import BaseTransport, TransportParams
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from starlette.websockets import WebSocketDisconnect, WebSocketState

from frontdesk import serializers
from frontdesk.call import Call
from frontdesk.facts import call_of, dial_in
from frontdesk.handshake import Handshake, shake_hands
from frontdesk.playout import Playout
from frontdesk.serializers import CarrierMessages

Params = TypeVar("Params", bound=TransportParams)

# One row per carrier: how its stream becomes frames.
CARRIERS: Mapping[str, Callable[[CallData, Mapping[str, str]], CarrierMessages]] = {
    "twilio": serializers.twilio,
    "telnyx": serializers.telnyx,
    "plivo": serializers.plivo,
    "exotel": serializers.exotel,
}

# Telephone audio is 8 kHz; pipecat's own defaults serve everything else.
TELEPHONE_RATE = 8000
WIDEBAND_IN_RATE = 16000
WIDEBAND_OUT_RATE = 24000

# Exotel wants at least 100 ms of audio in a message, in multiples of 320 bytes.
EXOTEL_10MS_CHUNKS = 10

# How long closing a connection may take, in seconds.
DROP_TIMEOUT_S = 2.0

# Silence sent behind the last words, in seconds, where no mark tells that they were heard.
END_SILENCE_S = 1


@dataclass(frozen=True)
class Line:
    """An open connection to the caller; `transport` is None for a session without one. Rates are in Hz."""

    call: Call
    transport: BaseTransport | None = None
    playout: Playout = field(default_factory=Playout)
    in_rate: int = WIDEBAND_IN_RATE
    out_rate: int = WIDEBAND_OUT_RATE

    @property
    def is_telephone(self) -> bool:
        """Whether a carrier's media stream is at the other end."""
        return self.call.carrier in CARRIERS


async def open_line(runner_args: RunnerArguments) -> Line:
    """Take what the host hands over. Raises HandshakeError when a WebSocket turns out not to be a call."""
    if isinstance(runner_args, WebSocketRunnerArguments):
        return await _open_websocket(runner_args)
    if isinstance(runner_args, DailyRunnerArguments):
        return await _open_room(runner_args, "daily", dial_in(runner_args.body))
    if isinstance(runner_args, SmallWebRTCRunnerArguments):
        return await _open_room(runner_args, "webrtc")
    return Line(call=call_of(runner_args, "none"))


async def _open_websocket(runner_args: WebSocketRunnerArguments) -> Line:
    if runner_args.transport_type == "websocket":
        return _open_client(runner_args, runner_args.websocket)
    handshake = await shake_hands(runner_args.websocket)
    runner_args.websocket = handshake.websocket
    runner_args.call_data = handshake.call_data
    if handshake.kind == "websocket":
        return _open_client(runner_args, handshake.websocket)
    if handshake.kind == "eval":
        return await _open_room(runner_args, "eval")
    return _open_carrier(runner_args, handshake)


async def drop(runner_args: RunnerArguments, close_code: int) -> None:
    """Close what the host handed over, where it is still open; a WebSocket with `close_code`."""
    with contextlib.suppress(TimeoutError, RuntimeError, OSError, WebSocketDisconnect):
        async with asyncio.timeout(DROP_TIMEOUT_S):
            if isinstance(runner_args, WebSocketRunnerArguments):
                await _close(runner_args.websocket, close_code)
            elif isinstance(runner_args, SmallWebRTCRunnerArguments):
                await runner_args.webrtc_connection.disconnect()


async def _close(websocket: WebSocket, code: int) -> None:
    if WebSocketState.DISCONNECTED not in (websocket.client_state, websocket.application_state):
        await websocket.close(code)


def _open_carrier(runner_args: WebSocketRunnerArguments, handshake: Handshake) -> Line:
    call = call_of(runner_args, handshake.kind, handshake.call_data)
    with logger.contextualize(call=call.id):
        serializer = CARRIERS[handshake.kind](handshake.call_data, os.environ)
    return Line(
        call=call,
        transport=FastAPIWebsocketTransport(handshake.websocket, _carrier_params(handshake.kind, serializer)),
        playout=serializer.playout,
        in_rate=TELEPHONE_RATE,
        out_rate=TELEPHONE_RATE,
    )


def _carrier_params(carrier: str, serializer: CarrierMessages) -> FastAPIWebsocketParams:
    end_silence_s = 0 if carrier == "twilio" else END_SILENCE_S
    params = _with_audio(FastAPIWebsocketParams, end_silence_s, serializer=serializer)
    if carrier == "exotel":
        params.audio_out_10ms_chunks = EXOTEL_10MS_CHUNKS
    return params


def _open_client(runner_args: WebSocketRunnerArguments, websocket: WebSocket) -> Line:
    """A pipecat client on a plain WebSocket, which speaks protobuf."""
    params = _with_audio(FastAPIWebsocketParams, serializer=ProtobufFrameSerializer())
    return Line(
        call=call_of(runner_args, "websocket"),
        transport=FastAPIWebsocketTransport(websocket, params),
    )


async def _open_room(runner_args: RunnerArguments, carrier: str, data: CallData | None = None) -> Line:
    """Daily, SmallWebRTC and the eval harness, which pipecat opens itself."""
    transport = await create_transport(runner_args, {carrier: ROOMS[carrier]})
    return Line(call=call_of(runner_args, carrier, data), transport=transport)


def _with_audio(params: type[Params], end_silence_s: int = END_SILENCE_S, **more: Any) -> Params:
    """The parameters of a transport for sound both ways."""
    return params(
        audio_in_enabled=True, audio_out_enabled=True, audio_out_end_silence_secs=end_silence_s, **more
    )


def _daily_params() -> TransportParams:
    from pipecat.transports.daily.transport import DailyParams

    return _with_audio(DailyParams)


def _webrtc_params() -> TransportParams:
    return _with_audio(TransportParams)


def _eval_params() -> TransportParams:
    from pipecat.evals.transport import EvalTransportParams

    return _with_audio(EvalTransportParams, 0)


ROOMS: Mapping[str, Callable[[], TransportParams]] = {
    "daily": _daily_params,
    "webrtc": _webrtc_params,
    "eval": _eval_params,
}
