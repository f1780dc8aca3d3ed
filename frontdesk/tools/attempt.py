"""One run of a tool: within its time limit, whatever it raises."""

import asyncio
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from loguru import logger

from frontdesk.errors import ToolError, Unsure
from frontdesk.tools.context import ToolContext
from frontdesk.tools.told import Told
from frontdesk.tools.tool import Tool

NOT_KNOWN = "it is not known whether it worked"


async def attempt(
    tool: Tool, context: ToolContext, checked: dict[str, Any], went_wrong: Callable[[str], None]
) -> tuple[Told, bool]:
    """What the LLM is told, and whether the world may have been changed; nothing is raised.

    `went_wrong` gets what a person should look at, without a value of the call's.
    """
    limit, risky = tool.options.time_limit, tool.options.changes_world
    try:
        async with asyncio.timeout(limit):
            told = Told.of(await tool.run(context, checked))
            return told, risky and "error" not in told
    except ToolError as error:
        return Told.failure(str(error) or f"{tool.name} did not work"), False
    except Unsure as error:
        went_wrong(f"{tool.name}: {NOT_KNOWN}")
        return Told.failure(f"{error or tool.name}; {NOT_KNOWN}"), risky
    except TimeoutError:
        went_wrong(f"{tool.name} took too long; its limit is {limit:g} s")
        words = f"{tool.name} took too long" + (f", and {NOT_KNOWN}" if risky else "")
        return Told.failure(words, "timed_out"), risky
    except Exception as error:
        # The boundary to code that anyone may write: the caller must hear an answer whatever it raises.
        went_wrong(f"{tool.name} failed: {_where(error)}")
        logger.opt(exception=True).debug("tool {} failed", tool.name)
        words = f"{tool.name} failed for a technical reason" + (f", and {NOT_KNOWN}" if risky else "")
        return Told.failure(words), risky


def _where(error: Exception) -> str:
    """The kind of an error and its place; its text may have anything in it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}"
