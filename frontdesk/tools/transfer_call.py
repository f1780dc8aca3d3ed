"""Put the call through to a person."""

from typing import Annotated, Any

from pydantic import Field

from frontdesk.errors import ToolError
from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import tool

NOT_AVAILABLE = (
    "transfers are not available on this call: nobody can be put through. Say so, and offer to take a message"
    " or to have somebody call back"
)

Text = Annotated[str, Field(max_length=200)]


@tool(changes_world=True, constants={"to": "The number that calls are put through to."})
async def transfer_call(ctx: ToolContext, to: Text = "", reason: Text = "") -> dict[str, Any]:
    """Put the other side through to a person. Tell them so before you call this.

    Args:
        to: Whom to transfer to, if there is a choice.
        reason: Why, in a few words, for the person who takes the call.
    """
    raise ToolError(NOT_AVAILABLE)
