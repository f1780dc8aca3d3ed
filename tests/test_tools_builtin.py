"""Frontdesk's own tools that need nobody else."""

from typing import Any

import pytest

from frontdesk.call import Call
from frontdesk.tools.take_message import PASS_ON_TIMEOUT_S
from tests.desk import desk_of, free_slots
from tests.fakes import FakeWebhook, Faults

CALL = Call("c1", "twilio", from_number="+15550002222", to_number="+15550001111")
BOOKING = {"name": "Ann Lee", "date": "2026-03-03", "time": "14:30"}
CALENDAR = ("book_appointment", "cancel_appointment")


@pytest.mark.parametrize(("date", "weekday"), [("2026-03-03", "Tuesday"), ("2024-02-29", "Thursday")])
async def test_the_weekday_of_a_date(date: str, weekday: str) -> None:
    desk = desk_of({"get_weekday": None})
    assert await desk.use("get_weekday", date=date) == {"date": date, "weekday": weekday}


@pytest.mark.parametrize("date", ["", "tomorrow", "2026-02-30", "03/03/2026"])
async def test_what_is_no_date_has_no_weekday(date: str) -> None:
    assert "YYYY-MM-DD" in (await desk_of({"get_weekday": None}).use("get_weekday", date=date))["error"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("transfer_call", {}),
        ("transfer_call", {"to": "the office", "reason": "a bill"}),
        ("await_call_transfer", {}),
    ],
)
async def test_a_transfer_is_refused_with_what_to_do_instead(name: str, arguments: dict[str, Any]) -> None:
    desk = desk_of({"transfer_call": {"to": "+15550003333"}, "await_call_transfer": None})
    error = (await desk.use(name, **arguments))["error"]
    assert "not available on this call" in error and "message" in error and "call back" in error


async def test_an_appointment_is_cancelled_and_its_time_is_free_again() -> None:
    desk = desk_of(dict.fromkeys(CALENDAR))
    await desk.use("book_appointment", **BOOKING)
    told = await desk.use("cancel_appointment", **BOOKING | {"name": "  ann  LEE "})
    assert told == {"cancelled": True, **BOOKING, "name": "ann  LEE"}
    assert await free_slots(desk.agent) == 16


async def test_an_appointment_may_be_booked_and_cancelled_over_and_over() -> None:
    desk = desk_of(dict.fromkeys(CALENDAR))
    for free in (15, 16, 15, 16):
        await desk.use(CALENDAR[free - 15], **BOOKING)
        assert await free_slots(desk.agent) == free


@pytest.mark.parametrize("other", [{"name": "Bob Ray"}, {"time": "15:00"}, {"date": "2026-03-04"}])
async def test_nobody_cancels_what_they_do_not_know(other: dict[str, str]) -> None:
    desk = desk_of(dict.fromkeys(CALENDAR))
    await desk.use("book_appointment", **BOOKING)
    assert "no appointment" in (await desk.use("cancel_appointment", **BOOKING | other))["error"]
    assert await free_slots(desk.agent) == 15


async def test_the_number_and_the_address_of_a_booking_are_kept() -> None:
    desk = desk_of(dict.fromkeys(CALENDAR), CALL)
    await desk.use("book_appointment", **BOOKING, email="ann@example.com")
    with desk.calendar._open() as database:
        kept = database.execute("SELECT phone, email FROM bookings").fetchall()
    assert kept == [("+15550002222", "ann@example.com")]


async def test_messages_are_kept_in_the_record() -> None:
    desk = desk_of({"take_message": None}, CALL)
    assert await desk.use("take_message", message=" Please call. ") == {"taken": True}
    said = {"message": "The tooth hurts", "caller_name": "Ann Lee", "callback_number": "555 000 3333"}
    await desk.use("take_message", **said, urgent=True)
    number = "+15550002222"
    assert desk.recorder.record.notes["messages"] == [
        {"message": "Please call.", "caller_name": None, "callback_number": number, "urgent": False},
        {**said, "callback_number": "+15550003333", "urgent": True},
    ]


async def test_a_message_is_passed_on() -> None:
    async with FakeWebhook([{"ticket": 7}]) as fake:
        desk = desk_of({"take_message": {"webhook_url": fake.url}}, CALL)
        assert await desk.use("take_message", message="Please call.") == {"taken": True, "ticket": 7}
        body = fake.requests[0].body
        assert (body["message"], body["callback_number"]) == ("Please call.", "+15550002222")
        assert body["call"]["id"] == "c1"
        await desk.toolbox.close()


@pytest.mark.parametrize("status", [404, 500])
async def test_a_message_that_cannot_be_passed_on_is_taken_all_the_same(status: int) -> None:
    async with FakeWebhook(faults=Faults(fail_status=status)) as fake:
        desk = desk_of({"take_message": {"webhook_url": fake.url}}, CALL)
        told = await desk.use("take_message", message="Please call.")
        assert told["taken"] is True and "record" in told["note"]
        [kept] = desk.recorder.record.notes["messages"]
        [fault] = desk.recorder.record.errors
        assert kept["message"] == "Please call."
        assert "not passed on" in fault.message and "very-secret" not in fault.message
        await desk.toolbox.close()


async def test_passing_on_a_message_ends_before_the_tool_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PASS_ON_TIMEOUT_S < 10
    monkeypatch.setattr("frontdesk.tools.take_message.PASS_ON_TIMEOUT_S", 0.05)
    async with FakeWebhook(faults=Faults(first_byte_delay_s=2)) as fake:
        desk = desk_of({"take_message": {"webhook_url": fake.url}}, CALL)
        assert (await desk.use("take_message", message="Please call."))["taken"] is True
        await desk.toolbox.close()
