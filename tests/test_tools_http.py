"""An HTTP tool against a real server: what the LLM is told, and what is not done twice."""

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from frontdesk.agent import HTTPToolConfig
from frontdesk.call import Call, Direction
from frontdesk.session import SessionData
from frontdesk.tools.bounded import CUT, MAX_BYTES, MAX_RESULT
from frontdesk.tools.http import http_tool
from tests.desk import Desk, desk_of
from tests.service import Answer, Service, serving

NUMBER = {
    "type": "object",
    "properties": {
        "number": {"type": "string", "pattern": "^[0-9]+$"},
        "count": {"type": "integer", "default": 3},
        "kind": {"$ref": "#/$defs/kind"},
    },
    "required": ["number"],
    "$defs": {"kind": {"enum": ["new", "old"]}},
}
KEY = "s3cr3t/key=1"
CALL = Call(
    "c1", "twilio", Direction.INBOUND, "+15550001111", session=SessionData(metadata={"customer": "C 7"})
)


@asynccontextmanager
async def tried(answer: Answer, path: str = "/", **keys: Any) -> AsyncIterator[tuple[Desk, Service]]:
    """A desk whose tool `look` asks a server that answers so."""
    async with serving(answer) as service:
        url = service.url + path
        config = HTTPToolConfig(description="Look.", url=url, **{"allow_private": True, **keys})
        desk = desk_of([http_tool("look", config)], call=CALL)
        try:
            yield desk, service
        finally:
            await desk.toolbox.close()


async def told(answer: Answer, **keys: Any) -> dict[str, Any]:
    """What the LLM is told of an answer."""
    async with tried(answer, **keys) as (desk, _):
        return await desk.use("look")


def text(body: str | bytes, kind: str = "text/plain", status: int = 200, **headers: str) -> Answer:
    data = body.encode() if isinstance(body, str) else body
    return lambda _: web.Response(body=data, status=status, headers={"Content-Type": kind, **headers})


def found(value: Any, status: int = 200) -> Answer:
    return lambda _: web.json_response(value, status=status)


def to(place: str) -> Answer:
    return lambda _: web.Response(status=302, headers={"Location": place})


