"""How an OpenAI realtime session is set up, and what OpenAI refuses in a client's events."""

import copy
import uuid
from collections.abc import Mapping
from typing import Any

INPUT_KEYS: Mapping[str, Any] = dict.fromkeys(
    ("format", "transcription", "noise_reduction", "turn_detection")
)
OUTPUT_KEYS: Mapping[str, Any] = dict.fromkeys(("format", "voice", "speed"))
COMMON_KEYS = ("instructions", "tools", "tool_choice", "max_output_tokens", "prompt", "output_modalities")

# What may be sent, by key; a mapping is a place with known keys of its own, None takes anything.
SESSION_KEYS: Mapping[str, Any] = dict.fromkeys(
    ("type", "model", "tracing", "include", "truncation", "reasoning", *COMMON_KEYS)
) | {"audio": {"input": INPUT_KEYS, "output": OUTPUT_KEYS}}
RESPONSE_KEYS: Mapping[str, Any] = dict.fromkeys(("conversation", "metadata", "input", *COMMON_KEYS)) | {
    "audio": {"output": OUTPUT_KEYS}
}


class RefusedError(Exception):
    """A client's event that is answered with an `error` event; the session goes on."""

    def __init__(self, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.param = param


def new_session(model: str) -> dict[str, Any]:
    """A session as it is before the client has set anything."""
    pcm = {"type": "audio/pcm", "rate": 24000}
    return {
        "type": "realtime",
        "object": "realtime.session",
        "id": f"sess_{uuid.uuid4().hex[:20]}",
        "model": model,
        "output_modalities": ["audio"],
        "instructions": "You are a helpful, witty, and friendly AI.",
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "prompt": None,
        "include": None,
        "audio": {
            "input": {
                "format": pcm,
                "transcription": None,
                "noise_reduction": None,
                "turn_detection": {
                    "type": "server_vad",
                    "threshold": 0.5,
                    "prefix_padding_ms": 300,
                    "silence_duration_ms": 200,
                    "create_response": True,
                    "interrupt_response": True,
                },
            },
            "output": {"format": pcm, "voice": "alloy", "speed": 1.0},
        },
    }


def updated(session: Mapping[str, Any], change: Any) -> dict[str, Any]:
    """The session with a `session.update` in it: only what is present changes. Raises RefusedError."""
    if not isinstance(change, dict) or "type" not in change:
        raise RefusedError(
            "Missing required parameter: 'session.type'.", "missing_required_parameter", "session.type"
        )
    check(change, SESSION_KEYS, "session")
    if change.get("model", session["model"]) != session["model"]:
        raise RefusedError("Cannot update the session's model.", "cannot_update_model", "session.model")
    return _merged(session, change)


def check(given: Mapping[str, Any], known: Mapping[str, Any], path: str) -> None:
    """Refuse a key that the API does not have. Raises RefusedError."""
    for key, value in given.items():
        if key not in known:
            raise RefusedError(f"Unknown parameter: '{path}.{key}'.", "unknown_parameter", f"{path}.{key}")
        if known[key] is not None and isinstance(value, dict):
            check(value, known[key], f"{path}.{key}")


def _merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    whole = copy.deepcopy(dict(base))
    for key, value in change.items():
        below = whole.get(key)
        whole[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return whole
