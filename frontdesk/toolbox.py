"""The tools of one call, and what they act through."""

from collections.abc import Sequence
from functools import cached_property

import aiohttp
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.frames.frames import TTSSpeakFrame
from pipecat.pipeline.worker import PipelineWorker

from frontdesk.actions import Actions
from frontdesk.agent import AgentConfig
from frontdesk.call import Call
from frontdesk.hangup import HangUp
from frontdesk.record.call_record import EndReason
from frontdesk.record.notes import Notes
from frontdesk.record.recorder import Recorder
from frontdesk.tools.binding import function_schemas
from frontdesk.tools.context import FrontdeskContext, ToolContext
from frontdesk.tools.runner import ToolRunner
from frontdesk.tools.tool import Tool

# How long an HTTP request of a tool may take where the tool says nothing of it, in seconds.
HTTP_TIMEOUT_S = 10.0


class Toolbox:
    """What the agent can do in one call; `close` it when the call is over."""

    def __init__(
        self, tools: Sequence[Tool], call: Call, agent: AgentConfig, hang_up: HangUp, recorder: Recorder
    ):
        self._call = call
        self._agent = agent
        self._hang_up = hang_up
        self._notes = Notes(recorder)
        self._worker: PipelineWorker | None = None
        self.runner = ToolRunner(tools, self._context)
        self.actions = Actions()

    def schemas(self) -> list[FunctionSchema]:
        """The tools for `LLMContext(tools=…)`."""
        return function_schemas(self.runner)

    def attach(self, worker: PipelineWorker) -> None:
        """The worker that the tools speak through; it is built after its tools."""
        self._worker = worker
        self.actions.attach(worker)

    async def close(self) -> None:
        """Let go of what the tools of the call held."""
        await self.runner.close()
        if "_http" in vars(self):
            await self._http.close()

    @cached_property
    def _http(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=HTTP_TIMEOUT_S))

    def _context(self, tool: Tool, idempotency_key: str) -> ToolContext:
        return FrontdeskContext(
            call=self._call,
            agent=self._agent,
            constants=tool.constants,
            record=self._notes,
            say=self._say,
            end=self._end,
            http=self._http,
            idempotency_key=idempotency_key,
            actions=self.actions,
        )

    async def _say(self, text: str) -> None:
        if self._worker and text.strip():
            await self._worker.queue_frame(TTSSpeakFrame(text))

    async def _end(self, goodbye: str | None) -> None:
        await self._hang_up.begin(goodbye, EndReason.AGENT_HUNG_UP)