def broken(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def never(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    return web.Response()


async def test_it_sends_what_the_file_says_and_tells_what_was_picked() -> None:
    order = {"order": {"status": "sent", "eta": "Tuesday", "internal": 1}}
    async with tried(
        found(order),
        "/orders/{number}?count={count}&kind={kind}",
        parameters=NUMBER,
        headers={"Authorization": f"Bearer {KEY}", "X-Caller": "{caller_number}"},
        result="order.{status: status, eta: eta}",
    ) as (desk, service):
        assert await desk.use("look", number="42") == {"status": "sent", "eta": "Tuesday"}
        assert (service.last.method, service.last.target) == ("GET", "/orders/42?count=3")
        assert service.last.headers["Authorization"] == f"Bearer {KEY}"
        assert service.last.headers["X-Caller"] == "+15550001111"
        await desk.use("look", number="42", count=1, kind="old")
        assert service.last.target == "/orders/42?count=1&kind=old"


async def test_a_body_goes_as_json_with_facts_of_the_call() -> None:
    body = {"n": "{count}", "who": "{metadata.customer}", "key": "{place}", "id": 7}
    keys = {"parameters": NUMBER, "body": body}
    async with serving(found({"ok": True})) as service:
        tool = http_tool("put", HTTPToolConfig(description="d", url=service.url, allow_private=True, **keys))
        desk = desk_of([tool], call=CALL, agent_inputs={"place": "Elm Street"})
        assert await desk.use("put", number="1", count=5) == {"ok": True}
        await desk.toolbox.close()
    assert service.last.method == "POST" and service.last.headers["Content-Type"] == "application/json"
    assert json.loads(service.last.body) == {"n": 5, "who": "C 7", "key": "Elm Street", "id": 7}


async def test_wrong_arguments_come_back_with_every_reason_and_nothing_is_sent() -> None:
    async with tried(found({}), "/{number}", parameters=NUMBER) as (desk, service):
        error = (await desk.use("look", number="x", count="many", kind="big", extra=1))["error"]
        assert all(part in error for part in ("number: ", "count: ", "kind: ", "extra: unknown"))
        assert "required" in (await desk.use("look"))["error"]
        assert not service.asked


def test_the_llm_sees_a_schema_without_references() -> None:
    tool = http_tool("look", HTTPToolConfig(description="Look.", url="https://x.example", parameters=NUMBER))
    assert tool.parameters["properties"]["kind"] == {"enum": ["new", "old"]}
    assert tool.options.changes_world is False and tool.options.time_limit == 10


@pytest.mark.parametrize(
    ("answer", "keys", "expected"),
    [
        (found([1, {"a": None}]), {}, {"result": [1, {"a": None}]}),
        (found(None), {}, {"result": None}),
        (found({}), {}, {"result": {}}),
        (found({"a": {"b": 1}}), {"result": "a.c"}, {"result": None}),
        (text('{"a": 1}'), {}, {"result": '{"a": 1}'}),
        (text('{"a": 1}'), {"result": "a"}, {"result": 1}),
        (text('{"a": NaN, "b": 1e999}', "application/json"), {}, {"a": None, "b": None}),
        (text('\ufeff{"a": 1}', "application/vnd.x+json"), {}, {"a": 1}),
        (text("no json", "application/json"), {}, {"result": "no json"}),
        (text("sch\xf6n".encode("latin-1"), "text/plain; charset=latin-1"), {}, {"result": "schön"}),
        (text(b"a\xff", "text/plain; charset=nonsense"), {}, {"result": "a\ufffd"}),
        (text("", status=204), {}, {"done": True, "status": 204}),
        (text("hi", "application/octet-stream"), {}, {"result": "hi"}),
    ],
)
async def test_an_answer_is_told_as_data(answer: Answer, keys: dict[str, Any], expected: Any) -> None:
    assert await told(answer, **keys) == expected


@pytest.mark.parametrize(
    ("answer", "keys", "words"),
    [
        (text(b"\x89PNG\xff", "image/png"), {}, "its answer is no text but image/png"),
        (text("<html>"), {"result": "a"}, "its answer is no JSON"),
        (found({"a": 1}), {"result": "length(a)"}, "its answer has not what was expected"),
        (text("[" * 5_000 + "]" * 5_000, "application/json"), {}, "its answer is nested too deeply"),
        (found(["x" * MAX_BYTES]), {"result": "[0]"}, "its answer is too long to be read"),
    ],
)
async def test_an_answer_that_cannot_be_told_is_an_error_unless_it_was_done(
    answer: Answer, keys: dict[str, Any], words: str
) -> None:
    assert words in (await told(answer, **keys))["error"]
    done = await told(answer, changes_world=True, **keys)
    assert done["done"] is True and done["status"] == 200 and words in done["note"]


@pytest.mark.parametrize(
    "body",
    [
        text("x" * (MAX_RESULT + 1)),
        text("x" * (MAX_BYTES + 1)),
        text(gzip.compress(b"x" * 50_000_000), **{"Content-Encoding": "gzip"}),
    ],
)
async def test_a_long_text_is_told_as_far_as_it_is_bearable(body: Answer) -> None:
    assert await told(body) == {"result": "x" * MAX_RESULT, "note": CUT}


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b"x" * 10_000)
    return response


async def test_an_answer_without_end_is_read_as_far_as_it_is_bearable() -> None:
    assert (await told(endless, timeout=5))["note"] == CUT


async def test_long_json_is_told_in_part_and_picked_from_as_a_whole() -> None:
    value = {"list": ["x" * 1_000] * 100, "last": "z"}
    cut = await told(found(value))
    assert cut["note"] == CUT and len(cut["result"]) == MAX_RESULT
    assert await told(found(value), result="last") == {"result": "z"}
    longer = await told(found(["x" * MAX_BYTES]))
    assert longer["note"] == CUT and longer["result"].startswith('["xxx')


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (found({"detail": "no such order"}, 404), '404 Not Found: {"detail": "no such order"}'),
        (text("too\nfast " + "x" * 1_000, status=429), "429 Too Many Requests: too fast xxx"),
        (text("<h1>Oops</h1>", "text/html", 500), "the service answered 500 Internal Server Error"),
        (text("", status=599), "the service answered 599"),
        (to("http://127.0.0.1:1/elsewhere"), "302 Found, a redirect, which is not followed"),
    ],
)
async def test_a_refusal_is_told_shortly(answer: Answer, words: str) -> None:
    error = (await told(answer))["error"]
    assert words in error and len(error) < 600 and "Oops" not in error and "not known" not in error


