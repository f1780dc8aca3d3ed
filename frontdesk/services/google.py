"""Google's models: pipecat's services, with an address and a project that the agent file may leave out."""

import json
from pathlib import Path
from typing import Any

from google.genai.types import HttpOptions
from google.oauth2.service_account import Credentials
from pipecat.services.google.gemini_live.vertex.llm import GeminiLiveVertexLLMService as PipecatVertexLive
from pipecat.services.google.llm import GoogleLLMService as PipecatGemini
from pipecat.services.google.vertex.llm import GoogleVertexLLMService as PipecatVertex

from frontdesk.services.speaking.gemini import SpeakingGemini

# Where Vertex AI serves Gemini Live, unless the agent file says otherwise.
LIVE_LOCATION = "us-central1"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"


class GoogleLLMService(PipecatGemini):
    """Gemini, at `base_url` or Google's own address."""

    def __init__(self, *, api_key: str, base_url: str | None = None, **kwargs: Any):
        """`kwargs` go to pipecat's service."""
        super().__init__(api_key=api_key, http_options=_at(base_url), **kwargs)


class _OfAccount:
    """Of a service account, whose token is fetched when it is first needed; pipecat's own waits for it."""

    @staticmethod
    def _get_credentials(credentials: str | None, credentials_path: str | None) -> Credentials:
        account = json.loads(_account(credentials, credentials_path))
        return Credentials.from_service_account_info(account, scopes=[SCOPE])  # type: ignore[no-any-return, no-untyped-call]


class GoogleVertexLLMService(_OfAccount, PipecatVertex):
    """Gemini on Vertex AI, in the service account's project unless another is named."""

    def __init__(
        self,
        *,
        credentials: str | None = None,
        credentials_path: str | None = None,
        project_id: str | None = None,
        **kwargs: Any,
    ):
        """`credentials` is the service account's JSON, `credentials_path` a file with it."""
        account = _account(credentials, credentials_path)
        super().__init__(credentials=account, project_id=project_id or _project(account), **kwargs)


class GeminiLiveLLMService(SpeakingGemini):
    """Gemini's speech-to-speech, at `base_url` or Google's own address."""

    def __init__(self, *, api_key: str, base_url: str | None = None, **kwargs: Any):
        """`kwargs` go to pipecat's service."""
        super().__init__(api_key=api_key, http_options=_at(base_url), **kwargs)


class GeminiLiveVertexLLMService(_OfAccount, SpeakingGemini, PipecatVertexLive):
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
        account = _account(credentials, credentials_path)
        project = project_id or _project(account)
        super().__init__(credentials=account, project_id=project, location=location, **kwargs)


def _at(base_url: str | None) -> HttpOptions | None:
    return HttpOptions(base_url=base_url) if base_url else None


def _account(credentials: str | None, credentials_path: str | None) -> str:
    """The service account's JSON."""
    return credentials or Path(credentials_path or "").read_text(encoding="utf-8")


def _project(account: str) -> str:
    """The project that a service account belongs to."""
    project: str = json.loads(account)["project_id"]
    return project
