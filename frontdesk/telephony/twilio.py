"""Twilio's REST API, through Twilio's own client."""

import asyncio
import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import ClientConnectorError, ClientError

from frontdesk.errors import ToolError, Unsure

if TYPE_CHECKING:
    from twilio.base.exceptions import TwilioException
    from twilio.http.async_http_client import AsyncTwilioHttpClient
    from twilio.rest import Client

# Twilio took nothing, so that it may be asked again.
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)

# How long to wait before each further attempt, in seconds.
RETRY_AFTER_S = (0.5, 1.0, 2.0)


@dataclass(frozen=True)
class TwilioAccount:
    """An account with its credentials: either an auth token, or an API key and its secret."""

    sid: str
    auth_token: str | None = None
    api_key: str | None = None
    api_secret: str | None = None
    region: str | None = None
    edge: str | None = None
    base_url: str | None = None

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "TwilioAccount | None":
        """The account of an environment; None where its credentials are missing or not whole."""
        sid = environ.get("TWILIO_ACCOUNT_SID") or environ.get("TWILIO_ACCOUNT_ID")
        key, secret = environ.get("TWILIO_API_KEY"), environ.get("TWILIO_API_SECRET")
        has_key = bool(key and secret)
        # The key wins, being the one that can be revoked alone.
        token = None if has_key else environ.get("TWILIO_AUTH_TOKEN")
        if not sid or not (token or has_key):
            return None
        region, edge = environ.get("TWILIO_REGION"), environ.get("TWILIO_EDGE")
        return cls(
            sid,
            auth_token=token,
            api_key=key if has_key else None,
            api_secret=secret if has_key else None,
            region=region if edge else None,
            edge=edge if region else None,
            base_url=environ.get("TWILIO_BASE_URL") or None,
        )


async def send_sms(account: TwilioAccount, *, to: str, sender: str, body: str) -> None:
    """Have Twilio take a text message; `to` is E.164, `sender` also a name or a short code.

    Raises ToolError where Twilio took nothing, and Unsure where that cannot be known.
    """
    await asyncio.to_thread(_load)
    from twilio.base.exceptions import TwilioException
    from twilio.http.async_http_client import AsyncTwilioHttpClient

    async with AsyncTwilioHttpClient() as http:
        client = _client(account, http)
        for wait in (*RETRY_AFTER_S, None):
            try:
                await client.messages.create_async(to=to, from_=sender, body=body)
                return
            except TwilioException as error:
                if wait is None or _status(error) not in BUSY:
                    raise _refusal(error) from None
                await asyncio.sleep(wait)
            except ClientConnectorError:
                raise ToolError("the text message was not sent: Twilio cannot be reached") from None
            except (ClientError, TimeoutError):
                raise Unsure("the connection to Twilio broke") from None


def _load() -> None:
    """Read Twilio's client, for which no sound of a call should have to wait."""
    for module in ("twilio.http.async_http_client", "twilio.rest.api.v2010.account.message"):
        importlib.import_module(module)


def _client(account: TwilioAccount, http: "AsyncTwilioHttpClient") -> "Client":
    from twilio.rest import Client

    client = Client(
        account.api_key or account.sid,
        account.api_secret or account.auth_token,
        account.sid,
        region=None if account.base_url else account.region,
        edge=None if account.base_url else account.edge,
        http_client=http,
        # Not empty, because the client reads the process's environment in place of an empty one.
        environment={"TWILIO_ACCOUNT_SID": account.sid},
    )
    if account.base_url:
        client.api.base_url = account.base_url
    return client


def _status(error: "TwilioException") -> int:
    return int(getattr(error, "status", HTTPStatus.INTERNAL_SERVER_ERROR))


def _refusal(error: "TwilioException") -> ToolError | Unsure:
    """A refusal in words for the LLM; what Twilio says of a wrong number is worth telling."""
    status, code = _status(error), getattr(error, "code", None)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return ToolError("the text message was not sent: Twilio does not accept the credentials")
    if status in BUSY:
        return ToolError("the text message was not sent: Twilio is too busy")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unsure(f"Twilio answered with an error ({status})")
    reason = str(getattr(error, "msg", "") or getattr(error, "detail", "") or "")[:300]
    return ToolError(f"the text message was not sent: Twilio says: {reason} (error {code})")
