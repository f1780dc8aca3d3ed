"""Telephone numbers."""

import pytest

from frontdesk.telephony.numbers import carriers_e164, e164, said_or_known

NEAR = "+15550001111"


@pytest.mark.parametrize(
    ("text", "near", "number"),
    [
        ("+15550002222", None, "+15550002222"),
        ("15550002222", None, None),
        ("15550002222", NEAR, "+15550002222"),
        (" +1 (555) 000-2222 ", None, "+15550002222"),
        ("555.000.2222", NEAR, "+15550002222"),
        ("030 901820", "+4930901821", "+4930901820"),
        ("+44 7400 123456", NEAR, "+447400123456"),
        ("5550002222", None, None),
        ("12", NEAR, None),
        ("anonymous", NEAR, None),
        ("client:ann", NEAR, None),
        ("", NEAR, None),
        ("+15550002222", "unknown", "+15550002222"),
    ],
)
def test_numbers_in_any_writing(text: str, near: str | None, number: str | None) -> None:
    assert e164(text, near) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+15550002222", "+15550002222"),
        ("15550002222", "+15550002222"),
        ("anonymous", None),
        ("client:ann", None),
        ("", None),
        (None, None),
    ],
)
def test_numbers_as_carriers_write_them(text: str | None, number: str | None) -> None:
    assert carriers_e164(text) == number


def test_what_was_said_comes_before_what_is_known() -> None:
    assert said_or_known("555 000 3333", "+15550002222") == "+15550003333"
    assert said_or_known("", "15550002222") == "+15550002222"
    assert said_or_known("extension 12", "+15550002222") == "extension 12"
    assert said_or_known("", "anonymous") == "anonymous"
    assert said_or_known("", None) is None
