"""Groq's voices, also at another address."""

from typing import Any

from groq import AsyncGroq
from pipecat.services.groq.tts import GroqTTSService as PipecatService

# What the addresses of Groq's other services end with, and its own client adds.
OPENAI_PATH = "/openai/v1"


class GroqTTSService(PipecatService):
    """pipecat's service, at `base_url` or Groq's own address."""

    def __init__(self, *, api_key: str, base_url: str | None = None, **kwargs: Any):
        """`kwargs` go to pipecat's service."""
        super().__init__(api_key=api_key, **kwargs)
        if base_url:
            host = base_url.rstrip("/").removesuffix(OPENAI_PATH)
            self._client = AsyncGroq(api_key=api_key, base_url=host)
