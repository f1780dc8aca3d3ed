"""Tools: how long a tool call takes to reach the function, and its result to reach the LLM again.

    uv run python -m benchmarks.tools --runs 20

From the end of the vendor's stream with the call in it to the function's first line, and from its return to
the next request to the vendor: Frontdesk's tools beside a bare pipecat direct function, in one process, in
turn, so that a slow machine is slow for all. OpenAI's own client speaks to a stand-in on loopback.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from loguru import logger
from pipecat.frames.frames import LLMRunFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.services.llm_service import FunctionCallParams
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.workers.runner import WorkerRunner

from frontdesk.tools import ToolContext, tool
from frontdesk.witness import watch_pipeline
from tests.desk import Desk, desk_of
from tests.fakes import FakeOpenAI
from tests.fakes.openai import Reply, ToolCall
from tests.thinking import openai_llm

LIMIT_MS = 5.0

# Uses in one conversation: few, because each makes the next request longer.
USES = 8
DONE = "Done."
BOUND_S = 30.0


@dataclass
class Times:
    """When, on one clock: `ended` a stream with a tool call, `began` and `returned` the function, `asked`."""

    asked: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    began: list[float] = field(default_factory=list)
    returned: list[float] = field(default_factory=list)

    def there_ms(self) -> list[float]:
        """From each call to the function's first line."""
        return [1000 * (to - at) for at, to in zip(self.ended, self.began, strict=False)]

    def back_ms(self) -> list[float]:
        """From each return to the next request."""
        return [1000 * (to - at) for at, to in zip(self.returned, self.asked[1:], strict=False)]

    def watch(self, service: Any) -> None:
        """Note when the service asks its vendor, and when the answer has ended."""
        create = service._client.chat.completions.create

        async def timed(**request: Any) -> Any:
            self.asked.append(time.perf_counter())
            return _Stream(await create(**request), self.ended)

        service._client.chat.completions.create = timed


class _Stream:
    """A vendor's stream that notes its end."""

    def __init__(self, stream: Any, ended: list[float]):
        self._stream, self._ended = stream, ended

    async def __aiter__(self) -> AsyncIterator[Any]:
        async for chunk in self._stream:
            yield chunk
        self._ended.append(time.perf_counter())

    async def close(self) -> None:
        """Let go of the connection."""
        await self._stream.close()


def asks_again(messages: list[dict[str, Any]], _: object) -> Reply:
    """A mind that looks at one place after another."""
    looks = sum(len(message.get("tool_calls") or []) for message in messages)
    return Reply(tool_calls=[ToolCall("look", {"place": looks})]) if looks < USES else Reply(DONE)


async def bare(fake: FakeOpenAI) -> Times:
    """pipecat alone."""
    times = Times()

    async def look(params: FunctionCallParams, place: int) -> None:
        """Look at a place.

        Args:
            place: Where.
        """
        times.began.append(time.perf_counter())
        times.returned.append(time.perf_counter())
        await params.result_callback({"place": place})

    settings = OpenAILLMService.Settings(model="gpt-4.1-mini", system_instruction="You are Emma.")
    service = OpenAILLMService(api_key=fake.api_key, base_url=fake.base_url, settings=settings)
    await _converse(fake, service, [look], times)
    await service._client.close()
    return times


async def ours(fake: FakeOpenAI, changes_world: bool) -> Times:
    """The same as a tool of Frontdesk's, with what the record takes down."""
    times = Times()

    @tool(changes_world=changes_world)
    async def look(ctx: ToolContext, place: int) -> dict[str, int]:
        """Look at a place.

        Args:
            place: Where.
        """
        times.began.append(time.perf_counter())
        times.returned.append(time.perf_counter())
        return {"place": place}

    desk = desk_of({"look": look})
    await _converse(fake, openai_llm(desk.agent, fake), desk.toolbox.schemas(), times, desk)
    await desk.toolbox.close()
    return times


async def _converse(
    fake: FakeOpenAI, service: Any, tools: list[Any], times: Times, desk: Desk | None = None
) -> None:
    times.watch(service)
    context = LLMContext([{"role": "user", "content": "Look everywhere."}], tools=tools)
    pair = LLMContextAggregatorPair(context)
    observers = watch_pipeline(desk.recorder) if desk else []
    if desk:
        desk.toolbox.offer(service, context)
    worker = PipelineWorker(
        Pipeline([pair.user(), service, pair.assistant()]), enable_rtvi=False, observers=observers
    )
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        await worker.queue_frame(LLMRunFrame())
        async with asyncio.timeout(BOUND_S):
            await fake.wait_until(lambda: bool(fake.completions) and _is_last(fake.completions[-1]))
    finally:
        await worker.cancel()
        await running
    fake.completions.clear()


def _is_last(completion: Any) -> bool:
    return bool(completion.ended and completion.reply.text == DONE)


async def measure(runs: int) -> dict[str, tuple[list[float], list[float]]]:
    """`runs` conversations of each kind, in turn, after one of each that only warms up: there, back."""
    kinds = {
        "a direct function of pipecat's": bare,
        "a tool that looks": lambda fake: ours(fake, False),
        "a tool that changes the world": lambda fake: ours(fake, True),
    }
    results: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in kinds}
    async with FakeOpenAI(respond=asks_again) as fake:
        for run in range(runs + 1):
            for name, kind in kinds.items():
                times = await kind(fake)
                assert len(times.began) == USES, "a tool was not used as often as it was asked for"
                if run:
                    results[name][0].extend(times.there_ms())
                    results[name][1].extend(times.back_ms())
    return results


def row(name: str, milliseconds: Sequence[float], reference: float) -> str:
    """One line of the table."""
    median = statistics.median(milliseconds)
    return f"{name:<34}{median:>9.3f}{max(milliseconds):>9.3f}{median / reference:>8.2f}×"


def main() -> None:
    """Print the tables; exit 1 when a median is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=20)
    runs: int = parser.parse_args().runs
    logger.remove()
    results = asyncio.run(measure(runs))
    medians = []
    for index, what in enumerate(("call → first line", "return → next request")):
        reference, *_ = (statistics.median(times[index]) for times in results.values())
        print(f"{what + ', ms':<34}{'median':>9}{'max':>9}{'bare':>9}")
        for name, times in results.items():
            print(row(name, times[index], reference))
            medians.append(statistics.median(times[index]))
    print(f"the longest median: {max(medians):.2f} ms, limit {LIMIT_MS:g} ms")
    raise SystemExit(max(medians) >= LIMIT_MS)


if __name__ == "__main__":
    main()
