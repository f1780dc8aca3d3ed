"""One run of a tool: within its time limit, whatever it and its check raise."""

import asyncio
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from loguru import logger

from frontdesk.errors import ToolError, Unsure, WrongArguments
from frontdesk.tools.context import ToolContext
from frontdesk.tools.told import NoJSON, Told
from frontdesk.tools.tool import Tool

NOT_KNOWN = "it is not known whether it worked"


def checked(tool: Tool, given: Mapping[str, Any], went_wrong: Callable[[str], None]) -> dict[str, Any]:
    """What the tool takes, of what the LLM gave. Raises WrongArguments, also for a check that breaks."""
    try:
        return tool.check(given)
    except WrongArguments:
        raise
    except Exception as error:  # a type or a schema that anyone may write
        went_wrong(f"{tool.name} could not check its arguments: {_where(error)}")
        raise WrongArguments("they cannot be checked for a technical reason") from None


async def attempt(
    tool: Tool, context: ToolContext, arguments: dict[str, Any], went_wrong: Callable[[str], None]
) -> tuple[Told, bool]:
    """What the LLM is told, and whether the world may have been changed; nothing is raised.

    `went_wrong` gets what a person should look at, without a value of the call's.
    """
    limit, risky = tool.options.time_limit, tool.options.changes_world
    try:
        async with asyncio.timeout(limit):
            told = Told.of(await tool.run(context, arguments))
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
    except (Exception, SystemExit, asyncio.CancelledError) as error:
        # The boundary to code that anyone may write: the caller must hear an answer whatever it raises.
        if isinstance(error, asyncio.CancelledError) and _is_given_up():
            raise
        if isinstance(error, NoJSON):
            place = f" ({tool.place})" if tool.place else ""
            went_wrong(f"{tool.name} returned what JSON cannot hold{place}")
        else:
            went_wrong(f"{tool.name} failed: {_where(error)}")
        logger.opt(exception=True).debug("tool {} failed", tool.name)
        words = f"{tool.name} failed for a technical reason" + (f", and {NOT_KNOWN}" if risky else "")
        return Told.failure(words), risky


def _is_given_up() -> bool:
    """Whether it is this run that was cancelled, and not something that the tool waited for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _where(error: BaseException) -> str:
    """The kind of an error and its place; its text may have anything in it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{place}"
