"""Take a message."""

import asyncio
from typing import Annotated, Any

from pydantic import StringConstraints

from frontdesk.errors import ToolError, Unsure
from frontdesk.telephony.numbers import said_or_known
from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import tool
from frontdesk.tools.webhook import WEBHOOK_URL, tell_webhook

# The note of the record that has every message of the call.
MESSAGES = "messages"

KEPT = "it is kept in the record of this call; it may not have been passed on at once"

# How long passing it on may take, in seconds: less than the tool, because by then the message is taken.
PASS_ON_TIMEOUT_S = 8.0

Message = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]


@tool(changes_world=True, constants={WEBHOOK_URL: "Where each message is POSTed to, beside the record."})
async def take_message(
    ctx: ToolContext,
    message: Message,
    caller_name: Short = "",
    callback_number: Short = "",
    urgent: bool = False,
) -> dict[str, Any]:
    """Take a message for those who are not on the phone. Read it back first, with the number to call back.

    Args:
        message: What is to be passed on, in full.
        caller_name: Who it is from.
        callback_number: The number to call back. Leave it out for the number of this call.
        urgent: Whether it cannot wait.
    """
    taken = {
        "message": message,
        "caller_name": caller_name or None,
        "callback_number": said_or_known(callback_number, ctx.call.other_number),
        "urgent": urgent,
    }
    ctx.record.add(MESSAGES, taken)
    if WEBHOOK_URL not in ctx.constants:
        return {"taken": True}
    try:
        async with asyncio.timeout(PASS_ON_TIMEOUT_S):
            answer = await tell_webhook(ctx, taken)
        if "error" in answer:
            raise ToolError("the other system refused it")
        return {"taken": True, **answer}
    except (ToolError, Unsure, TimeoutError) as error:
        # Taken it is: asking for it again, or telling the caller that it was not, would both be wrong.
        reason = str(error).partition(":")[0] or "it took too long"
        ctx.record.went_wrong(f"take_message: a message was not passed on: {reason}")
        return {"taken": True, "note": KEPT}
