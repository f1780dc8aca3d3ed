"""OpenAI's language models, and every host with OpenAI's API."""

from typing import Any

from pipecat.services.openai.llm import OpenAILLMService as PipecatService


class OpenAILLMService(PipecatService):
    """pipecat's service, which closes its connections when the call is over."""

    async def cleanup(self) -> None:
        """Release everything, the HTTP client too; pipecat leaves it to the garbage collector."""
        await super().cleanup()  # type: ignore[no-untyped-call]
        client: Any = self._client
        await client.close()
