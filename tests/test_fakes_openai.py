"""The real OpenAI service against the stand-in."""

import asyncio
from typing import Any

import aiohttp
import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    MetricsFrame,
)
from pipecat.metrics.metrics import LLMUsageMetricsData
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.openai.llm import OpenAILLMService

from tests.fakes import FakeOpenAI, Faults, Reply, ToolCall
from tests.fakes.bench import Bench, bench

KEY = "openai-key"
ASKED = [{"role": "user", "content": "Is a table free at eight?"}]


def service(fake: FakeOpenAI, key: str = KEY) -> OpenAILLMService:
    return OpenAILLMService(
        api_key=key, base_url=fake.base_url, settings=OpenAILLMService.Settings(model="gpt-4.1-mini")
    )


def asked() -> LLMContextFrame:
    return LLMContextFrame(LLMContext(messages=[dict(message) for message in ASKED]))  # type: ignore[misc]


def text(pipeline: Bench) -> str:
    return "".join(frame.text for frame in pipeline.seen(LLMTextFrame))


async def test_a_reply_is_streamed_word_by_word_with_its_usage() -> None:
    async with FakeOpenAI(replies=["Yes, a table is free."]) as fake, bench(service(fake)) as pipeline:
        await pipeline.queue(asked())
        await pipeline.wait_for(LLMFullResponseEndFrame)
        assert text(pipeline) == "Yes, a table is free."
        assert len(pipeline.seen(LLMTextFrame)) == 5
        usage = [
            data.value.total_tokens
            for frame in pipeline.seen(MetricsFrame)
            for data in frame.data
            if isinstance(data, LLMUsageMetricsData)
        ]
        assert usage and usage[0] > 0
        assert fake.requests[0].body["messages"] == ASKED
        assert fake.completions[0].finished


async def test_a_tool_is_called_and_its_result_comes_back() -> None:
    calls: list[dict[str, Any]] = []

    async def book_table(params: FunctionCallParams, time: str, guests: int) -> None:
        """Book a table.

        Args:
            time: When, as HH:MM.
            guests: How many people.
        """
        calls.append({"time": time, "guests": guests})
        await params.result_callback({"booked": True})

    def brain(messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> Reply:
        assert tools[0]["function"]["name"] == "book_table"
        if messages[-1]["role"] == "tool":
            return Reply("Booked.")
        return Reply("One moment.", [ToolCall("book_table", {"time": "20:00", "guests": 4})])

    async with FakeOpenAI(respond=brain) as fake:
        context = LLMContext(messages=[dict(message) for message in ASKED], tools=[book_table])  # type: ignore[misc]
        pair = LLMContextAggregatorPair(context)
        async with bench(pair.user(), service(fake), pair.assistant()) as pipeline:
            await pipeline.queue(LLMContextFrame(context))
            await fake.wait_until(lambda: len(fake.completions) == 2 and fake.completions[1].finished)
            assert calls == [{"time": "20:00", "guests": 4}]
            assert '"booked": true' in fake.completions[1].body["messages"][-1]["content"]
            assert not pipeline.seen(ErrorFrame)


async def test_several_tools_in_one_reply_keep_their_arguments_apart() -> None:
    reply = Reply(tool_calls=[ToolCall("a", {"text": "first one"}), ToolCall("b"), ToolCall("c", {"n": 3})])
    seen: dict[str, Any] = {}

    async def take(params: FunctionCallParams) -> None:
        seen[params.function_name] = dict(params.arguments)
        await params.result_callback("done")

    async with FakeOpenAI(replies=[reply, "All done."]) as fake:
        llm = service(fake)
        for name in "abc":
            llm.register_function(name, take)
        context = LLMContext(messages=[dict(message) for message in ASKED])  # type: ignore[misc]
        pair = LLMContextAggregatorPair(context)
        async with bench(pair.user(), llm, pair.assistant()) as pipeline:
            await pipeline.queue(LLMContextFrame(context))
            await fake.wait_until(lambda: len(fake.completions) == 2 and fake.completions[1].finished)
            assert seen == {"a": {"text": "first one"}, "b": {}, "c": {"n": 3}}


async def test_an_interruption_ends_the_stream_on_the_wire() -> None:
    async with FakeOpenAI(replies=["word " * 400, "Next."]) as fake, bench(service(fake)) as pipeline:
        fake.faults.message_delay_s = 0.01
        await pipeline.queue(asked())
        await pipeline.wait_for(LLMTextFrame, count=3)
        await pipeline.queue(InterruptionFrame())
        await fake.wait_until(lambda: fake.completions[0].ended)
        assert not fake.completions[0].finished
        fake.faults.message_delay_s = 0.0
        await pipeline.queue(asked())
        await fake.wait_until(lambda: len(fake.completions) == 2 and fake.completions[1].finished)


async def test_an_answer_out_of_the_pipeline_is_one_object() -> None:
    async with FakeOpenAI(replies=["Short."]) as fake:
        answer = await service(fake).run_inference(LLMContext(messages=ASKED))  # type: ignore[arg-type]
        assert answer == "Short."
        assert fake.requests[0].body["stream"] is False


@pytest.mark.parametrize(("status", "key"), [(401, "wrong"), (400, KEY), (429, KEY)])
async def test_a_refusal_is_an_error(status: int, key: str) -> None:
    faults = Faults(fail_status=None if status == 401 else status)
    async with FakeOpenAI(faults=faults) as fake, bench(service(fake, key)) as pipeline:
        await pipeline.queue(asked())
        assert str(status) in (await pipeline.wait_for(ErrorFrame, timeout_s=10)).error


async def test_a_stream_that_breaks_off_is_an_error() -> None:
    async with FakeOpenAI(replies=["One two three four."]) as fake, bench(service(fake)) as pipeline:
        fake.faults.drop_after = 3
        await pipeline.queue(asked())
        assert await pipeline.wait_for(ErrorFrame)
        await pipeline.wait_for(LLMFullResponseEndFrame)


async def test_a_failure_that_passes_is_tried_again() -> None:
    faults = Faults(fail_status=503, fail_count=1)
    async with FakeOpenAI(replies=["Here."], faults=faults) as fake, bench(service(fake)) as pipeline:
        await pipeline.queue(asked())
        await pipeline.wait_for(LLMFullResponseEndFrame)
        assert text(pipeline) == "Here."
        assert len(fake.requests) == 2


async def test_a_slow_answer_can_be_given_up() -> None:
    async with FakeOpenAI(replies=["Late."]) as fake, bench(service(fake)) as pipeline:
        fake.faults.first_byte_delay_s = 30.0
        await pipeline.queue(asked())
        await fake.wait_until(lambda: len(fake.completions) == 1)
        await pipeline.queue(InterruptionFrame())
        await asyncio.wait_for(pipeline.wait_for(LLMFullResponseEndFrame), 5)


async def test_a_tool_call_left_unanswered_is_refused() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "a", "arguments": "{}"}}
    messages = [{"role": "assistant", "tool_calls": [call]}, {"role": "user", "content": "Well?"}]
    async with FakeOpenAI(replies=["No."]) as fake, aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {KEY}"}
        body = {"model": "gpt-4.1", "messages": messages}
        async with session.post(f"{fake.base_url}/chat/completions", json=body, headers=headers) as answer:
            assert answer.status == 400
            assert "call_1" in (await answer.json())["error"]["message"]


async def test_models_are_listed() -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    async with (
        FakeOpenAI(models=["gpt-4.1"]) as fake,
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{fake.base_url}/models") as answer,
    ):
        assert [model["id"] for model in (await answer.json())["data"]] == ["gpt-4.1"]
