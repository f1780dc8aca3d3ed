"""Speech to speech: language models that hear and speak themselves."""

from collections.abc import Mapping
from typing import Any

from frontdesk.agent import AgentConfig
from frontdesk.agent.services import LLMModel
from frontdesk.language import base_language
from frontdesk.services.keys import GOOGLE_FILE, GOOGLE_JSON
from frontdesk.services.vendor import Vendor


def _openai_language(code: str) -> dict[str, Any]:
    """The language that the caller's words are written down in; the model itself needs no telling."""
    written = {"language": base_language(code), "prompt": None}
    return {"session_properties": {"audio": {"input": {"transcription": written}}}}


VERTEX = Vendor(
    "frontdesk.services.google:GeminiLiveVertexLLMService",
    GOOGLE_JSON,
    extra="google",
    modules=("google.genai",),
    url=None,
    socket="_session._ws",
).or_with(GOOGLE_FILE)

REALTIME = {
    "azure": Vendor(
        "frontdesk.services.speaking.azure:AzureRealtimeLLMService",
        {"api_key": "AZURE_REALTIME_API_KEY", "base_url": "AZURE_REALTIME_BASE_URL"},
        extra="azure",
        url_path="/openai/v1/realtime",
        url_scheme="ws",
        url_for="base_url",
        language=_openai_language,
        hears_turns=True,
        socket="_websocket",
    ),
    "google": Vendor(
        "frontdesk.services.google:GeminiLiveLLMService",
        {"api_key": "GOOGLE_API_KEY"},
        instead=VERTEX,
        extra="google",
        modules=("google.genai",),
        url_variable="GOOGLE_BASE_URL",
        socket="_session._ws",
    ),
    "google-vertex": VERTEX,
    "openai": Vendor(
        "frontdesk.services.speaking.openai:OpenAIRealtimeLLMService",
        {"api_key": "OPENAI_API_KEY"},
        url_variable="OPENAI_BASE_URL",
        url_path="/v1/realtime",
        url_scheme="ws",
        language=_openai_language,
        hears_turns=True,
        socket="_websocket",
    ),
}


def realtime_row(config: LLMModel) -> str:
    """The row of the table that `llm.main` asks for."""
    return config.vendor


def realtime_settings(agent: AgentConfig, language: str) -> dict[str, Any]:
    """What an agent file says of its speech-to-speech model, in the words of the service's Settings.

    Every vendor takes a `voice`.
    """
    config = agent.llm.main
    row = REALTIME[realtime_row(config)]
    given = dict(config.settings)
    if config.model:
        given["model"] = config.model
    if config.temperature is not None:
        given["temperature"] = config.temperature
    if "voice" in given and not row.takes("voice"):
        spoken = {"session_properties": {"audio": {"output": {"voice": given.pop("voice")}}}}
        given = merged(spoken, given)
    return merged(row.language(language), given)


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Two mappings as one, also below; what `over` says wins."""
    both = {
        key: merged(base[key], over[key])
        for key in base.keys() & over.keys()
        if isinstance(base[key], dict) and isinstance(over[key], dict)
    }
    return {**base, **over, **both}
