"""Engines that need no account and no network: they stand in where a vendor's key is missing.

Speech to text is Moonshine tiny-en, out of the `moonshine-voice` wheel; text to speech is hibari, out of the
`hibari-tts` wheel; `dialogue` is a script in place of an LLM. Importing this package imports none of them.
"""

from importlib.util import find_spec


def stt_available() -> bool:
    """Whether the speech-to-text engine is installed."""
    return find_spec("moonshine_voice") is not None


def tts_available() -> bool:
    """Whether the text-to-speech engine is installed."""
    return find_spec("hibari") is not None
