"""Speech to text."""

from typing import Any

from frontdesk.agent.services import STTModel
from frontdesk.services.flux import FLUX, hears, in_flux_words, names_flux
from frontdesk.services.keys import AZURE_SPEECH, GOOGLE_FILE, GOOGLE_JSON
from frontdesk.services.vendor import Vendor, listed_as, no_language, words_as

# What hears the languages that Flux does not.
NOVA = "nova-3"

STT = {
    "assemblyai": Vendor(
        "pipecat.services.assemblyai.stt:AssemblyAISTTService",
        {"api_key": "ASSEMBLYAI_API_KEY"},
        extra="assemblyai",
        url="api_endpoint_base_url",
        url_variable="ASSEMBLYAI_BASE_URL",
        url_path="/v3/ws",
        url_scheme="ws",
        language=listed_as("language_codes"),
        keyterms=words_as("keyterms_prompt"),
        socket="_websocket",
    ),
    "azure": Vendor(
        "pipecat.services.azure.stt:AzureSTTService",
        AZURE_SPEECH,
        extra="azure",
        modules=("azure.cognitiveservices.speech",),
        url="private_endpoint",
        url_for="region",
    ),
    "cartesia": Vendor(
        "pipecat.services.cartesia.stt:CartesiaSTTService",
        {"api_key": "CARTESIA_API_KEY"},
        url_variable="CARTESIA_BASE_URL",
        keyterms=words_as("keyterm"),
        socket="_websocket",
    ),
    "deepgram": Vendor(
        "pipecat.services.deepgram.stt:DeepgramSTTService",
        {"api_key": "DEEPGRAM_API_KEY"},
        url_variable="DEEPGRAM_BASE_URL",
        keyterms=words_as("keyterm"),
        socket="_connection._websocket",
    ),
    FLUX: Vendor(
        "pipecat.services.deepgram.flux.stt:DeepgramFluxSTTService",
        {"api_key": "DEEPGRAM_API_KEY"},
        url="url",
        url_variable="DEEPGRAM_BASE_URL",
        url_path="/v2/listen",
        url_scheme="ws",
        hears_turns=True,
        language=no_language,
        keyterms=words_as("keyterm"),
        socket="_websocket",
    ),
    "elevenlabs": Vendor(
        "pipecat.services.elevenlabs.stt:ElevenLabsRealtimeSTTService",
        {"api_key": "ELEVENLABS_API_KEY"},
        extra="elevenlabs",
        url_variable="ELEVENLABS_BASE_URL",
        url_scheme="",
        keyterms=words_as("keyterms"),
        socket="_websocket",
    ),
    "gladia": Vendor(
        "pipecat.services.gladia.stt:GladiaSTTService",
        {"api_key": "GLADIA_API_KEY"},
        extra="gladia",
        url="url",
        url_variable="GLADIA_BASE_URL",
        url_path="/v2/live",
        language=lambda code: {"language_config": {"languages": [code]}},
        keyterms=lambda words: {
            "realtime_processing": {
                "custom_vocabulary": True,
                "custom_vocabulary_config": {"vocabulary": [*words]},
            }
        },
        socket="_websocket",
    ),
    "google": Vendor(
        "pipecat.services.google.stt:GoogleSTTService",
        GOOGLE_JSON,
        extra="google",
        modules=("google.cloud.speech_v2",),
        url=None,
        language=listed_as("languages"),
        keyterms=lambda words: {
            "adaptation": {"phrase_sets": [{"phrases": [{"value": word} for word in words]}]}
        },
    ).or_with(GOOGLE_FILE),
    "groq": Vendor(
        "pipecat.services.groq.stt:GroqSTTService",
        {"api_key": "GROQ_API_KEY"},
        extra="groq",
        url_variable="GROQ_BASE_URL",
        keyterms=lambda words: {"prompt": ", ".join(words)},
        client="_client",
    ),
    "openai": Vendor(
        "pipecat.services.openai.stt:OpenAISTTService",
        {"api_key": "OPENAI_API_KEY"},
        url_variable="OPENAI_BASE_URL",
        keyterms=words_as("keywords"),
        client="_client",
    ),
    "soniox": Vendor(
        "pipecat.services.soniox.stt:SonioxSTTService",
        {"api_key": "SONIOX_API_KEY"},
        extra="soniox",
        url="url",
        url_variable="SONIOX_BASE_URL",
        url_path="/transcribe-websocket",
        url_scheme="ws",
        language=listed_as("language_hints"),
        keyterms=lambda words: {"context": {"terms": [*words]}},
        socket="_websocket",
    ),
    "speechmatics": Vendor(
        "pipecat.services.speechmatics.stt:SpeechmaticsSTTService",
        {"api_key": "SPEECHMATICS_API_KEY"},
        extra="speechmatics",
        modules=("speechmatics.agent_stt",),
        url_variable="SPEECHMATICS_BASE_URL",
        url_path="/v2/agent",
        url_scheme="ws",
        keyterms=lambda words: {"additional_vocab": [{"content": word} for word in words]},
        socket="_client._transport._websocket",
    ),
    "whisper": Vendor(
        "pipecat.services.whisper.stt:WhisperSTTService",
        extra="whisper",
        modules=("faster_whisper",),
        url=None,
        keyterms=lambda words: {"hotwords": ", ".join(words)},
        in_rate=16000,
        note="runs in the bot itself; the model is downloaded when it first starts",
    ),
    "embedded": Vendor(
        "frontdesk.services.embedded.stt:EmbeddedSTTService",
        url=None,
        in_rate=16000,
        language=no_language,
        note="Moonshine tiny-en, on a laptop only; hears English",
    ),
}


def stt_row(config: STTModel, language: str) -> str:
    """The row of the table that a section asks for: Deepgram's Flux models have a service of their own."""
    if not names_flux(config):
        return config.vendor
    return FLUX if hears(_heard(config, language)) else "deepgram"


def stt_settings(config: STTModel, language: str) -> dict[str, Any]:
    """What a section says of its STT for calls in a language, in the words of the service's Settings.

    A Flux model hears English or, as flux-general-multi, its other languages; nova-3 hears the rest.
    """
    row, heard = STT[stt_row(config, language)], _heard(config, language)
    own = _own_settings(config, row, heard)
    return {**(row.language(heard) if "language" not in own else {}), **_listened_for(config, row), **own}


def flux_section(config: STTModel) -> tuple[str, dict[str, Any]] | None:
    """The row and the settings that a section with a Flux model is held to, whatever its language."""
    if not names_flux(config):
        return None
    return FLUX, {**_listened_for(config, STT[FLUX]), **config.settings, "model": config.model}


def _own_settings(config: STTModel, row: Vendor, language: str) -> dict[str, Any]:
    """The section's own settings and its model, which its language may replace."""
    given = config.settings | ({"model": config.model} if config.model else {})
    if not names_flux(config):
        return given
    if row is STT[FLUX]:
        return in_flux_words(given, language)
    kept = {name: value for name, value in given.items() if not [*row.problems((), {name: value}, None)]}
    return kept | {"model": NOVA}


def _listened_for(config: STTModel, row: Vendor) -> dict[str, Any]:
    if not config.keyterms:
        return {}
    return dict((row.keyterms or words_as("keyterms"))(config.keyterms))


def _heard(config: STTModel, language: str) -> str:
    """The language that is listened for: the section's own, else the call's."""
    own = config.settings.get("language")
    return own if isinstance(own, str) else language
