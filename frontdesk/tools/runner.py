"""Runs the tools of one call: bounded, and never raising."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loguru import logger
from pydantic_core import to_jsonable_python

from frontdesk.errors import ToolError, WrongArguments
from frontdesk.tools.context import ToolContext
from frontdesk.tools.tool import Tool

# The context of one use of a tool, with its idempotency key.
MakeContext = Callable[[Tool, str], ToolContext]


@dataclass(frozen=True)
class Outcome:
    """What the LLM is told of one use; never empty. `has_turn`: whether the LLM speaks next."""

    result: dict[str, Any]
    has_turn: bool = True


class ToolRunner:
    """The tools of one call, by name."""

    def __init__(self, tools: Sequence[Tool], make_context: MakeContext):
        self.tools = {tool.name: tool for tool in tools}
        self._make_context = make_context
        self._has_ended = False

    async def use(self, name: str, given: Mapping[str, Any]) -> Outcome:
        """Run a tool for the LLM; nothing is raised."""
        tool = self.tools[name]
        result = await self._result(tool, given)
        if tool.options.ends_call and "error" not in result:
            self._has_ended = True
        return Outcome(result, has_turn=not self._has_ended)

    async def close(self) -> None:
        """The call is over."""

    async def _result(self, tool: Tool, given: Mapping[str, Any]) -> dict[str, Any]:
        limit = tool.options.time_limit
        try:
            checked = tool.check(given)
            async with asyncio.timeout(limit):
                return _told(await tool.run(self._make_context(tool, ""), checked))
        except WrongArguments as error:
            return {"error": f"wrong arguments: {error}"}
        except ToolError as error:
            return {"error": str(error)}
        except TimeoutError:
            logger.error("tool {} took longer than {} s", tool.name, limit)
            return {"error": f"{tool.name} took too long, and it is not known whether it worked"}
        except Exception:
            # The boundary to code that anyone may write: the caller must hear an answer whatever it raises.
            logger.exception("tool {} failed", tool.name)
            return {"error": f"{tool.name} failed for a technical reason"}


def _told(result: object) -> dict[str, Any]:
    """A tool's result as JSON; what is no mapping is told as its `result`."""
    plain = to_jsonable_python(result)
    if not isinstance(plain, dict):
        plain = {} if plain is None else {"result": plain}
    return plain or {"done": True}
