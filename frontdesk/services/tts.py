"""Text to speech."""

from typing import Any

from frontdesk.agent.services import TTSVoice
from frontdesk.language import base_language
from frontdesk.services.keys import AZURE_SPEECH, GOOGLE_FILE, GOOGLE_JSON
from frontdesk.services.vendor import Vendor, no_language

TTS = {
    "azure": Vendor(
        "pipecat.services.azure.tts:AzureTTSService",
        AZURE_SPEECH,
        extra="azure",
        modules=("azure.cognitiveservices.speech",),
        url="private_endpoint",
        url_for="region",
    ),
    "cartesia": Vendor(
        "pipecat.services.cartesia.tts:CartesiaTTSService",
        {"api_key": "CARTESIA_API_KEY"},
        url="url",
        url_variable="CARTESIA_BASE_URL",
        url_path="/tts/websocket",
        url_scheme="ws",
        socket="_websocket",
    ),
    "deepgram": Vendor(
        "pipecat.services.deepgram.tts:DeepgramTTSService",
        {"api_key": "DEEPGRAM_API_KEY"},
        url_variable="DEEPGRAM_BASE_URL",
        url_scheme="ws",
        language=no_language,
        socket="_websocket",
        note="the voice decides the language, such as aura-2-helena-en",
    ),
    "elevenlabs": Vendor(
        "pipecat.services.elevenlabs.tts:ElevenLabsTTSService",
        {"api_key": "ELEVENLABS_API_KEY"},
        extra="elevenlabs",
        url="url",
        url_variable="ELEVENLABS_BASE_URL",
        url_scheme="ws",
        voice="ELEVENLABS_VOICE_ID",
        socket="_websocket",
    ),
    "google": Vendor(
        "pipecat.services.google.tts:GoogleTTSService",
        GOOGLE_JSON,
        extra="google",
        modules=("google.cloud.texttospeech_v1", "google.genai"),
        url=None,
    ).or_with(GOOGLE_FILE),
    "groq": Vendor(
        "frontdesk.services.groq:GroqTTSService",
        {"api_key": "GROQ_API_KEY"},
        extra="groq",
        modules=("groq",),
        url_variable="GROQ_BASE_URL",
        language=no_language,
        client="_client",
    ),
    "kokoro": Vendor(
        "pipecat.services.kokoro.tts:KokoroTTSService",
        extra="kokoro",
        modules=("kokoro_onnx",),
        url=None,
        voice="KOKORO_VOICE_ID",
        note="runs in the bot itself; the model is downloaded when it first starts; brings phonemizer (GPL)",
    ),
    "openai": Vendor(
        "pipecat.services.openai.tts:OpenAITTSService",
        {"api_key": "OPENAI_API_KEY"},
        url_variable="OPENAI_BASE_URL",
        language=no_language,
        voices="VALID_VOICES",
        client="_client",
        # The rate, in Hz, of the only audio that OpenAI sends.
        options={"sample_rate": 24000},
        note="hears the language from the text",
    ),
    "piper": Vendor(
        "pipecat.services.piper.tts:PiperTTSService",
        extra="piper",
        modules=("piper",),
        url=None,
        voice="PIPER_VOICE_ID",
        language=no_language,
        note="runs in the bot itself; the voice is downloaded when it first starts; piper-tts is GPL",
    ),
    "rime": Vendor(
        "pipecat.services.rime.tts:RimeTTSService",
        {"api_key": "RIME_API_KEY"},
        extra="rime",
        url="url",
        url_variable="RIME_BASE_URL",
        url_path="/ws3",
        url_scheme="ws",
        voice="RIME_VOICE_ID",
        settings={"model": "mistv2"},
        socket="_websocket",
    ),
    "embedded": Vendor(
        "frontdesk.services.embedded.tts:EmbeddedTTSService",
        url=None,
        language=no_language,
        note="hibari, on a laptop only; speaks English",
    ),
}


def tts_row(config: TTSVoice) -> str:
    """The row of the table that a section asks for."""
    return config.vendor


def tts_settings(config: TTSVoice, language: str) -> dict[str, Any]:
    """What a section says of its TTS for calls in a language, in the words of the service's Settings."""
    given = dict(config.settings)
    if config.model:
        given["model"] = config.model
    if voice := _voice(config, language):
        given["voice"] = voice
    return {**TTS[tts_row(config)].language(language), **given}


def _voice(config: TTSVoice, language: str) -> str | None:
    """The voice for a language: its own, that of the language without its region, else the one for all."""
    return config.voices.get(language) or config.voices.get(base_language(language)) or config.voice
