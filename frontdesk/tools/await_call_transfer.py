"""Wait for the person that the call is being put through to."""

from typing import Any

from frontdesk.errors import ToolError
from frontdesk.tools.context import ToolContext
from frontdesk.tools.transfer_call import NOT_AVAILABLE


async def await_call_transfer(ctx: ToolContext) -> dict[str, Any]:
    """Wait until the person that transfer_call is calling has answered, and hear how it went."""
    raise ToolError(NOT_AVAILABLE)
