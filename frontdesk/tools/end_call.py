"""Hang up."""

from typing import Any

from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import tool

# The most that is said of a goodbye, in characters: one that is longer must not keep the call from ending.
MAX_GOODBYE = 500


@tool(changes_world=True, ends_call=True)
async def end_call(ctx: ToolContext, goodbye: str = "") -> dict[str, Any]:
    """Say goodbye and hang up. Use it when nothing is left to do or the other side says goodbye.

    The goodbye is spoken for you: do not write it as text as well.

    Args:
        goodbye: The last words, one short sentence, for example "Thank you for calling, goodbye!"
    """
    await ctx.end(goodbye.strip()[:MAX_GOODBYE] or None)
    return {"ended": True}
