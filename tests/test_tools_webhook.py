"""Tools whose work a system of the agent's own does."""

import json
from typing import Any

import pytest

from frontdesk.call import Call, Direction
from tests.desk import desk_of, free_slots
from tests.fakes import FakeWebhook, Faults

CALL = Call("c1", "twilio", from_number="+15550002222", to_number="+15550001111")
BOOKING = {"name": "Ann Lee", "date": "2026-03-03", "time": "14:30"}
NOT_KNOWN = "it is not known whether it worked"


def booking_desk(url: str, call: Call = CALL) -> Any:
    """A desk whose tools of the calendar are done elsewhere."""
    names = ("book_appointment", "cancel_appointment", "get_available_time_slots")
    return desk_of({name: {"webhook_url": url} for name in names}, call)


async def test_a_booking_goes_out_whole_and_its_answer_is_told() -> None:
    async with FakeWebhook([{"booked": True, "reference": "A7"}]) as fake:
        desk = booking_desk(fake.url)
        email = {"email": "ann@example.com", "reason": " checkup ", "phone_number": "(555) 000-3333"}
        assert await desk.use("book_appointment", **BOOKING, **email) == {"booked": True, "reference": "A7"}
        [request] = fake.requests
        assert request.body == {
            **BOOKING,
            "email": "ann@example.com",
            "phone_number": "+15550003333",
            "reason": "checkup",
            "selected_time_slot": "2026-03-03, 14:30 - 15:00",
            "agent": "appointments",
            "call": {
                "id": "c1",
                "from_number": "+15550002222",
                "to_number": "+15550001111",
                "direction": "inbound",
            },
        }
        assert len(request.headers["Idempotency-Key"]) == 32
        assert await free_slots(desk.agent) == 16
        await desk.toolbox.close()


async def test_an_empty_answer_is_a_booking_and_the_callers_number_goes_with_it() -> None:
    call = Call("c1", "twilio", Direction.OUTBOUND, "+15550001111", "+15550002222")
    async with FakeWebhook(status=204) as fake:
        desk = booking_desk(fake.url, call)
        assert await desk.use("book_appointment", **BOOKING) == {"booked": True, **BOOKING}
        assert (fake.requests[0].body["phone_number"], fake.requests[0].body["email"]) == (
            "+15550002222",
            None,
        )
        await desk.toolbox.close()


async def test_the_same_booking_goes_out_once() -> None:
    async with FakeWebhook([{"booked": True}]) as fake:
        desk = booking_desk(fake.url)
        await desk.use("book_appointment", **BOOKING)
        again = await desk.use("book_appointment", **BOOKING)
        assert again["booked"] is True and "already done" in again["note"]
        assert len(fake.requests) == 1
        await desk.toolbox.close()


async def test_what_was_cancelled_may_be_booked_again_under_another_key() -> None:
    async with FakeWebhook() as fake:
        desk = booking_desk(fake.url)
        for name in ("book_appointment", "cancel_appointment", "book_appointment", "cancel_appointment"):
            assert "error" not in await desk.use(name, **BOOKING)
        assert len({request.headers["Idempotency-Key"] for request in fake.requests}) == 4
        cancelled = {key: fake.requests[1].body[key] for key in BOOKING}
        assert cancelled == BOOKING
        await desk.toolbox.close()


async def test_cancelling_another_booking_does_not_have_the_first_made_again() -> None:
    other = {**BOOKING, "name": "Bob Ray", "time": "15:00"}
    async with FakeWebhook() as fake:
        desk = booking_desk(fake.url)
        for booking in (BOOKING, other):
            await desk.use("book_appointment", **booking)
        await desk.use("cancel_appointment", **other)
        assert "already done" in (await desk.use("book_appointment", **BOOKING))["note"]
        assert len(fake.requests) == 3
        await desk.toolbox.close()


async def test_a_day_and_a_time_are_the_same_however_they_are_written() -> None:
    async with FakeWebhook() as fake:
        desk = booking_desk(fake.url)
        early = {**BOOKING, "time": "09:00"}
        await desk.use("book_appointment", **early)
        short = {**BOOKING, "date": "2026-3-3", "time": "9:00"}
        assert "already done" in (await desk.use("book_appointment", **short))["note"]
        await desk.use("cancel_appointment", **short)
        assert "note" not in await desk.use("book_appointment", **early)
        await desk.toolbox.close()


async def test_free_times_are_asked_for_by_day_and_told_as_they_come() -> None:
    async with FakeWebhook([{"slots": ["14:30"]}, ["2026-03-03"]]) as fake:
        desk = booking_desk(fake.url)
        assert await desk.use("get_available_time_slots", date="2026-03-03") == {"slots": ["14:30"]}
        assert await desk.use("get_available_time_slots") == {"result": ["2026-03-03"]}
        days = [request.body["dates"] for request in fake.requests]
        assert days[0] == ["2026-03-03"]
        assert (days[1][0], days[1][-1], len(days[1])) == ("2026-03-02", "2026-03-16", 15)
        await desk.toolbox.close()


