"""Anthropic's language models, also at another address."""

from typing import Any

from anthropic import AsyncAnthropic
from pipecat.services.anthropic.llm import AnthropicLLMService as PipecatService


class AnthropicLLMService(PipecatService):
    """pipecat's service, at `base_url` or Anthropic's own address."""

    def __init__(self, *, api_key: str, base_url: str | None = None, **kwargs: Any):
        """`kwargs` go to pipecat's service."""
        client = AsyncAnthropic(api_key=api_key, base_url=base_url)
        super().__init__(api_key=api_key, client=client, **kwargs)
