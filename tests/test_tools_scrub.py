"""No secret is told, in whatever form it comes back."""

import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.tools.scrub import HIDDEN, scrubbed, scrubbed_data

SECRET = 'k/ü+"1 &\\%'
WAYS = {
    "as it is": SECRET,
    "percent": quote(SECRET, safe=""),
    "percent, slashes as they are": quote(SECRET),
    "percent in lower case": quote(SECRET, safe="").lower(),
    "form": quote_plus(SECRET),
    "JSON": json.dumps(SECRET)[1:-1],
    "JSON in UTF-8": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "JSON with escaped slashes": json.dumps(SECRET)[1:-1].replace("/", "\\/"),
    "HTML": html.escape(SECRET),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_goes_in_every_form(way: str) -> None:
    assert scrubbed(f"key={WAYS[way]}.", [SECRET]) == f"key={HIDDEN}."


def test_of_two_secrets_that_begin_alike_nothing_is_left() -> None:
    assert scrubbed("abcd abcdef", ["abcd", "abcdef"]) == f"{HIDDEN} {HIDDEN}"


def test_without_secrets_everything_stays() -> None:
    assert scrubbed("a", []) == "a" and scrubbed_data({"a": 1}, [""]) == {"a": 1}


def test_in_data_it_goes_from_texts_keys_and_numbers() -> None:
    data = {"1234": ["x1234", 1234, 81234.5, True, None], "n": 123}
    assert scrubbed_data(data, ["1234"]) == {HIDDEN: [f"x{HIDDEN}", HIDDEN, HIDDEN, True, None], "n": 123}


@given(st.text(min_size=1), st.text(), st.text())
def test_whatever_the_secret_is_it_goes(secret: str, before: str, after: str) -> None:
    for form in (secret, quote(secret.encode("utf-8", "replace").decode(), safe="")):
        left = scrubbed(before + form + after, [secret])
        assert HIDDEN in left
    assert secret in HIDDEN or secret not in scrubbed(secret, [secret])


def test_no_text_takes_long() -> None:
    before = time.perf_counter()
    scrubbed("\\" * 100_000 + "x", ["\\" * 40 + "y", "%25" * 20 + "z"])
    assert time.perf_counter() - before < 5
