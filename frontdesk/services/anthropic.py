"""Anthropic's language models, also at another address."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from anthropic import AsyncAnthropic
from pipecat.services.anthropic.llm import AnthropicLLMService as PipecatService

from frontdesk.services.arguments import readable

# What makes pipecat call the tool that it has read last.
_CALL = SimpleNamespace(type="message_delta", delta=SimpleNamespace(stop_reason="tool_use"), usage=None)


class AnthropicLLMService(PipecatService):
    """pipecat's service, at `base_url` or Anthropic's own address."""

    def __init__(self, *, api_key: str, base_url: str | None = None, **kwargs: Any):
        """`kwargs` go to pipecat's service."""
        client = AsyncAnthropic(api_key=api_key, base_url=base_url)
        super().__init__(api_key=api_key, client=client, **kwargs)

    async def _create_message_stream(self, api_call: Any, params: Any) -> Any:
        return whole_calls(await super()._create_message_stream(api_call, params))  # type: ignore[no-untyped-call]


async def whole_calls(events: Any) -> AsyncIterator[Any]:
    """The events of an answer in which every tool is called, also one with arguments that are no JSON.

    pipecat calls the last tool of an answer only, and fails where it cannot read its arguments.
    """
    reads, count, arguments = False, 0, ""
    async for event in events:
        if event.type == "content_block_start" and event.content_block.type == "tool_use":
            if count:
                yield _CALL
            reads, count, arguments = True, count + 1, ""
        elif reads and event.type == "content_block_delta" and hasattr(event.delta, "partial_json"):
            arguments += event.delta.partial_json
            continue
        elif reads and event.type == "content_block_stop":
            reads = False
            delta = SimpleNamespace(partial_json=readable(arguments))
            yield SimpleNamespace(type="content_block_delta", delta=delta)
        yield event
