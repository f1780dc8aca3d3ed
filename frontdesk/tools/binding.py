"""Tools as pipecat's function schemas."""

from pipecat.adapters.llm.schemas.direct_function import tool_options
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.frames.frames import FunctionCallResultProperties
from pipecat.services.llm_service import FunctionCallParams

from frontdesk.tools.runner import ToolRunner
from frontdesk.tools.tool import Tool

# pipecat's own limit comes after ours, which has a result for the LLM.
GRACE_S = 2.0


def function_schemas(runner: ToolRunner) -> list[FunctionSchema]:
    """One call's tools for `LLMContext(tools=…)`, in the order of the agent."""
    return [_schema(tool, runner) for tool in runner.tools.values()]


def _schema(tool: Tool, runner: ToolRunner) -> FunctionSchema:
    async def handler(params: FunctionCallParams) -> None:
        outcome = await runner.use(tool.name, params.arguments)
        properties = None if outcome.has_turn else FunctionCallResultProperties(run_llm=False)
        await params.result_callback(outcome.result, properties=properties)

    marked = tool_options(
        handler,
        cancel_on_interruption=not tool.options.changes_world,
        timeout_secs=tool.options.time_limit + GRACE_S,
    )
    properties, required = tool.parameters.get("properties", {}), tool.parameters.get("required", [])
    return FunctionSchema(tool.name, tool.description, dict(properties), list(required), handler=marked)
