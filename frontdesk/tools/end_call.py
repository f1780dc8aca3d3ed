"""Hang up."""

from typing import Annotated, Any

from pydantic import Field

from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import tool


@tool(changes_world=True, ends_call=True)
async def end_call(ctx: ToolContext, goodbye: Annotated[str, Field(max_length=500)] = "") -> dict[str, Any]:
    """Say goodbye and hang up. Use it when nothing is left to do or the other side says goodbye.

    The goodbye is spoken for you: do not write it as text as well.

    Args:
        goodbye: The last words, one short sentence, for example "Thank you for calling, goodbye!"
    """
    await ctx.end(goodbye.strip() or None)
    return {"ended": True}
