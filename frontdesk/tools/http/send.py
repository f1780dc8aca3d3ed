"""One request over the network, and what came back."""

import aiohttp
from loguru import logger
from yarl import URL

from frontdesk.errors import ToolError, Unsure
from frontdesk.tools.bounded import beginning
from frontdesk.tools.http.answer import Answer
from frontdesk.tools.http.guard import Guard
from frontdesk.tools.http.request import Request

# How long a connection may take, in seconds, and as a share of the tool's time.
CONNECT_TIMEOUT_S = 5.0
CONNECT_SHARE = 0.5

# These happen before anything is sent; a name that no resolver takes is a UnicodeError.
_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    UnicodeError,
)


async def send(name: str, request: Request, allow_private: bool, time_limit: float) -> Answer:
    """Send the request of the tool `name`, and read the answer. Redirects are not followed.

    Raises ToolError where nothing was sent, and Unsure where the connection broke later. Waiting for the
    answer is not bounded here.
    """
    guard = None if allow_private else Guard()
    try:
        async with (
            _session(guard, time_limit) as session,
            session.request(
                request.method,
                URL(request.url, encoded=True),
                headers=request.headers,
                data=request.body,
                allow_redirects=False,
            ) as response,
        ):
            return await _read(response)
    except _NOT_SENT:
        if guard and guard.refused:
            words = "HTTP tool {}: its address {} is not of the internet; `allow_private: true` allows it"
            logger.warning(words, name, guard.refused[0])
        raise ToolError(f"the service behind {name} cannot be reached") from None
    except aiohttp.ClientError:
        raise Unsure(f"the connection to the service behind {name} broke") from None


def _session(guard: Guard | None, time_limit: float) -> aiohttp.ClientSession:
    connect = min(CONNECT_TIMEOUT_S, time_limit * CONNECT_SHARE)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=guard),
        timeout=aiohttp.ClientTimeout(total=None, connect=connect),
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=[_once],
    )


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send it once: aiohttp would do so again where the connection broke, for every method but POST."""
    try:
        return await handler(request)
    except _NOT_SENT:
        raise
    except aiohttp.ClientConnectionError as error:
        raise aiohttp.ClientPayloadError("broken off") from error


async def _read(response: aiohttp.ClientResponse) -> Answer:
    body, is_whole = await beginning(response.content)
    charset = response.charset or "utf-8"
    return Answer(response.status, response.content_type, charset, body, is_whole)
