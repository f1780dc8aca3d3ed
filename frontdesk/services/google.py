"""Google's models: pipecat's services, with an address and a project that the agent file may leave out."""

import json
from pathlib import Path
from typing import Any

from google.genai.types import HttpOptions
from pipecat.services.google.gemini_live.llm import GeminiLiveLLMService as PipecatGeminiLive
from pipecat.services.google.gemini_live.vertex.llm import GeminiLiveVertexLLMService as PipecatVertexLive
from pipecat.services.google.llm import GoogleLLMService as PipecatGemini
from pipecat.services.google.vertex.llm import GoogleVertexLLMService as PipecatVertex

# Where Vertex AI serves Gemini Live, unless the agent file says otherwise.
LIVE_LOCATION = "us-central1"


class GoogleLLMService(PipecatGemini):
    """Gemini, at `base_url` or Google's own address."""

    def __init__(self, *, api_key: str, base_url: str | None = None, **kwargs: Any):
        """`kwargs` go to pipecat's service."""
        super().__init__(api_key=api_key, http_options=_at(base_url), **kwargs)


class GoogleVertexLLMService(PipecatVertex):
    """Gemini on Vertex AI, in the project of the service account unless another is named."""

    def __init__(
        self,
        *,
        credentials: str | None = None,
        credentials_path: str | None = None,
        project_id: str | None = None,
        **kwargs: Any,
    ):
        """`credentials` is the service account's JSON, `credentials_path` a file with it."""
        account = {"credentials": credentials, "credentials_path": credentials_path}
        super().__init__(project_id=project_id or _project(**account), **account, **kwargs)


class GeminiLiveLLMService(PipecatGeminiLive):
    """Gemini's speech-to-speech, at `base_url` or Google's own address."""

    def __init__(self, *, api_key: str, base_url: str | None = None, **kwargs: Any):
        """`kwargs` go to pipecat's service."""
        super().__init__(api_key=api_key, http_options=_at(base_url), **kwargs)


class GeminiLiveVertexLLMService(PipecatVertexLive):
    """Gemini's speech-to-speech on Vertex AI, in the service account's project unless another is named."""

    def __init__(
        self,
        *,
        credentials: str | None = None,
        credentials_path: str | None = None,
        project_id: str | None = None,
        location: str = LIVE_LOCATION,
        **kwargs: Any,
    ):
        """`credentials` is the service account's JSON, `credentials_path` a file with it."""
        account = {"credentials": credentials, "credentials_path": credentials_path}
        project = project_id or _project(**account)
        super().__init__(project_id=project, location=location, **account, **kwargs)


def _at(base_url: str | None) -> HttpOptions | None:
    return HttpOptions(base_url=base_url) if base_url else None


def _project(credentials: str | None, credentials_path: str | None) -> str:
    """The project that a service account belongs to."""
    text = credentials or Path(credentials_path or "").read_text(encoding="utf-8")
    project: str = json.loads(text)["project_id"]
    return project
