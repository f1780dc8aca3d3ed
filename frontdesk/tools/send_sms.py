"""Send a text message."""

import os
from typing import Annotated, Any

from pydantic import StringConstraints

from frontdesk.errors import ToolError
from frontdesk.telephony.numbers import carriers_e164, e164
from frontdesk.telephony.twilio import TwilioAccount
from frontdesk.telephony.twilio import send_sms as send_by_twilio
from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import tool

NO_ACCOUNT = "text messages cannot be sent here: Twilio is not set up (TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN)"
NO_SENDER = "text messages cannot be sent here: there is no number to send from (TWILIO_PHONE_NUMBER)"
NO_NUMBER = "the number of this call is not known or cannot get text messages"
NOT_ANYONE = "text messages go only to the number of this call: leave `to` out"

# As long as Twilio takes.
Message = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1600)]
Number = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]

CONSTANTS = {
    "from": "The number, short code or name that messages come from; left out: TWILIO_PHONE_NUMBER, or our"
    " number in the call.",
    "anyone": "true: messages may go to any number that the LLM names, not only to the other side.",
}


@tool(changes_world=True, constants=CONSTANTS)
async def send_sms(ctx: ToolContext, message: Message, to: Number = "") -> dict[str, Any]:
    """Send a text message to the other side's phone, for example a link or an address. Ask before you do.

    Args:
        message: The text, as it should be read.
        to: The number to send it to. Leave it out for the number of this call.
    """
    recipient = _recipient(ctx, to)
    account, sender = TwilioAccount.of(os.environ), _sender(ctx)
    if account is None:
        raise ToolError(NO_ACCOUNT)
    if sender is None:
        raise ToolError(NO_SENDER)
    await send_by_twilio(account, to=recipient, sender=sender, body=message)
    return {"sent": True, "to": recipient}


def _recipient(ctx: ToolContext, to: str) -> str:
    ours, theirs = carriers_e164(ctx.call.our_number), carriers_e164(ctx.call.other_number)
    wanted = e164(to, theirs or ours) if to else theirs
    if wanted is None:
        raise ToolError(f"{to!r} is no telephone number" if to else NO_NUMBER)
    if wanted != theirs and ctx.constants.get("anyone") is not True:
        raise ToolError(NOT_ANYONE)
    return wanted


def _sender(ctx: ToolContext) -> str | None:
    configured = ctx.constants.get("from") or os.environ.get("TWILIO_PHONE_NUMBER")
    return str(configured) if configured else carriers_e164(ctx.call.our_number)
