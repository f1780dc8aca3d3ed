"""Text messages, against Twilio's stand-in."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from frontdesk.call import Call, Direction
from frontdesk.telephony import twilio
from tests.desk import Desk, desk_of
from tests.fakes import FakeTwilio, Faults

OURS, THEIRS = "+15550001111", "+15550002222"
CALL = Call("c1", "twilio", from_number=THEIRS, to_number=OURS)


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeTwilio]:
    """Twilio, with its credentials in the environment and no time to wait between attempts."""
    monkeypatch.setattr(twilio, "RETRY_AFTER_S", (0.0, 0.0))
    async with FakeTwilio(api_keys={"SK1": "key-secret"}) as opened:
        monkeypatch.setenv("TWILIO_ACCOUNT_SID", opened.account_sid)
        monkeypatch.setenv("TWILIO_AUTH_TOKEN", opened.auth_token)
        monkeypatch.setenv("TWILIO_BASE_URL", opened.base_url)
        yield opened


def desk(constants: Mapping[str, Any] | None = None, call: Call = CALL) -> Desk:
    """A desk that can send text messages."""
    return desk_of({"send_sms": constants}, call)


async def test_a_message_goes_to_the_caller_from_our_number(fake: FakeTwilio) -> None:
    assert await desk().use("send_sms", message=" See you! ") == {"sent": True, "to": THEIRS}
    assert fake.messages == [{"To": THEIRS, "From": OURS, "Body": "See you!"}]


async def test_in_a_call_that_we_placed_the_numbers_are_the_other_way_round(fake: FakeTwilio) -> None:
    call = Call("c1", "twilio", Direction.OUTBOUND, from_number=OURS, to_number=THEIRS)
    await desk(call=call).use("send_sms", message="Hello")
    assert fake.messages == [{"To": THEIRS, "From": OURS, "Body": "Hello"}]


async def test_who_sends_is_configured_in_the_agent_before_the_environment(
    fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_PHONE_NUMBER", "+15550009999")
    await desk().use("send_sms", message="one")
    await desk({"from": "Harbor"}).use("send_sms", message="two")
    assert [message["From"] for message in fake.messages] == ["+15550009999", "Harbor"]


async def test_the_same_message_is_sent_once(fake: FakeTwilio) -> None:
    one = desk()
    for _ in range(2):
        assert (await one.use("send_sms", message="Hello"))["sent"] is True
    assert len(fake.messages) == 1


@pytest.mark.parametrize("to", [THEIRS, "5550002222", "(555) 000-2222", "15550002222"])
async def test_the_callers_number_may_be_written_in_any_way(fake: FakeTwilio, to: str) -> None:
    assert await desk().use("send_sms", message="Hello", to=to) == {"sent": True, "to": THEIRS}


async def test_another_number_gets_messages_only_where_the_agent_allows_it(fake: FakeTwilio) -> None:
    other = {"message": "Hello", "to": "+447400123456"}
    assert "only to the number of this call" in (await desk().use("send_sms", **other))["error"]
    assert fake.requests == []
    assert (await desk({"anyone": True}).use("send_sms", **other))["to"] == "+447400123456"


@pytest.mark.parametrize("number", [None, "anonymous", "client:ann", "sip:ann@example.com"])
async def test_a_caller_without_a_number_gets_none(fake: FakeTwilio, number: str | None) -> None:
    call = Call("c1", "twilio", from_number=number, to_number=OURS)
    assert "not known" in (await desk(call=call).use("send_sms", message="Hello"))["error"]
    anyone = await desk({"anyone": True}, call).use("send_sms", message="Hello", to="not a number")
    assert "no telephone number" in anyone["error"]
    assert fake.requests == []


async def test_an_api_key_is_taken_before_the_token(
    fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "revoked")
    monkeypatch.setenv("TWILIO_API_KEY", "SK1")
    monkeypatch.setenv("TWILIO_API_SECRET", "key-secret")
    assert (await desk().use("send_sms", message="Hello"))["sent"] is True


async def test_without_credentials_the_llm_is_told(fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    assert "Twilio is not set up" in (await desk().use("send_sms", message="Hello"))["error"]
    assert fake.requests == []


async def test_credentials_that_twilio_refuses_are_told_and_appear_nowhere(
    fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "wrong-token")
    error = (await desk().use("send_sms", message="Hello"))["error"]
    assert "does not accept the credentials" in error
    assert "wrong-token" not in error + str(logged) and fake.account_sid not in error


async def test_a_number_that_unsubscribed_is_told_with_twilios_reason(fake: FakeTwilio) -> None:
    fake.unsubscribed.add(THEIRS)
    error = (await desk().use("send_sms", message="Hello"))["error"]
    assert "unsubscribed recipient" in error and "21610" in error


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_twilio_is_asked_again_and_not_for_ever(fake: FakeTwilio, status: int) -> None:
    fake.faults.fail_status, fake.faults.fail_count = status, 2
    assert (await desk().use("send_sms", message="Hello"))["sent"] is True
    assert (len(fake.requests), len(fake.messages)) == (3, 1)
    fake.faults.fail_count = None
    assert "too busy" in (await desk().use("send_sms", message="Hello"))["error"]
    assert len(fake.requests) == 6


async def test_what_may_have_been_sent_is_not_sent_again(fake: FakeTwilio) -> None:
    fake.faults.fail_status = 500
    one = desk()
    for words in ("not known whether it worked", "not tried again"):
        assert words in (await one.use("send_sms", message="Hello"))["error"]
    assert len(fake.requests) == 1


async def test_a_twilio_that_cannot_be_reached_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeTwilio(faults=Faults()) as gone:
        url = gone.base_url
    for name, value in {"ACCOUNT_SID": "AC1", "AUTH_TOKEN": "token", "BASE_URL": url}.items():
        monkeypatch.setenv(f"TWILIO_{name}", value)
    error = (await desk().use("send_sms", message="Hello"))["error"]
    assert "cannot be reached" in error and "not known" not in error


@pytest.mark.parametrize("message", ["", "  ", "a" * 1601])
async def test_a_message_that_twilio_would_not_take_is_refused_before(fake: FakeTwilio, message: str) -> None:
    assert "message" in (await desk().use("send_sms", message=message))["error"]
    assert fake.requests == []
