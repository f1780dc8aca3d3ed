"""Tools as pipecat's direct functions: arguments checked, time bounded, errors told to the LLM."""

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_type_hints

from loguru import logger
from pipecat.adapters.llm.schemas.direct_function import DirectFunction, tool_options
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.frames.frames import FunctionCallResultProperties
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from frontdesk.agent import AgentConfig
from frontdesk.errors import ToolError
from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import options_of
from frontdesk.tools.signature import arguments, parameters
from frontdesk.tools.table import Tool, load_tool

if TYPE_CHECKING:
    from pipecat.services.llm_service import FunctionCallParams

# pipecat's own limit comes after ours, which has a result for the LLM.
GRACE_S = 2.0

MakeContext = Callable[[str], ToolContext]


@dataclass
class _Ending:
    """Whether a tool of this call has ended it: then no result gives the LLM another turn."""

    has_ended: bool = False


def bind_tools(agent: AgentConfig, make_context: MakeContext) -> list[FunctionSchema | DirectFunction]:
    """One call's tools for `LLMContext(tools=…)`, in the order of the agent.

    `make_context` is called with the tool's name at each use. A tool never raises into the pipeline: what it
    cannot do comes back as `{"error": …}`.
    """
    ending = _Ending()
    return [_direct(name, _function(agent, name), make_context, ending) for name in agent.active_tools]


def _function(agent: AgentConfig, name: str) -> Tool:
    """The agent's own function of that name, else the table's."""
    own = agent.tools[name]
    return own if callable(own) else load_tool(name)


def _direct(name: str, function: Tool, make_context: MakeContext, ending: _Ending) -> DirectFunction:
    options = options_of(function)
    adapter = arguments(name, function)

    async def direct(params: "FunctionCallParams", **given: Any) -> None:
        result = await _result(name, function, adapter, make_context, given)
        if options.ends_call and "error" not in result:
            ending.has_ended = True
        properties = FunctionCallResultProperties(run_llm=False) if ending.has_ended else None
        await params.result_callback(result, properties=properties)

    marked = tool_options(
        direct,
        cancel_on_interruption=not options.changes_world,
        timeout_secs=options.time_limit + GRACE_S,
    )
    return _described(marked, name, function)


async def _result(
    name: str,
    function: Tool,
    adapter: TypeAdapter[dict[str, Any]],
    make_context: MakeContext,
    given: dict[str, Any],
) -> dict[str, Any]:
    """What the LLM is told; never empty, because an empty result would give it no turn."""
    limit = options_of(function).time_limit
    try:
        checked = adapter.validate_python(given)
        async with asyncio.timeout(limit):
            result = await function(make_context(name), **checked)
        return _told(result)
    except ValidationError as error:
        return {"error": f"wrong arguments: {_reasons(error)}"}
    except ToolError as error:
        return {"error": str(error)}
    except TimeoutError:
        logger.error("tool {} took longer than {} s", name, limit)
        return {"error": f"{name} took too long, and it is not known whether it worked"}
    except Exception:
        # The boundary to code that anyone may write: the caller must hear an answer whatever it raises.
        logger.exception("tool {} failed", name)
        return {"error": f"{name} failed for a technical reason"}


def _told(result: object) -> dict[str, Any]:
    """A tool's result as JSON; what is no mapping is told as its `result`."""
    plain = to_jsonable_python(result)
    if not isinstance(plain, dict):
        plain = {} if plain is None else {"result": plain}
    return plain or {"done": True}


def _reasons(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in details)


def _described(direct: Any, name: str, function: Tool) -> DirectFunction:
    """Give the direct function the name, signature, types and docstring that pipecat reads."""
    hints = get_type_hints(function)
    first = inspect.Parameter("params", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    direct.__name__ = name
    direct.__doc__ = inspect.getdoc(function)
    direct.__signature__ = inspect.Signature([first, *parameters(function)])
    direct.__annotations__ = {each.name: hints[each.name] for each in parameters(function)}
    described: DirectFunction = direct
    return described
