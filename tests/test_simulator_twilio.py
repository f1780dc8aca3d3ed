"""Twilio's messages, as its documentation shows them and as pipecat reads them."""

import base64
import json

import pytest
from pipecat.runner.utils import parse_telephony_websocket

from frontdesk.simulator import mulaw
from frontdesk.simulator.twilio import TwilioWire
from frontdesk.simulator.wire import Clear, Invalid, Mark, Media
from tests.toy_bot import tone


def wire() -> TwilioWire:
    return TwilioWire({"agent": "appointments"}, call_sid="CA1", stream_sid="MZ1", account_sid="AC1")


def test_the_stream_opens_with_connected_and_start() -> None:
    connected, start = (json.loads(message) for message in wire().opening())
    assert connected == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert start == {
        "event": "start",
        "sequenceNumber": "1",
        "streamSid": "MZ1",
        "start": {
            "accountSid": "AC1",
            "streamSid": "MZ1",
            "callSid": "CA1",
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": {"agent": "appointments"},
        },
    }


def test_media_counts_messages_chunks_and_milliseconds() -> None:
    twilio = wire()
    twilio.opening()
    frames = [json.loads(twilio.media(tone(0.02))) for _ in range(3)]
    assert [frame["sequenceNumber"] for frame in frames] == ["2", "3", "4"]
    assert [frame["media"]["chunk"] for frame in frames] == ["1", "2", "3"]
    assert [frame["media"]["timestamp"] for frame in frames] == ["0", "20", "40"]
    assert {frame["media"]["track"] for frame in frames} == {"inbound"}
    assert base64.b64decode(frames[0]["media"]["payload"]) == mulaw.encode(tone(0.02))


def test_keys_marks_and_stop_have_their_own_messages() -> None:
    twilio = wire()
    bodies = [json.loads(twilio.dtmf("#")), json.loads(twilio.mark("m")), json.loads(twilio.stop())]
    assert [(body["event"], body[body["event"]]) for body in bodies] == [
        ("dtmf", {"track": "inbound_track", "digit": "#"}),
        ("mark", {"name": "m"}),
        ("stop", {"accountSid": "AC1", "callSid": "CA1"}),
    ]
    assert {body["streamSid"] for body in bodies} == {"MZ1"}


def test_identifiers_have_twilios_form() -> None:
    one, other = TwilioWire(), TwilioWire()
    assert one.call_sid.startswith("CA") and len(one.call_sid) == 34
    assert one.stream_sid != other.stream_sid


def test_what_the_bot_sends_is_read() -> None:
    payload = base64.b64encode(mulaw.encode(tone(0.02))).decode()
    twilio = wire()
    media = {"event": "media", "streamSid": "MZ1", "media": {"payload": payload}}
    assert twilio.decode(json.dumps(media)) == Media(mulaw.decode(mulaw.encode(tone(0.02))))
    assert twilio.decode('{"event": "mark", "streamSid": "MZ1", "mark": {"name": "x"}}') == Mark("x")
    assert twilio.decode('{"event": "clear", "streamSid": "MZ1"}') == Clear()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\x00\x01", "binary"),
        ("hello", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"event": "clear"}', "streamSid None"),
        ('{"event": "clear", "streamSid": "MZ2"}', "streamSid 'MZ2'"),
        ('{"event": "media", "streamSid": "MZ1", "media": {}}', "no such message"),
        ('{"event": "media", "streamSid": "MZ1", "media": {"payload": "~"}}', "not base64"),
        ('{"event": "mark", "streamSid": "MZ1", "mark": {"name": 3}}', "no such message"),
        ('{"event": "sing", "streamSid": "MZ1"}', "no such message"),
    ],
)
def test_what_twilio_would_refuse_is_told(raw: str | bytes, reason: str) -> None:
    message = wire().decode(raw)
    assert isinstance(message, Invalid) and reason in message.reason


class OpeningSocket:
    """As much of a server's WebSocket as pipecat's handshake parser uses."""

    def __init__(self, messages: list[str]):
        self._messages = messages

    async def iter_text(self):  # type: ignore[no-untyped-def]
        for message in self._messages:
            yield message


async def test_pipecat_takes_the_opening_for_twilios() -> None:
    twilio = TwilioWire({"from_number": "+15550002222", "to_number": "+15550001111", "agent": "x"})
    carrier, call = await parse_telephony_websocket(OpeningSocket(twilio.opening()))  # type: ignore[arg-type]
    assert carrier == "twilio"
    assert (call.stream_id, call.call_id) == (twilio.stream_sid, twilio.call_sid)
    assert (call.from_number, call.to_number) == ("+15550002222", "+15550001111")
    assert call.body["agent"] == "x"
