"""Reads pipecat's context as it is; pipecat's default adapter would import a vendor's SDK for it."""

from typing import Any

from pipecat.adapters.llm.base_llm_adapter import BaseLLMAdapter
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.processors.aggregators.llm_context import LLMContext


class PlainAdapter(BaseLLMAdapter[dict[str, Any]]):  # type: ignore[no-untyped-call]
    """Messages and tools in the form in which the context holds them."""

    @property
    def id_for_llm_specific_messages(self) -> str:
        """Names the messages that are only for the script."""
        return "script"

    async def get_llm_invocation_params(self, context: LLMContext, **kwargs: Any) -> dict[str, Any]:
        """The messages of the context."""
        return {"messages": self.get_messages(context)}

    def to_provider_tools_format(self, tools_schema: ToolsSchema) -> list[Any]:
        """The tools as plain dictionaries."""
        return [tool.to_default_dict() for tool in tools_schema.standard_tools]

    def get_messages_for_logging(self, context: LLMContext) -> list[dict[str, Any]]:
        """The messages, long values cut."""
        return [
            dict(message)
            for message in self.get_messages(context, truncate_large_values=True)
            if isinstance(message, dict)
        ]
