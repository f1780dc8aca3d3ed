"""Vendors that pipecat has dropped: what older agent files name, and what is nearest to it now."""

from collections.abc import Mapping

# Kind of service → name → the nearest vendor that there is.
GONE: Mapping[str, Mapping[str, str]] = {
    "stt": {},
    "llm": {},
    "tts": {"lmnt": "cartesia", "playht": "elevenlabs"},
}
