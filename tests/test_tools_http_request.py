"""From the section of an HTTP tool and what the LLM gave to the request that is sent."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from frontdesk.agent import HTTPToolConfig
from frontdesk.errors import WrongArguments
from frontdesk.tools.http.request import Request, request_of

HOST = "https://api.example.com"
ANY = {"type": "object", "properties": {name: {} for name in "abc"}, "required": ["a", "b", "c"]}


def made(values: dict[str, Any], url: str = f"{HOST}/x", **keys: Any) -> Request:
    config = HTTPToolConfig(description="d", parameters=ANY, url=url, **keys)
    return request_of(config, values, "the-key")


def url_of(url: str, **values: Any) -> str:
    return made(values, HOST + url).url.removeprefix(HOST)


def body_of(body: Any, kind: str = "", **values: Any) -> str:
    request = made(values, body=body, headers={"Content-Type": kind} if kind else {})
    assert request.body is not None
    return request.body.decode()


@pytest.mark.parametrize(
    ("url", "value", "sent"),
    [
        ("/o/{a}", "A 1/2?x=1&y#z", "/o/A%201%2F2%3Fx%3D1%26y%23z"),
        ("/o/{a}.json", "ü", "/o/%C3%BC.json"),
        ("/o/{a}", 12.5, "/o/12.5"),
        ("/o/{a}", True, "/o/true"),
        ("/o?q={a}&full=true#top", "a&b=c+d e", "/o?q=a%26b%3Dc%2Bd%20e&full=true"),
        ("/o?q={a}&full=true", None, "/o?full=true"),
        ("/o?q={a}", None, "/o"),
        ("/o?{a}", None, "/o"),
        ("/o?{a}", "flag", "/o?flag"),
        ("/o?x={a}={a}", "1", "/o?x=1=1"),
        ("/o?tag={a}", ["x", "y z"], "/o?tag=x&tag=y%20z"),
        ("/o?at={a},{b}", 1, "/o?at=1,"),
        ("/o?in={a}", {"k": ["ü"]}, "/o?in=%7B%22k%22%3A%20%5B%22%C3%BC%22%5D%7D"),
        ("/o?literal={{a}}&ö=%20", "x", "/o?literal=%7Ba%7D&%C3%B6=%20"),
        ("", "x", "/"),
        ("?q={a}", "x", "/?q=x"),
    ],
)
def test_arguments_are_encoded_in_the_url(url: str, value: Any, sent: str) -> None:
    assert url_of(url, **({} if value is None else {"a": value})) == sent


@pytest.mark.parametrize("value", ["", ".", "..", "../admin", "x/../../admin", "..\\admin", "a/."])
def test_no_argument_leads_to_another_path(value: str) -> None:
    with pytest.raises(WrongArguments, match="a: must not be empty"):
        url_of("/o/{a}", a=value)


def test_metadata_that_a_call_lacks_is_unknown_in_a_text_and_left_out_alone() -> None:
    assert url_of("/o/{metadata.id}?id={metadata.id}&s=x{metadata.id}") == "/o/unknown?s=xunknown"


def test_a_header_is_filled_or_left_out() -> None:
    headers = {"X-A": "{a}", "X-B": "b {b}", "X-C": "{c}"}
    sent = dict(made({"a": 1, "b": "ü", "c": None}, headers=headers).headers)
    assert sent == {"X-A": "1", "X-B": "b ü"}


@pytest.mark.parametrize("value", ["a\r\nX-Admin: 1", "a\nb", "\x00", "\x85"])
def test_no_argument_makes_another_header(value: str) -> None:
    with pytest.raises(WrongArguments, match="what goes into X-A must be one line"):
        made({"a": value}, headers={"X-A": "{a}"})


def test_a_json_body_keeps_types_and_leaves_out_what_was_left_out() -> None:
    body = {"n": "{a}", "gone": "{c}", "in": {"text": "n={a}", "list": ["{a}", "{c}", 1]}, "null": "{b}"}
    sent = json.loads(body_of(body, a=[1, {"x": True}], b=None))
    assert sent == {
        "n": [1, {"x": True}],
        "in": {"text": 'n=[1, {"x": true}]', "list": [[1, {"x": True}], 1]},
        "null": None,
    }


def test_quotes_stay_inside_a_json_text() -> None:
    assert json.loads(body_of({"q": "say {a}"}, a='","admin":true,"x":"')) == {
        "q": 'say ","admin":true,"x":"'
    }


def test_a_form_is_encoded() -> None:
    form = "application/x-www-form-urlencoded"
    assert (
        body_of({"q": "{a}", "gone": "{c}", "t": "{b}"}, form, a="x&y=1", b=[1, 2]) == "q=x%26y%3D1&t=1&t=2"
    )
    assert body_of("q={a}&gone={c}&k=1", form, a="x &y=1") == "q=x+%26y%3D1&k=1"


def test_a_text_is_sent_as_it_is_and_xml_stays_xml() -> None:
    assert body_of("hello {a}", a="<b>&") == "hello <b>&"
    assert (
        body_of("<o id='{a}'/>", "application/soap+xml", a="1'/><x>&")
        == "<o id='1&apos;/&gt;&lt;x&gt;&amp;'/>"
    )


@pytest.mark.parametrize(
    ("body", "kind"), [({"a": 1}, "application/json"), ("a", "text/plain; charset=utf-8")]
)
def test_the_content_type_is_said(body: Any, kind: str) -> None:
    assert made({}, body=body).headers["Content-Type"] == kind


def test_only_what_changes_the_world_has_an_idempotency_key() -> None:
    assert "Idempotency-Key" not in made({}).headers
    assert made({}, method="DELETE").headers["Idempotency-Key"] == "the-key"
    assert "Idempotency-Key" not in made({}, body={}, changes_world=False).headers
    own = made({"a": "x"}, body={}, headers={"idempotency-key": "own-{a}"}).headers
    assert [own[name] for name in own if name.lower() == "idempotency-key"] == ["own-x"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NASTY = st.sampled_from(
    [
        "@evil.example",
        "//evil.example",
        "\r\nHost: evil",
        "?x",
        "#x",
        "..",
        "%2e%2e",
        "\\\\evil",
        "{b}",
        ":80",
    ]
)
VALUES = st.fixed_dictionaries({"a": NASTY | JSON, "b": NASTY | JSON, "c": NASTY | JSON})
TEMPLATES = st.lists(
    st.sampled_from(["{a}", "{b}", "{c}", "{{a}}", "/", "x", "?", "&", "=", "#", ".", "..", "%", "%2F", "ü"])
)


@given(VALUES, TEMPLATES)
def test_whatever_the_arguments_the_request_goes_where_the_file_says(
    values: dict[str, Any], pieces: list[str]
) -> None:
    template = f"{HOST}:8443/" + "".join(pieces)
    headers = {"X-A": "{a}", "X-Text": "a {b} c"}
    try:
        sent = made(values, template, headers=headers, body={"a": "{a}", "list": ["{b}", "x{c}"]})
    except WrongArguments:
        return
    url = URL(sent.url, encoded=True)
    assert (url.scheme, url.host, url.port, url.user) == ("https", "api.example.com", 8443, None)
    assert re.fullmatch(r"/[!-~]*", url.raw_path_qs), "the request line"
    assert all(re.fullmatch(r"[^\x00-\x1f\x7f]*", text) for text in sent.headers.values())
    static = template.partition("#")[0].partition("?")[0].count("/")
    assert sent.url.partition("?")[0].count("/") == static, "no argument adds to the path"
    json.loads(sent.body or b"")


@given(st.text())
def test_every_text_arrives_as_it_was_given(text: str) -> None:
    sent = made({"a": text, "b": "1"}, f"{HOST}/o?q={{a}}&n={{b}}", body={"text": "{a}"})
    assert parse_qsl(urlsplit(sent.url).query, keep_blank_values=True) == [("q", text), ("n", "1")]
    assert json.loads(sent.body or b"") == {"text": text}


@given(st.text(min_size=1).filter(lambda text: not {".", ".."} & set(re.split(r"[/\\]", text))))
def test_every_text_arrives_in_a_path(text: str) -> None:
    assert unquote(made({"a": text}, f"{HOST}/o/{{a}}").url) == f"{HOST}/o/{text}"
