"""The scripted dialogue as pipecat's LLM service: same context, tools and streaming as a real one."""

import asyncio
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from pipecat.frames.frames import (
    Frame,
    FunctionCallFromLLM,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
)
from pipecat.metrics.metrics import LLMTokenUsage
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings

from frontdesk.services.embedded.dialogue.adapter import PlainAdapter
from frontdesk.services.embedded.dialogue.engine import Reply, respond
from frontdesk.services.embedded.dialogue.script import Script

MODEL = "script"
"""What the metrics name as the model."""


class ScriptedLLMService(LLMService[PlainAdapter]):
    """Answers each context frame with what the script says to the conversation in it."""

    adapter_class = PlainAdapter

    def __init__(self, *, script: Script, now: Callable[[], datetime], **kwargs: Any):
        """`now` gives the agent's local time; `kwargs` go to pipecat's LLMService."""
        kwargs.setdefault("settings", _settings())
        super().__init__(**kwargs)
        self._script, self._now = script, now

    def can_generate_metrics(self) -> bool:
        """Time to first byte, processing time and usage are reported."""
        return True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Answer a context frame; pass on every other."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        try:
            await self.push_frame(LLMFullResponseStartFrame())
            await self.start_processing_metrics()
            await self._answer(frame.context)
        finally:
            await self.stop_processing_metrics()
            await self.push_frame(LLMFullResponseEndFrame())

    async def _answer(self, context: LLMContext) -> None:
        await self.start_ttfb_metrics()
        messages = cast(list[Mapping[str, Any]], self.get_llm_adapter().get_messages(context))
        reply = respond(self._script, messages, now=self._now())
        await self.stop_ttfb_metrics()
        spoken = 0
        try:
            for word in _streamed(reply.text):
                await self._push_llm_text(word)
                spoken += 1
                # As with a stream from a vendor, an interruption may come between any two words.
                await asyncio.sleep(0)
        finally:
            await self.start_llm_usage_metrics(_usage(messages, spoken))
        await self.run_function_calls(_calls(reply, context))


def _streamed(text: str) -> Iterable[str]:
    """The words, each but the first with the space before it."""
    return (word if at == 0 else f" {word}" for at, word in enumerate(text.split()))


def _calls(reply: Reply, context: LLMContext) -> list[FunctionCallFromLLM]:
    return [
        FunctionCallFromLLM(
            function_name=call.name,
            tool_call_id=f"call_{uuid.uuid4().hex[:24]}",
            arguments=call.arguments,
            context=context,
        )
        for call in reply.tool_calls
    ]


def _usage(messages: Iterable[Mapping[str, Any]], spoken: int) -> LLMTokenUsage:
    """Words for tokens: a script has none, and what counts usage still has something to count."""
    read = sum(len(str(message.get("content") or "").split()) for message in messages)
    return LLMTokenUsage(prompt_tokens=read, completion_tokens=spoken, total_tokens=read + spoken)


def _settings() -> LLMSettings:
    return LLMSettings(
        model=MODEL,
        system_instruction=None,
        temperature=None,
        max_tokens=None,
        top_p=None,
        top_k=None,
        frequency_penalty=None,
        presence_penalty=None,
        seed=None,
        filter_incomplete_user_turns=False,
        user_turn_completion_config=None,
        use_provider_thinking_default=False,
    )
