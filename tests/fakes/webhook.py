"""A system of somebody's own that tools tell what was asked, as JSON over HTTP."""

import asyncio
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from tests.fakes.faults import Faults
from tests.fakes.server import FakeServer


class FakeWebhook(FakeServer):
    """Every POST gets the next of `answers`, JSON or a text or None for an empty one; the last goes on.

    `requests` has what came, `status` is what they are answered with.
    """

    def __init__(
        self, answers: Iterable[Any] = (None,), *, status: int = 200, faults: Faults | None = None
    ) -> None:
        super().__init__(faults=faults)
        self.answers = list(answers)
        self.status = status

    @property
    def url(self) -> str:
        """The address, with a secret in it as such addresses have."""
        return f"{self.base_url}/hooks/very-secret-path?token=very-secret-token"

    def routes(self) -> list[web.RouteDef]:
        """One address."""
        return [web.post("/hooks/very-secret-path", self._answer), web.post("/elsewhere", self._answer)]

    def allows(self, request: web.Request) -> bool:
        """Everybody."""
        return True

    def refusal(self, request: web.Request, status: int) -> web.Response:
        """What a gateway says that cannot reach it."""
        return web.Response(status=status, text=f"no route for POST {request.path_qs}")

    async def _answer(self, _: web.Request) -> web.Response:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await asyncio.sleep(self.faults.first_byte_delay_s)
        headers = {"Location": "/elsewhere"} if 300 <= self.status < 400 else {}
        if answer is None or isinstance(answer, str):
            return web.Response(status=self.status, text=answer, headers=headers)
        return web.json_response(answer, status=self.status, headers=headers)