async def test_an_answer_is_told_without_the_secrets_of_the_address() -> None:
    said = {"booked": True, "self": "/hooks/very-secret-path?token=very-secret-token", "kind": "hooks"}
    async with FakeWebhook([said]) as fake:
        desk = booking_desk(fake.url)
        told = await desk.use("book_appointment", **BOOKING)
        assert "very-secret-token" not in str(told) and (told["booked"], told["kind"]) == (True, "hooks")
        await desk.toolbox.close()


@pytest.mark.parametrize("status", [404, 409, 410, 422])
async def test_a_no_is_an_answer_however_often_it_comes(status: int) -> None:
    async with FakeWebhook([{"message": "taken"}] * 4, status=status) as fake:
        desk = booking_desk(fake.url)
        for _ in range(4):
            outcome = await desk.answer("book_appointment", BOOKING)
            assert "taken" in outcome.result["error"] and outcome.result.ending == "completed"
        assert not desk.toolbox.runner.retired and len(fake.requests) == 4
        await desk.toolbox.close()


@pytest.mark.parametrize("status", [302, 404, 409])
async def test_a_refusal_is_told_without_the_secrets_of_the_address_and_may_be_tried_again(
    status: int, logged: list[str]
) -> None:
    words = "POST /hooks/very-secret-path?token=very-secret-token: that time is taken"
    async with FakeWebhook([{"message": words}, {"booked": True}], status=status) as fake:
        desk = booking_desk(fake.url)
        error = (await desk.use("book_appointment", **BOOKING))["error"]
        assert str(status) in error and "that time is taken" in error
        assert "very-secret" not in error + str(logged)
        fake.status = 200
        assert await desk.use("book_appointment", **BOOKING) == {"booked": True}
        assert len(fake.requests) == 2
        await desk.toolbox.close()


async def test_after_an_error_of_the_other_side_nothing_goes_out_again() -> None:
    async with FakeWebhook(faults=Faults(fail_status=502)) as fake:
        desk = booking_desk(fake.url)
        for words in (NOT_KNOWN, "not tried again"):
            assert words in (await desk.use("book_appointment", **BOOKING))["error"]
        assert len(fake.requests) == 1
        assert "very-secret" not in str(desk.recorder.record)
        await desk.toolbox.close()


async def test_a_lookup_that_fails_may_be_tried_again() -> None:
    async with FakeWebhook([{"slots": []}], faults=Faults(fail_status=500, fail_count=1)) as fake:
        desk = booking_desk(fake.url)
        error = (await desk.use("get_available_time_slots"))["error"]
        assert "500" in error and NOT_KNOWN not in error
        assert await desk.use("get_available_time_slots") == {"slots": []}
        await desk.toolbox.close()


async def closed_port() -> str:
    """An address at which nobody listens any more."""
    async with FakeWebhook() as fake:
        return fake.url


@pytest.mark.parametrize("url", ["", "localhost", "ftp://localhost/hook", "http://name.invalid/hook", None])
async def test_where_nobody_listens_nothing_was_changed(url: str | None) -> None:
    desk = booking_desk(await closed_port() if url is None else url)
    error = (await desk.use("book_appointment", **BOOKING))["error"]
    assert "cannot be reached" in error and NOT_KNOWN not in error
    await desk.toolbox.close()


@pytest.mark.parametrize("size", [20_000, 2_000_000])
async def test_a_long_answer_is_told_in_part(size: int) -> None:
    async with FakeWebhook(["a" * size]) as fake:
        desk = booking_desk(fake.url)
        told = await desk.use("get_available_time_slots")
        assert len(json.dumps(told)) < 17_000 and "beginning" in told["note"]
        await desk.toolbox.close()


async def test_an_answer_without_end_is_told_as_it_came() -> None:
    async with FakeWebhook(["[" * 10_000]) as fake:
        desk = booking_desk(fake.url)
        told = await desk.use("book_appointment", **BOOKING)
        assert told["result"].startswith("[[[") and "error" not in told
        await desk.toolbox.close()


async def test_an_answer_in_plain_words_is_told() -> None:
    async with FakeWebhook(["Nothing free on Tuesday."]) as fake:
        desk = booking_desk(fake.url)
        assert await desk.use("get_available_time_slots") == {"result": "Nothing free on Tuesday."}
        await desk.toolbox.close()


@pytest.mark.parametrize("email", ["ann", "ann@", "ann at example.com", "a@b"])
async def test_what_is_no_address_is_asked_for_again(email: str) -> None:
    desk = desk_of({"book_appointment": None})
    assert "email" in (await desk.use("book_appointment", **BOOKING, email=email))["error"]
    assert await free_slots(desk.agent) == 16
