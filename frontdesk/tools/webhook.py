"""A tool whose work is done elsewhere: what was asked goes to an address of the agent's, as JSON."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSSLError,
    ClientTimeout,
    ConnectionTimeoutError,
    InvalidURL,
    NonHttpUrlClientError,
)

from frontdesk.call import Call
from frontdesk.errors import ToolError, Unsure
from frontdesk.tools.bounded import SAYS_NO, beginning, bounded
from frontdesk.tools.context import ToolContext
from frontdesk.tools.scrub import scrubbed

# The constant that has the address.
WEBHOOK_URL = "webhook_url"

# How long a connection may take, in seconds. How long the answer may take is the time limit of the tool.
CONNECT_TIMEOUT_S = 5.0

# The most that the LLM gets of a refusal, in characters.
MAX_REASON = 500

# The fewest characters of a part of an address that is taken for a secret.
MIN_SECRET = 8

# These never went out.
NOT_SENT = (ClientConnectorError, ClientSSLError, ConnectionTimeoutError, InvalidURL, NonHttpUrlClientError)


async def tell_webhook(ctx: ToolContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    """POST what was asked to the tool's `webhook_url`, with the agent and the call; what it answered.

    An answer that is no JSON object is under `result`, a no under `error`; an empty one is empty. Raises
    ToolError where the other side has changed nothing, and Unsure where that is not known.
    """
    url = str(ctx.constants[WEBHOOK_URL])
    body = {**asked, "agent": ctx.agent.agent_id, "call": _facts(ctx.call)}
    try:
        async with ctx.http.post(
            url,
            json=body,
            headers={"Idempotency-Key": ctx.idempotency_key},
            timeout=ClientTimeout(total=None, connect=CONNECT_TIMEOUT_S),
            allow_redirects=False,
        ) as response:
            said, _ = await beginning(response.content)
            return _answer(response.status, said.decode("utf-8", errors="replace").strip(), url)
    except NOT_SENT:
        raise ToolError("the other system cannot be reached") from None
    except (ClientError, TimeoutError):
        raise Unsure("the connection to the other system broke") from None


async def ask_webhook(ctx: ToolContext, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The same for what only looks something up: whatever goes wrong is a ToolError."""
    try:
        return await tell_webhook(ctx, asked)
    except Unsure as error:
        raise ToolError(str(error)) from None


def _facts(call: Call) -> dict[str, Any]:
    return {
        "id": call.id,
        "from_number": call.from_number,
        "to_number": call.to_number,
        "direction": call.direction.value,
    }


def _answer(status: int, text: str, url: str) -> dict[str, Any]:
    if status >= 500:
        raise Unsure(f"the other system answered with an error ({status})")
    if status >= 300:
        reason = scrubbed(text, _secrets(url))[:MAX_REASON]
        words = f"the other system refused it ({status})" + (f": {reason}" if reason else "")
        if status in SAYS_NO:
            return {"error": words}
        raise ToolError(words)
    if not text:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = text
    return {} if value == {} else bounded(value, [url, *_long(_in_query(url))])


def _secrets(url: str) -> list[str]:
    """What the other side may say of its own address as it refuses, and nobody else should hear."""
    return [url, *_long([*urlsplit(url).path.split("/"), *_in_query(url)])]


def _in_query(url: str) -> list[str]:
    return [value for _, value in parse_qsl(urlsplit(url).query)]


def _long(values: Iterable[str]) -> list[str]:
    """Those that can be secrets, as they are and decoded; taking out short ones would garble answers."""
    return [one for value in values for one in (value, unquote(value)) if len(one) >= MIN_SECRET]
