"""Tools as other vendors' models ask for them: several at once, in pieces, with broken arguments."""

import asyncio
from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk

from frontdesk.errors import ToolError
from frontdesk.services.fallback import Mind
from frontdesk.services.llm import LLM
from frontdesk.services.realtime import REALTIME
from frontdesk.services.whole_calls import WholeCalls
from frontdesk.tools import ToolContext
from tests.desk import Desk, desk_of
from tests.fakes import FakeOpenAI, FakeOpenAIRealtime
from tests.fakes.anthropic import FakeAnthropic
from tests.fakes.openai import Reply, ToolCall
from tests.quick import agent_tone
from tests.thinking import BOUND_S, openai_llm, thinking

BROKEN = Reply(tool_calls=[ToolCall("here", '{"place": ')])


async def here(ctx: ToolContext, place: int) -> int:
    """Say where it is."""
    return place


async def broken(ctx: ToolContext) -> None:
    """Fail."""
    raise ToolError("no line")


def used(desk: Desk) -> list[tuple[str, Any]]:
    """How each use of a tool ended, and its result."""
    return [(call.outcome, call.result) for call in desk.recorder.record.tool_calls]


async def until_used(desk: Desk, count: int) -> None:
    """Wait until so many uses have ended."""
    async with asyncio.timeout(BOUND_S):
        while [outcome for outcome, _ in used(desk)].count("pending") or len(used(desk)) < count:
            await asyncio.sleep(0.01)


def claude(fake: FakeAnthropic) -> Any:
    """Anthropic's service, or a skip where its extra is not installed."""
    if not LLM["anthropic"].installed():
        pytest.skip("the extra anthropic is not installed")
    return LLM["anthropic"].make({"model": "claude"}, fake.base_url, {"ANTHROPIC_API_KEY": fake.api_key})


async def test_anthropics_broken_arguments_are_answered() -> None:
    desk = desk_of({"here": here})
    async with (
        FakeAnthropic(replies=[BROKEN, "Let me see."]) as fake,
        thinking(fake, desk, claude(fake)) as call,
    ):
        await call.told_in_context("not one JSON object")
        async with asyncio.timeout(BOUND_S):
            while call.ear.words != "Let me see.":
                await asyncio.sleep(0.01)
    assert [outcome for outcome, _ in used(desk)] == ["failed"] and not desk.recorder.record.errors


async def test_every_tool_that_claude_asks_for_is_used() -> None:
    desk = desk_of({"here": here})
    asked = Reply("Wait.", tool_calls=[ToolCall("here", {"place": place}) for place in (1, 2, 3)])
    async with (
        FakeAnthropic(replies=[asked, "Three."]) as fake,
        thinking(fake, desk, claude(fake)) as call,
    ):
        async with asyncio.timeout(BOUND_S):
            while not call.ear.words.endswith("Three."):
                await asyncio.sleep(0.01)
    assert used(desk) == [("completed", {"result": place}) for place in (1, 2, 3)]


async def test_a_model_that_is_spoken_to_has_broken_arguments_answered() -> None:
    desk = desk_of({"here": here})
    async with (
        FakeOpenAIRealtime(synthesize=agent_tone, replies=[BROKEN, "Let me see."]) as fake,
        thinking(fake, desk, spoken_to(fake)),
    ):
        await until_used(desk, 1)
        items = fake.sessions[0].items
        await fake.wait_until(lambda: any(item["type"] == "function_call_output" for item in items))
    [(outcome, result)] = used(desk)
    assert outcome == "failed" and "not one JSON object" in result["error"]


async def test_a_model_that_is_spoken_to_is_offered_no_more_what_fails() -> None:
    desk = desk_of({"broken": broken, "here": here})
    asked = [Reply(tool_calls=[ToolCall("broken")])] * 3
    async with (
        FakeOpenAIRealtime(synthesize=agent_tone, replies=[*asked, "I am sorry."]) as fake,
        thinking(fake, desk, spoken_to(fake)),
    ):
        await until_used(desk, 3)
        session = fake.sessions[0]
        await fake.wait_until(lambda: [each["name"] for each in session.session["tools"]] == ["here"])
    assert "not available any more" in used(desk)[2][1]["error"]


def spoken_to(fake: FakeOpenAIRealtime) -> Any:
    """OpenAI's realtime service."""
    return REALTIME["openai"].make({}, fake.base_url, {"OPENAI_API_KEY": fake.api_key})


async def test_who_takes_over_is_offered_no_more_what_failed_before() -> None:
    desk = desk_of({"broken": broken, "here": here})
    asked = [Reply(tool_calls=[ToolCall("broken")])] * 3
    missing = Reply(tool_calls=[ToolCall("order_pizza")])
    async with FakeOpenAI(replies=asked) as first, FakeOpenAI(replies=[missing, "Hello."]) as second:
        minds: list[Any] = [openai_llm(desk.agent, fake) for fake in (first, second)]
        async with thinking(second, desk, Mind(minds, ["openai", "openai"])) as call:
            await call.sent(2)
            await call.settle()
            assert call.offered(1) == ["here"] and call.ear.words == "Hello."
    assert "there are: here" in used(desk)[3][1]["error"]


class Stream:
    """What OpenAI's client gives: chunks, made of their deltas."""

    def __init__(self, *deltas: dict[str, Any]):
        self._deltas, self.closed = deltas, False

    async def __aiter__(self) -> Any:
        for delta in self._deltas:
            chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
            choice = {"index": 0, "delta": delta, "finish_reason": None}
            yield ChatCompletionChunk.model_validate(chunk | {"choices": [choice]})

    async def close(self) -> None:
        self.closed = True


def part(name: str | None = None, arguments: str | None = None, **more: Any) -> dict[str, Any]:
    """A piece of a tool call."""
    return {"index": 0, "function": {"name": name, "arguments": arguments}, **more}


ODD = {
    "both in one chunk": [{"tool_calls": [part("a", '{"x": 1}', id="1"), part("b", "{}", id="2", index=1)]}],
    "both with one index": [
        {"tool_calls": [part("a", '{"x"', id="1")]},
        {"tool_calls": [part(None, ": 1}")]},
        {"tool_calls": [part("b", "", id="2")]},
    ],
    "a name in pieces": [
        {"tool_calls": [part("", "", id="1")]},
        {"tool_calls": [part("a", '{"x": 1}')]},
        {"content": None},
        {"tool_calls": [part("b", None, id="2", index=1)]},
    ],
}


@pytest.mark.parametrize("deltas", ODD.values(), ids=ODD)
async def test_calls_come_whole_however_a_vendor_sends_them(deltas: list[dict[str, Any]]) -> None:
    stream = WholeCalls(Stream({"content": "Wait."}, *deltas))
    whole = []
    async for chunk in stream:
        for each in chunk.choices[0].delta.tool_calls or []:
            if each.function:
                whole.append((each.index, each.id, each.function.name, each.function.arguments))
    assert whole == [(0, "1", "a", '{"x": 1}'), (1, "2", "b", "{}")]
