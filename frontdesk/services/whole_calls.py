"""OpenAI's chat completions: every tool that the model asks for is called.

pipecat drops a call whose arguments are no JSON, and nobody would answer it.
"""

import functools
import uuid
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any

from openai.types.chat.chat_completion_chunk import (
    ChatCompletionChunk,
    ChoiceDeltaToolCall,
    ChoiceDeltaToolCallFunction,
)

from frontdesk.services.arguments import readable
from frontdesk.services.closing import subclass


@functools.cache
def with_whole_calls(service: type[Any]) -> type[Any]:
    """The service's class under its own name, whose completions come with whole calls."""

    async def get_chat_completions(self: Any, context: Any) -> WholeCalls:
        """The chunks that answer a context."""
        return WholeCalls(await super(whole, self).get_chat_completions(context))

    whole = subclass(service, get_chat_completions)
    return whole


@dataclass
class _Call:
    """One call as far as it has come; `chunk` is where it began, `index` its place among ours."""

    chunk: ChatCompletionChunk
    index: int
    id: str | None
    their_index: int | None
    name: str = ""
    arguments: str = ""

    def add(self, part: ChoiceDeltaToolCall) -> None:
        """Take on what a chunk brings."""
        self.id = self.id or part.id
        if part.function:
            self.name += part.function.name or ""
            self.arguments += part.function.arguments or ""

    def goes_on(self, part: ChoiceDeltaToolCall) -> bool:
        """Whether a part belongs to this call; some vendors number every call 0, others none."""
        same_place = part.index is None or part.index == self.their_index
        return same_place and (not part.id or not self.id or part.id == self.id)

    def begun(self) -> ChatCompletionChunk:
        """A chunk that says no more than that a call comes."""
        return self._chunk(ChoiceDeltaToolCall(index=self.index))

    def whole(self) -> ChatCompletionChunk:
        """A chunk with all of it."""
        function = ChoiceDeltaToolCallFunction(name=self.name, arguments=readable(self.arguments))
        named = self.id or f"call_{uuid.uuid4().hex}"
        part = ChoiceDeltaToolCall(index=self.index, id=named, function=function, type="function")
        return self._chunk(part)

    def _chunk(self, part: ChoiceDeltaToolCall) -> ChatCompletionChunk:
        choice = self.chunk.choices[0]
        delta = choice.delta.model_copy(update={"content": None, "tool_calls": [part]})
        changed = choice.model_copy(update={"delta": delta, "finish_reason": None})
        return self.chunk.model_copy(update={"choices": [changed], "usage": None})


class WholeCalls:
    """A stream of chunks in which each tool call comes at once, alone, with arguments that can be read."""

    def __init__(self, stream: Any):
        self._stream = stream
        self._call: _Call | None = None
        self._count = 0

    async def __aiter__(self) -> AsyncGenerator[ChatCompletionChunk, None]:
        chunks = self._stream.__aiter__()
        try:
            async for chunk in chunks:
                delta = chunk.choices[0].delta if chunk.choices else None
                for changed in (
                    self._calls(chunk, delta.tool_calls) if delta and delta.tool_calls else (chunk,)
                ):
                    yield changed
            if self._call:
                yield self._call.whole()
        finally:
            if hasattr(chunks, "aclose"):
                await chunks.aclose()

    async def close(self) -> None:
        """Let go of the connection."""
        await self._stream.close()

    def _calls(
        self, chunk: ChatCompletionChunk, parts: list[ChoiceDeltaToolCall]
    ) -> Iterator[ChatCompletionChunk]:
        for part in parts:
            if self._call is None or not self._call.goes_on(part):
                if self._call:
                    yield self._call.whole()
                self._call = _Call(chunk, self._count, part.id, part.index)
                self._count += 1
                yield self._call.begun()
            self._call.add(part)
        if chunk.usage or chunk.choices[0].delta.content:
            delta = chunk.choices[0].delta.model_copy(update={"tool_calls": None})
            choice = chunk.choices[0].model_copy(update={"delta": delta})
            yield chunk.model_copy(update={"choices": [choice]})
