"""Press keys of the telephone."""

from typing import Annotated, Any

from pydantic import StringConstraints

from frontdesk.tools.context import FrontdeskContext

Digits = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[w,]*[0-9*#][0-9*#w,]*$", max_length=40)
]


# Pressing the same key twice is nothing unusual, so that it is not marked as changing the world.
async def send_dtmf(ctx: FrontdeskContext, digits: Digits) -> dict[str, Any]:
    """Press keys of the telephone, as an automatic menu asks for. Press them instead of saying them.

    Args:
        digits: The keys in order: 0 to 9, * and #; w or a comma is a pause of half a second.
    """
    await ctx.actions.press(digits)
    return {"pressed": digits}
