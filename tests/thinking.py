"""A conversation of words alone: an agent's own LLM service on OpenAI's stand-in, its tools, no voices."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from pipecat.frames.frames import Frame, LLMRunFrame, LLMTextFrame
from pipecat.observers.base_observer import BaseObserver
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from frontdesk.agent import AgentConfig
from frontdesk.services.choice import choose
from frontdesk.services.services import LLM, build_services
from frontdesk.witness import watch_pipeline
from tests.desk import Desk, desk_of
from tests.fakes import FakeOpenAI

BOUND_S = 10.0
ASKS: Any = {"role": "user", "content": "Yes, book it."}


class Ear(FrameProcessor):
    """Hears the words on their way to the voice."""

    words = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMTextFrame):
            self.words += frame.text
        await self.push_frame(frame, direction)


class Thinking:
    """A pipeline of the aggregators and an LLM service; the call's record is the desk's."""

    def __init__(self, desk: Desk, llm: LLM, fake: Any, observers: Iterable[BaseObserver] = ()):
        self.desk, self.fake, self.ear = desk, fake, Ear()
        params = LLMUserAggregatorParams(user_turn_strategies=ExternalUserTurnStrategies())
        self.context = LLMContext([ASKS], tools=[*desk.toolbox.schemas()])
        pair = LLMContextAggregatorPair(self.context, user_params=params)
        desk.toolbox.offer(llm, self.context)
        self.worker = PipelineWorker(
            Pipeline([pair.user(), llm, self.ear, pair.assistant()]),
            enable_rtvi=False,
            observers=[*watch_pipeline(desk.recorder), *observers],
        )
        desk.toolbox.attach(self.worker)

    async def sent(self, count: int) -> list[dict[str, Any]]:
        """The messages of the `count`th completion, once it has been answered to the end."""
        async with asyncio.timeout(BOUND_S):
            await self.fake.wait_until(lambda: len([c for c in self.fake.completions if c.ended]) >= count)
        messages: list[dict[str, Any]] = self.fake.completions[count - 1].body["messages"]
        return messages

    def offered(self, count: int) -> list[str]:
        """The names of the tools that came with the `count`th completion."""
        return [each["function"]["name"] for each in self.fake.completions[count - 1].body.get("tools", [])]

    async def told_in_context(self, words: str) -> None:
        """Wait until the context has these words."""
        async with asyncio.timeout(BOUND_S):
            while words not in str(self.context.get_messages()):
                await asyncio.sleep(0.01)
        await self.settle()

    async def settle(self) -> None:
        """Let everything that is on its way arrive."""
        await asyncio.wait_for(self.worker.flush_pipeline(), BOUND_S)


def openai_llm(agent: AgentConfig, fake: FakeOpenAI) -> LLM:
    """The LLM service that the agent has in a call."""
    main = agent.llm.main.model_copy(update={"base_url": fake.base_url})
    agent = agent.model_copy(update={"llm": agent.llm.model_copy(update={"main": main})})
    environ = {"OPENAI_API_KEY": fake.api_key}
    choices = choose(agent, environ)
    return build_services(agent, choices, environ, language="en", instructions="You are Emma.").llm


@asynccontextmanager
async def thinking(
    fake: Any, desk: Desk | None = None, llm: LLM | None = None, observers: Iterable[BaseObserver] = ()
) -> AsyncIterator[Thinking]:
    """A conversation in which the LLM, the desk's own or another, has just been asked.

    At the end the caller is gone, and the tools are let go.
    """
    desk = desk or desk_of()
    conversation = Thinking(desk, llm or openai_llm(desk.agent, fake), fake, observers)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(conversation.worker)
    running = asyncio.create_task(runner.run())
    try:
        await conversation.worker.queue_frame(LLMRunFrame())
        yield conversation
    finally:
        await conversation.worker.cancel()
        await asyncio.wait_for(running, BOUND_S)
        await desk.toolbox.close()
