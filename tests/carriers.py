"""The carriers' opening messages, as their documentation has them."""

import json
from typing import Any

NUMBERS = {"from_number": "+15550002222", "to_number": "+15550001111"}
PARAMETERS = {"agent": "appointments", "campaign": "spring"}


def twilio(**parameters: str) -> list[str]:
    """twilio.com/docs/voice/media-streams/websocket-messages"""
    start = {
        "accountSid": "AC0",
        "streamSid": "MZ0",
        "callSid": "CA0",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": parameters,
    }
    return _texts(
        {"event": "connected", "protocol": "Call", "version": "1.0.0"},
        {"event": "start", "sequenceNumber": "1", "start": start, "streamSid": "MZ0"},
    )


def telnyx(**parameters: str) -> list[str]:
    """developers.telnyx.com/api-reference/websockets/stream-call-media-over-websocket"""
    start = {
        "user_id": "3e6f995f",
        "call_control_id": "v3:MdI91X4l",
        "call_session_id": "ff55a038",
        "from": NUMBERS["from_number"],
        "to": NUMBERS["to_number"],
        "tags": [],
        "client_state": "aGF2ZSBhIG5pY2UgZGF5ID1d",
        "custom_parameters": parameters,
        "media_format": {"encoding": "PCMU", "sample_rate": 8000, "channels": 1},
    }
    return _texts(
        {"event": "connected", "version": "1.0.0"},
        {"event": "start", "sequence_number": "1", "stream_id": "32de0dea", "start": start},
    )


def plivo(**parameters: str) -> list[str]:
    """plivo.com/docs/voice-agents/audio-streaming/concepts/audio-streaming-reference"""
    start = {
        "callId": "12345678",
        "streamId": "87654321",
        "accountId": "MAXX",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000},
    }
    headers = ";".join(f"{name}={value}" for name, value in parameters.items()) or "{}"
    return _texts({"event": "start", "sequenceNumber": 1, "start": start, "extra_headers": headers})


def exotel(**parameters: str) -> list[str]:
    """developer.exotel.com/docs/agentstream/stream-voicebot-applet"""
    start = {
        "stream_sid": "c7b1e",
        "call_sid": "a1b2c3",
        "account_sid": "acme1",
        "from": NUMBERS["from_number"],
        "to": NUMBERS["to_number"],
        "custom_parameters": parameters,
        "media_format": {"encoding": "base64", "sample_rate": "8000", "bit_rate": "128kbps"},
    }
    return _texts(
        {"event": "connected"},
        {"event": "start", "sequence_number": 1, "stream_sid": "c7b1e", "start": start},
    )


def eval_connect(**flags: bool) -> list[str]:
    """What pipecat's eval harness says first."""
    data = {"t": "eval-connect", "d": flags}
    return _texts({"label": "rtvi-ai", "type": "client-message", "id": "eval-connect", "data": data})


def _texts(*messages: dict[str, Any]) -> list[str]:
    return [json.dumps(message) for message in messages]
