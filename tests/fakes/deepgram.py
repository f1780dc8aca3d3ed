"""Deepgram: speech to text over its live (v1) and Flux (v2) WebSockets."""

import uuid
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from tests.fakes.deepgram_flux import FluxSession
from tests.fakes.deepgram_live import LiveSession
from tests.fakes.faults import Faults
from tests.fakes.server import FakeServer

Transcribe = Callable[[bytes, int], Awaitable[str]]


class FakeDeepgram(FakeServer):
    """It listens: an utterance gets the next of `lines`, or what `transcribe(pcm, sample_rate)` makes of it.

    An utterance ends after `silence_s` of silence unless the client asks for another endpointing. (The real
    service by default waits only 10 ms, but for gaps in what its model hears, not in the signal's energy.)
    `threshold` is the RMS, of 32768, over which sound is speech. Without lines and transcribe every
    transcript is empty. `utterances` has what it heard: the text given and the 16-bit PCM.
    """

    def __init__(
        self,
        *,
        api_key: str = "deepgram-key",
        lines: Iterable[str] = (),
        transcribe: Transcribe | None = None,
        silence_s: float = 0.4,
        threshold: float = 250.0,
        idle_timeout_s: float = 10.0,
        faults: Faults | None = None,
    ) -> None:
        super().__init__(faults=faults)
        self.api_key = api_key
        self.lines = list(lines)
        self.transcribe = transcribe
        self.silence_s = silence_s
        self.threshold = threshold
        self.idle_timeout_s = idle_timeout_s
        self.utterances: list[tuple[str, bytes]] = []

    @property
    def url(self) -> str:
        """The Flux endpoint."""
        return self.ws_url("/v2/listen")

    def routes(self) -> list[web.RouteDef]:
        """Both listen endpoints."""
        return [web.get("/v1/listen", self._live), web.get("/v2/listen", self._flux)]

    def allows(self, request: web.Request) -> bool:
        """`Token KEY`, or `Bearer KEY` as for short-lived tokens."""
        return request.headers.get("Authorization") in (f"Token {self.api_key}", f"Bearer {self.api_key}")

    def refusal(self, request: web.Request, status: int) -> web.Response:
        """Deepgram's error: JSON, and the reason in the `dg-error` header."""
        reason = {401: "Invalid credentials.", 402: "Project does not have enough credits."}.get(status)
        return _refusal(status, "INVALID_AUTH" if status == 401 else "ERROR", reason or "Refused.")

    def partial(self, share: float) -> str:
        """The words of the next line that the first `share` (0 to 1) of an utterance would have."""
        if self.transcribe or not self.lines:
            return ""
        words = self.lines[0].split()
        return " ".join(words[: max(1, round(len(words) * share))])

    async def hear(self, pcm: bytes, sample_rate: int) -> str:
        """What an utterance says; it is not yet over, so the line is not used up."""
        if self.transcribe:
            return await self.transcribe(pcm, sample_rate)
        return self.lines[0] if self.lines else ""

    def settle(self, text: str, pcm: bytes) -> None:
        """An utterance is over and `text` is its transcript."""
        if not self.transcribe and self.lines:
            self.lines.pop(0)
        self.utterances.append((text, pcm))
        self.changed()

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("model", "").startswith("flux"):
            return _refusal(400, "Bad Request", "Flux models are served by /v2/listen.")
        if problem := _bad_audio(request):
            return problem
        connection = await self.open_socket(request)
        await LiveSession(self, connection).run()
        return connection.socket

    async def _flux(self, request: web.Request) -> web.StreamResponse:
        if not request.query.get("model", "").startswith("flux"):
            return _refusal(400, "Bad Request", "Only Flux models are served by /v2/listen.")
        if problem := _bad_audio(request):
            return problem
        connection = await self.open_socket(request)
        await FluxSession(self, connection).run()
        return connection.socket


def _bad_audio(request: web.Request) -> web.Response | None:
    if request.query.get("encoding") != "linear16" or not request.query.get("sample_rate", "").isdigit():
        return _refusal(400, "Bad Request", "This stand-in hears encoding=linear16 with a sample_rate.")
    return None


def _refusal(status: int, code: str, reason: str) -> web.Response:
    request_id = str(uuid.uuid4())
    return web.json_response(
        {"err_code": code, "err_msg": reason, "request_id": request_id},
        status=status,
        headers={"dg-error": reason, "dg-request-id": request_id},
    )
