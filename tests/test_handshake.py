"""The first words on a WebSocket: who speaks, or why it is no call."""

import asyncio
import json
from typing import Any

import pytest
from fastapi import WebSocket
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message
from starlette.websockets import WebSocketState

from frontdesk.errors import HandshakeError
from frontdesk.handshake import Handshake, shake_hands
from tests import carriers

TWILIO_START: dict[str, Any] = json.loads(carriers.twilio()[1])


class Peer:
    """The other end of an accepted WebSocket: what it says, and then silence or a closed socket."""

    def __init__(self, *said: str | bytes, leaves: bool = False):
        self._messages: list[Message] = [_message(one) for one in said]
        if leaves:
            self._messages.append({"type": "websocket.disconnect", "code": 1001})
        self.websocket = WebSocket({"type": "websocket"}, receive=self._receive, send=self._send)
        self.websocket.client_state = self.websocket.application_state = WebSocketState.CONNECTED

    async def _receive(self) -> Message:
        if not self._messages:
            await asyncio.Event().wait()
        return self._messages.pop(0)

    async def _send(self, message: Message) -> None:
        raise AssertionError(f"a handshake answers nothing, but sent {message}")


def _message(said: str | bytes) -> Message:
    return {"type": "websocket.receive", "bytes" if isinstance(said, bytes) else "text": said}


async def handshake(*said: str | bytes, leaves: bool = False) -> Handshake:
    return await shake_hands(Peer(*said, leaves=leaves).websocket, 0.05)


async def refusal(*said: str | bytes, leaves: bool = False) -> HandshakeError:
    with pytest.raises(HandshakeError) as refused:
        await handshake(*said, leaves=leaves)
    return refused.value


@pytest.mark.parametrize(
    ("opening", "kind", "call_id", "stream_id"),
    [
        (carriers.twilio, "twilio", "CA0", "MZ0"),
        (carriers.telnyx, "telnyx", "v3:MdI91X4l", "32de0dea"),
        (carriers.plivo, "plivo", "12345678", "87654321"),
        (carriers.exotel, "exotel", "a1b2c3", "c7b1e"),
    ],
)
async def test_recognises_each_carrier_by_its_documented_messages(
    opening: Any, kind: str, call_id: str, stream_id: str
) -> None:
    found = await handshake(*opening(**carriers.PARAMETERS))
    assert (found.kind, found.call_data.call_id, found.call_data.stream_id) == (kind, call_id, stream_id)
    assert found.call_data.body == carriers.PARAMETERS
    if kind in ("telnyx", "exotel"):
        assert found.call_data.from_number == carriers.NUMBERS["from_number"]
        assert found.call_data.to_number == carriers.NUMBERS["to_number"]


async def test_does_not_wait_for_a_second_message_where_the_first_says_all() -> None:
    assert (await handshake(*carriers.plivo())).kind == "plivo"
    assert (await handshake(*carriers.eval_connect(skip_tts=True))).call_data.body["skip_tts"] is True


async def test_what_follows_the_handshake_is_still_there_to_be_read() -> None:
    for opening in (carriers.twilio(), carriers.plivo(), carriers.eval_connect()):
        found = await handshake(*opening, "next")
        assert await found.websocket.receive_text() == "next"


async def test_a_binary_message_is_a_pipecat_client_and_is_not_lost() -> None:
    found = await handshake(b"\x0a\x00")
    assert found.kind == "websocket"
    assert await found.websocket.receive_bytes() == b"\x0a\x00"


@pytest.mark.parametrize("headers", ["a=1,b=2", "a=1;b=2", "a=1&b=2", '{"a": "1"}', "{}", "", "nonsense"])
async def test_reads_plivos_headers_however_they_are_joined(headers: str) -> None:
    message = json.loads(carriers.plivo()[0]) | {"extra_headers": headers}
    body = (await handshake(json.dumps(message))).call_data.body
    assert body == ({"a": "1", "b": "2"} if "=" in headers else {})


@pytest.mark.parametrize("garbage", ["hello", "", "\x00", "[]", "null", "3", '"twilio"', "[" * 100_000])
async def test_refuses_what_is_not_a_json_object_at_once(garbage: str) -> None:
    assert (await refusal(garbage)).close_code == 1003
    assert (await refusal(carriers.twilio()[0], garbage)).close_code == 1003


@pytest.mark.parametrize(
    "start",
    [
        {"start": None},
        {"start": []},
        {"start": TWILIO_START["start"] | {"streamSid": None}},
        {"start": TWILIO_START["start"] | {"streamSid": "M" * 1000}},
        {"start": TWILIO_START["start"] | {"callSid": 7}},
        {"start": TWILIO_START["start"] | {"customParameters": [1]}},
        {"start": {}},
        {"event": "hello"},
    ],
)
async def test_refuses_a_start_that_cannot_be_used(start: dict[str, Any]) -> None:
    assert (await refusal(carriers.twilio()[0], json.dumps(TWILIO_START | start))).close_code == 1003


@pytest.mark.parametrize(
    ("opening", "key", "told"),
    [
        (carriers.plivo, "mediaFormat", {"encoding": "audio/x-l16", "sampleRate": 8000}),
        (carriers.telnyx, "media_format", {"encoding": "OPUS", "sample_rate": 8000}),
        (carriers.exotel, "media_format", {"encoding": "base64", "sample_rate": "16000"}),
    ],
)
async def test_refuses_audio_that_would_be_heard_as_noise_and_says_what_to_set(
    opening: Any, key: str, told: dict[str, Any]
) -> None:
    *before, last = opening()
    message = json.loads(last)
    message["start"][key] = told
    refused = await refusal(*before, json.dumps(message))
    assert refused.close_code == 1003 and "at 8000 Hz" in str(refused)
    del message["start"][key]
    assert (await handshake(*before, json.dumps(message))).kind


async def test_refuses_a_carrier_that_it_does_not_know() -> None:
    refused = await refusal('{"event": "connected"}', '{"event": "start", "start": {"callUuid": "1"}}')
    assert refused.close_code == 1003 and "carrier" in str(refused)


async def test_refuses_silence_once_the_bound_is_over() -> None:
    for said in ((), carriers.twilio()[:1]):
        refused = await refusal(*said)
        assert refused.close_code == 1008 and str(refused) == "no handshake within 0.05 s"


async def test_refuses_a_peer_that_leaves() -> None:
    for said in ((), carriers.twilio()[:1]):
        refused = await refusal(*said, leaves=True)
        assert refused.close_code == 1008 and "left" in str(refused)


@given(st.lists(st.text(max_size=30) | st.binary(max_size=10), min_size=2, max_size=3))
@settings(max_examples=60, deadline=None)
def test_anything_else_is_refused_or_is_a_client(said: list[str | bytes]) -> None:
    async def shake() -> str:
        try:
            return (await handshake(*said, leaves=True)).kind
        except HandshakeError as refused:
            return str(refused.close_code)

    assert asyncio.run(shake()) in ("websocket", "1003", "1008")
