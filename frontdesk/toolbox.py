"""The tools of one call, and what they act through."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial

import aiohttp
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.frames.frames import LLMSetToolsFrame, TTSSpeakFrame
from pipecat.pipeline.service_switcher import ServiceSwitcher
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import LLMService

from frontdesk.actions import Actions
from frontdesk.agent import AgentConfig
from frontdesk.agent.prompts import Value
from frontdesk.call import Call
from frontdesk.hangup import HangUp
from frontdesk.phrases import phrases
from frontdesk.record.call_record import EndReason
from frontdesk.record.notes import Notes
from frontdesk.record.recorder import Recorder
from frontdesk.services.services import LLM
from frontdesk.tongue import Tongue
from frontdesk.tools.binding import function_schemas, register_refusal, without
from frontdesk.tools.context import FrontdeskContext, ToolContext
from frontdesk.tools.runner import ToolRunner
from frontdesk.tools.tool import Tool

# How long an HTTP request of a tool may take where the tool says nothing of it, in seconds.
HTTP_TIMEOUT_S = 10.0


class Toolbox:
    """What the agent can do in one call; `close` it when the call is over.

    `inputs` gives what fills a placeholder at that time; without a `tongue` the language stays.
    """

    def __init__(
        self,
        tools: Sequence[Tool],
        call: Call,
        agent: AgentConfig,
        hang_up: HangUp,
        recorder: Recorder,
        inputs: Callable[[], Mapping[str, Value]],
        tongue: Tongue | None = None,
    ):
        self._call = call
        self._agent = agent
        self._hang_up = hang_up
        self._recorder = recorder
        self._inputs = inputs
        self._tongue = tongue
        self._notes = Notes(recorder)
        self._worker: PipelineWorker | None = None
        self.runner = ToolRunner(tools, self._context, call.id, self._notes.went_wrong)
        self.runner.on_stuck.append(self._ask_again)
        self.actions = Actions(tongue)

    def schemas(self) -> list[FunctionSchema]:
        """The tools for `LLMContext(tools=…)`."""
        return function_schemas(self.runner)

    def attach(self, worker: PipelineWorker) -> None:
        """The worker that the tools speak through; it is built after its tools."""
        self._worker = worker
        self.actions.attach(worker)

    def offer(self, llm: LLM, context: LLMContext) -> None:
        """The model that uses the tools, and its conversation; a tool that fails too often goes from it."""
        for each in llm.services if isinstance(llm, ServiceSwitcher) else [llm]:
            if isinstance(each, LLMService):
                register_refusal(each, self.runner)

        async def drop(name: str) -> None:
            left = without(context.tools, name)
            context.set_tools(left)
            # A model that is spoken to gets no new context, it must be told.
            if self._worker:
                await self._worker.queue_frame(LLMSetToolsFrame(tools=left))

        self.runner.on_retired.append(drop)

    async def close(self) -> None:
        """Wait for what changes the world, and let go of what the tools of the call held."""
        try:
            for deed, told in await self.runner.close():
                for asked in deed.asked:
                    self._recorder.tool_ended_late(deed.name, asked, told.ending, told)
        finally:
            if "_http" in vars(self):
                await self._http.close()

    @cached_property
    def _http(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=HTTP_TIMEOUT_S))

    def _context(self, tool: Tool, idempotency_key: str) -> ToolContext:
        own = partial(FrontdeskContext, actions=self.actions, inputs=self._inputs)
        return (own if tool.acts else ToolContext)(
            call=self._call,
            agent=self._agent,
            constants=tool.constants,
            record=self._notes,
            say=self._say,
            end=self._end,
            http=self._http,
            idempotency_key=idempotency_key,
        )

    async def _say(self, text: str) -> None:
        if self._worker and text.strip():
            # Behind a tool call the context must not end with words of the agent's: some models go on there.
            await self._worker.queue_frame(TTSSpeakFrame(text, append_to_context=False))
            if not self._agent.realtime:  # whose words are taken down as it says them
                self._recorder.said("agent", text)

    async def _ask_again(self) -> None:
        known = self._tongue.phrases() if self._tongue else phrases(self._agent.language(self._call))
        await self._say(known.say_again)

    async def _end(self, goodbye: str | None) -> None:
        await self._hang_up.begin(goodbye, EndReason.AGENT_HUNG_UP)
