"""Tools as pipecat's function schemas."""

import asyncio
from typing import Any

from pipecat.adapters.llm.schemas.direct_function import tool_options
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.processors.aggregators.llm_context import NotGiven, is_given
from pipecat.services.llm_service import FunctionCallParams, LLMService

from frontdesk.tools.runner import Outcome, ToolRunner
from frontdesk.tools.tool import Tool

# pipecat's own limit comes after ours, which has a result for the LLM.
GRACE_S = 2.0


def function_schemas(runner: ToolRunner) -> list[FunctionSchema]:
    """One call's tools for `LLMContext(tools=…)`, in the order of the agent."""
    return [_schema(tool, runner) for tool in runner.tools.values()]


def register_refusal(llm: LLMService[Any], runner: ToolRunner) -> None:
    """Have a model that asks for a tool that it was not offered hear which there are."""

    async def refuse(params: FunctionCallParams) -> None:
        tools = params.context.tools
        offered = [schema.name for schema in tools.standard_tools] if is_given(tools) else []
        await _tell(params, await runner.refuse(params.function_name, offered))

    llm.register_function(None, refuse)


async def others_begun() -> None:
    """Let the other tools that the LLM wants at once begin; to be awaited before a result is given.

    pipecat asks the LLM again once every tool that has begun has its result. It starts them all before the
    first of them runs, and each says that it has begun before it waits for anything.
    """
    await asyncio.sleep(0)


def without(tools: ToolsSchema | NotGiven, name: str) -> ToolsSchema | NotGiven:
    """What an LLM is offered, less one tool."""
    if not is_given(tools):
        return tools
    left = [schema for schema in tools.standard_tools if schema.name != name]
    return ToolsSchema(standard_tools=left, custom_tools=tools.custom_tools)


def _schema(tool: Tool, runner: ToolRunner) -> FunctionSchema:
    async def handler(params: FunctionCallParams) -> None:
        await _tell(params, await runner.use(tool.name, params.arguments))

    marked = tool_options(
        handler,
        cancel_on_interruption=not tool.options.changes_world,
        timeout_secs=tool.options.time_limit + GRACE_S,
    )
    properties, required = tool.parameters.get("properties", {}), tool.parameters.get("required", [])
    return FunctionSchema(tool.name, tool.description, dict(properties), list(required), handler=marked)


async def _tell(params: FunctionCallParams, outcome: Outcome) -> None:
    await others_begun()
    properties = None if outcome.has_turn else FunctionCallResultProperties(run_llm=False)
    await params.result_callback(outcome.result, properties=properties)
