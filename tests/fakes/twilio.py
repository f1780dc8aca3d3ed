"""Twilio: the Calls and Messages resources of its REST API."""

import asyncio
import base64
import re
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from tests.fakes.faults import Faults
from tests.fakes.server import FakeServer

E164 = re.compile(r"\+[1-9]\d{1,14}")
ENDED = {"completed", "canceled", "failed", "busy", "no-answer"}


@dataclass
class TwilioCall:
    """One call as Twilio knows it: `updates` has the form of every update, `hung_up` is its end by REST."""

    sid: str
    from_number: str
    to_number: str
    direction: str = "inbound"
    status: str = "in-progress"
    params: dict[str, str] = field(default_factory=dict)
    updates: list[dict[str, str]] = field(default_factory=list)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended_at: datetime | None = None
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, status: str = "completed") -> None:
        """The call is over."""
        self.status = status
        self.ended_at = datetime.now(UTC)


class FakeTwilio(FakeServer):
    """It knows the calls of one account: those of `add_call`, and those created over REST.

    `messages` has the form of every text message that it took; to `unsubscribed` numbers it takes none.
    A client signs in with the auth token or with an API key of `api_keys` (SID to secret).
    """

    def __init__(
        self,
        *,
        account_sid: str = "AC" + "0" * 32,
        auth_token: str = "twilio-token",
        api_keys: dict[str, str] | None = None,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults=faults)
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.api_keys = api_keys or {}
        self.calls: dict[str, TwilioCall] = {}
        self.messages: list[dict[str, str]] = []
        self.unsubscribed: set[str] = set()

    def add_call(
        self, sid: str | None = None, *, from_number: str = "+15550002222", to_number: str = "+15550001111"
    ) -> TwilioCall:
        """A call in progress, as one that somebody has dialled."""
        sid = sid or f"CA{uuid.uuid4().hex}"
        self.calls[sid] = TwilioCall(sid, from_number, to_number)
        return self.calls[sid]

    async def wait_for_hangup(self, call_sid: str, timeout_s: float = 5.0) -> TwilioCall:
        """The call, once it was hung up over REST; TimeoutError past the bound."""
        await self.wait_until(
            lambda: call_sid in self.calls and self.calls[call_sid].hung_up.is_set(), timeout_s
        )
        return self.calls[call_sid]

    @property
    def authorization(self) -> str:
        """The Authorization header of the account itself."""
        return f"Basic {_basic(self.account_sid, self.auth_token)}"

    def routes(self) -> list[web.RouteDef]:
        """Calls are created, read and updated, messages created."""
        account = "/2010-04-01/Accounts/{account}"
        calls = f"{account}/Calls"
        return [
            web.post(f"{calls}.json", self._create),
            web.get(f"{calls}/{{call}}.json", self._read),
            web.post(f"{calls}/{{call}}.json", self._update),
            web.post(f"{account}/Messages.json", self._send),
        ]

    def allows(self, request: web.Request) -> bool:
        """HTTP basic authentication."""
        known = {self.account_sid: self.auth_token} | self.api_keys
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        return scheme == "Basic" and encoded in {_basic(name, secret) for name, secret in known.items()}

    def refusal(self, request: web.Request, status: int) -> web.Response:
        """Twilio's error object."""
        code, text = {401: (20003, "Authenticate"), 429: (20429, "Too Many Requests")}.get(
            status, (20500, "Refused")
        )
        return _error(status, code, text)

    def _find(self, request: web.Request) -> TwilioCall | None:
        ours = request.match_info["account"] == self.account_sid
        return self.calls.get(request.match_info["call"]) if ours else None

    async def _read(self, request: web.Request) -> web.Response:
        call = self._find(request)
        return web.json_response(self._json(call)) if call else _not_found(request)

    async def _create(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        if request.match_info["account"] != self.account_sid:
            return _not_found(request)
        if not form.get("To"):
            return _error(400, 21201, "No 'To' number is specified")
        if not form.get("From"):
            return _error(400, 21213, "No 'From' number is specified")
        if not form.keys() & {"Url", "Twiml", "ApplicationSid"}:
            return _error(400, 21205, "Url parameter is required.")
        call = self.add_call(from_number=form["From"], to_number=form["To"])
        call.direction, call.status, call.params = "outbound-api", "queued", form
        self.changed()
        return web.json_response(self._json(call), status=201)

    async def _send(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        if request.match_info["account"] != self.account_sid:
            return _not_found(request)
        if not E164.fullmatch(form.get("To", "")):
            return _error(400, 21211, f"Invalid 'To' Phone Number: {form.get('To')}")
        if not form.get("From"):
            return _error(400, 21603, "A 'From' phone number is required.")
        if not 0 < len(form.get("Body", "")) <= 1600:
            return _error(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if form["To"] in self.unsubscribed:
            return _error(400, 21610, "Attempt to send to unsubscribed recipient")
        self.messages.append(form)
        self.changed()
        message = {"sid": f"SM{uuid.uuid4().hex}", "account_sid": self.account_sid, "status": "queued"}
        sent = {"from": form["From"], "to": form["To"], "body": form["Body"], "num_segments": "1"}
        return web.json_response(message | sent, status=201)

    async def _update(self, request: web.Request) -> web.Response:
        call = self._find(request)
        form = {key: str(value) for key, value in (await request.post()).items()}
        if call is None:
            return _not_found(request)
        call.updates.append(form)
        status = form.get("Status")
        if call.status in ENDED:
            redirect = form.keys() & {"Url", "Twiml"}
            gone = _error(400, 21220, "Call is not in-progress. Cannot redirect.")
            return gone if redirect else _not_found(request)
        if status not in (None, "completed", "canceled"):
            return _error(400, 21218, f"Invalid status: {status}")
        if status:
            call.end(status)
            call.hung_up.set()
        self.changed()
        return web.json_response(self._json(call))

    def _json(self, call: TwilioCall) -> dict[str, Any]:
        uri = f"/2010-04-01/Accounts/{self.account_sid}/Calls/{call.sid}"
        ended = call.ended_at
        duration = str(int((ended - call.created_at).total_seconds())) if ended else None
        return {
            "sid": call.sid,
            "account_sid": self.account_sid,
            "parent_call_sid": None,
            "from": call.from_number,
            "from_formatted": call.from_number,
            "to": call.to_number,
            "to_formatted": call.to_number,
            "direction": call.direction,
            "status": call.status,
            "date_created": format_datetime(call.created_at),
            "date_updated": format_datetime(ended or call.created_at),
            "start_time": format_datetime(call.created_at),
            "end_time": format_datetime(ended) if ended else None,
            "duration": duration,
            "answered_by": None,
            "price": None,
            "price_unit": "USD",
            "queue_time": "0",
            "api_version": "2010-04-01",
            "uri": f"{uri}.json",
            "subresource_uris": {"recordings": f"{uri}/Recordings.json", "streams": f"{uri}/Streams.json"},
        }


def _basic(name: str, secret: str) -> str:
    return base64.b64encode(f"{name}:{secret}".encode()).decode()


def _not_found(request: web.Request) -> web.Response:
    return _error(404, 20404, f"The requested resource {request.path} was not found")


def _error(status: int, code: int, message: str) -> web.Response:
    info = f"https://www.twilio.com/docs/errors/{code}"
    return web.json_response(
        {"code": code, "message": message, "more_info": info, "status": status}, status=status
    )
