"""Language models."""

from typing import Any

from frontdesk.agent.services import LLMModel
from frontdesk.services.keys import GOOGLE_FILE, GOOGLE_JSON
from frontdesk.services.vendor import Vendor


def _compatible(service: str, key: str | None, url_variable: str, extra: str | None) -> Vendor:
    """A vendor with OpenAI's API."""
    keys = {"api_key": key} if key else {}
    return Vendor(
        f"pipecat.services.{service}",
        keys,
        url_variable=url_variable,
        extra=extra,
        client="_client",
        chat=True,
    )


VERTEX = Vendor(
    "frontdesk.services.google:GoogleVertexLLMService",
    GOOGLE_JSON,
    extra="google",
    modules=("google.genai",),
    url=None,
).or_with(GOOGLE_FILE)

LLM = {
    "anthropic": Vendor(
        "frontdesk.services.anthropic:AnthropicLLMService",
        {"api_key": "ANTHROPIC_API_KEY"},
        extra="anthropic",
        modules=("anthropic",),
        url_variable="ANTHROPIC_BASE_URL",
        client="_client",
    ),
    "azure": Vendor(
        "pipecat.services.azure.llm:AzureLLMService",
        {"api_key": "AZURE_CHATGPT_API_KEY", "endpoint": "AZURE_CHATGPT_ENDPOINT"},
        extra="azure",
        url="endpoint",
        url_for="endpoint",
        client="_client",
        chat=True,
    ),
    "cerebras": _compatible(
        "cerebras.llm:CerebrasLLMService", "CEREBRAS_API_KEY", "CEREBRAS_BASE_URL", "cerebras"
    ),
    "deepseek": _compatible(
        "deepseek.llm:DeepSeekLLMService", "DEEPSEEK_API_KEY", "DEEPSEEK_BASE_URL", "deepseek"
    ),
    "fireworks": _compatible(
        "fireworks.llm:FireworksLLMService", "FIREWORKS_API_KEY", "FIREWORKS_BASE_URL", "fireworks"
    ),
    "google": Vendor(
        "frontdesk.services.google:GoogleLLMService",
        {"api_key": "GOOGLE_API_KEY"},
        extra="google",
        modules=("google.genai",),
        url_variable="GOOGLE_BASE_URL",
        instead=VERTEX,
    ),
    "google-vertex": VERTEX,
    "groq": _compatible("groq.llm:GroqLLMService", "GROQ_API_KEY", "GROQ_BASE_URL", "groq"),
    "mistral": _compatible("mistral.llm:MistralLLMService", "MISTRAL_API_KEY", "MISTRAL_BASE_URL", "mistral"),
    "ollama": _compatible("ollama.llm:OLLamaLLMService", None, "OLLAMA_BASE_URL", "ollama"),
    "openai": _compatible("openai.llm:OpenAILLMService", "OPENAI_API_KEY", "OPENAI_BASE_URL", None),
    "openrouter": _compatible(
        "openrouter.llm:OpenRouterLLMService", "OPENROUTER_API_KEY", "OPENROUTER_BASE_URL", "openrouter"
    ),
    "together": _compatible(
        "together.llm:TogetherLLMService", "TOGETHER_API_KEY", "TOGETHER_BASE_URL", "together"
    ),
    "embedded": Vendor(
        "frontdesk.services.embedded.dialogue.service:ScriptedLLMService",
        url=None,
        note="no model: speaks from the script beside the agent file",
    ),
}


def llm_row(config: LLMModel) -> str:
    """The row of the table that a section asks for."""
    return config.vendor


def llm_settings(config: LLMModel) -> dict[str, Any]:
    """What a section says of its LLM, in the words of the service's Settings."""
    given = dict(config.settings)
    if config.model:
        given["model"] = config.model
    if config.temperature is not None:
        given["temperature"] = config.temperature
    return given