async def test_a_redirect_is_not_followed() -> None:
    async with tried(to("/elsewhere")) as (desk, service):
        await desk.use("look")
        assert [asked.target for asked in service.asked] == ["/"]


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("answer", [text("", status=500), text("", status=303), broken])
async def test_what_may_have_been_done_is_not_done_again(answer: Answer, method: str) -> None:
    async with tried(answer, method=method) as (desk, service):
        assert "it is not known whether it worked" in (await desk.use("look"))["error"]
        await desk.use("look")
        assert len(service.asked) == 1
        assert len(service.last.headers["Idempotency-Key"]) == 32


@pytest.mark.parametrize("answer", [text("", status=422), text("", status=429)])
async def test_what_was_refused_may_be_tried_again_with_the_same_key(answer: Answer) -> None:
    async with tried(answer, method="POST") as (desk, service):
        assert "not known" not in (await desk.use("look"))["error"]
        await desk.use("look")
        first, second = [asked.headers["Idempotency-Key"] for asked in service.asked]
        assert first == second


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", [404, 409, 410, 422])
async def test_a_no_is_an_answer_however_often_it_comes(status: int, method: str) -> None:
    async with tried(found({"detail": "no such order"}, status), method=method) as (desk, service):
        for _ in range(4):
            outcome = await desk.answer("look", {})
            assert "no such order" in outcome.result["error"] and outcome.result.ending == "completed"
        assert not desk.toolbox.runner.retired and len(service.asked) == 4


async def test_what_only_looks_is_asked_again_after_any_failure() -> None:
    async with tried(broken) as (desk, service):
        assert (await desk.use("look"))["error"] == "the connection to the service behind look broke"
        await desk.use("look")
        assert len(service.asked) == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_where_nobody_listens_nothing_was_changed(method: str) -> None:
    async with serving(found({})) as service:
        gone = service.url
    for url in (gone, "http://no-such-host.invalid/", "http://a..b/"):
        config = HTTPToolConfig(description="d", url=url, method=method, allow_private=True)
        desk = desk_of([http_tool("look", config)])
        assert await desk.use("look") == {"error": "the service behind look cannot be reached"}
        await desk.toolbox.close()


async def test_a_slow_answer_is_given_up_within_the_time_limit() -> None:
    async with tried(never, timeout=0.2, method="POST") as (desk, _):
        error = (await asyncio.wait_for(desk.use("look"), 5))["error"]
        assert "took too long" in error and "not known whether it worked" in error


@pytest.mark.parametrize(
    "answer",
    [
        lambda body: found({"you sent": body, body: [body]}),
        lambda body: text(f"key={body}"),
        lambda body: found({"detail": body}, 401),
        lambda body: text(f"bad key {body}", status=500),
        lambda body: text("x" * (MAX_RESULT - 5) + body),
    ],
)
async def test_a_secret_that_comes_back_is_told_to_nobody(
    answer: Callable[[str], Answer], logged: list[str]
) -> None:
    async with tried(answer(KEY), headers={"Authorization": f"Bearer {KEY}"}) as (desk, _):
        result = str(await desk.use("look"))
    assert "s3cr" not in result and "s3cr" not in "".join(logged)


async def test_arguments_and_addresses_stay_out_of_the_log(logged: list[str]) -> None:
    for answer in (found({"a": "PRIVATE"}), text("PRIVATE", status=500), broken):
        async with tried(answer, "/PRIVATE/{number}?q={number}", parameters=NUMBER) as (desk, _):
            await desk.use("look", number="4711")
    assert not [line for line in logged if "PRIVATE" in line or "4711" in line]
