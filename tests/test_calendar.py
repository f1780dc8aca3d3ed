"""The embedded calendar."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.agent import CalendarConfig
from frontdesk.calendar import Booking, Calendar, NotBooked, OpeningHours, SlotNotOffered, SlotTaken

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = date(2026, 3, 2)
NINE_THERE = datetime(2026, 3, 2, 14, tzinfo=UTC)

ONE_BOOKING = """
import asyncio, sys
from datetime import datetime, UTC
from pathlib import Path
from frontdesk.agent import CalendarConfig
from frontdesk.calendar import Calendar, SlotTaken
path, name = Path(sys.argv[1]), sys.argv[2]
calendar = Calendar(path, CalendarConfig(), "a", "UTC", lambda: datetime(2026, 3, 2, tzinfo=UTC))
print("ready", flush=True)
sys.stdin.readline()
try:
    asyncio.run(calendar.book(datetime(2026, 3, 3, 9, tzinfo=UTC), name, None, name))
    print("booked")
except SlotTaken:
    print("taken")
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "calendar.sqlite"


def a_calendar(
    path: Path,
    name: str = "appointments",
    now: Callable[[], datetime] = lambda: NINE_THERE,
    tz: str = "America/New_York",
    **config: object,
) -> Calendar:
    return Calendar(path, CalendarConfig.model_validate(config), name, tz, now)


def at(hour: int, minute: int = 0, day: int = 3, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK)


async def test_a_day_has_a_slot_every_half_hour_from_nine_to_five(path: Path) -> None:
    slots = await a_calendar(path).free_slots(MONDAY + timedelta(1))
    assert (len(slots), slots[0], slots[-1]) == (16, at(9), at(16, 30))
    assert all(slot.tzinfo == NEW_YORK for slot in slots)


async def test_the_next_slots_keep_the_lead_time_and_the_limit(path: Path) -> None:
    slots = await a_calendar(path, lead_minutes=45).free_slots(limit=3)
    assert slots == [at(10, day=2), at(10, 30, day=2), at(11, day=2)]


async def test_closed_days_past_days_and_days_beyond_the_horizon_have_no_slot(path: Path) -> None:
    calendar = a_calendar(path)
    for days in (5, 6, -3, 15, 400):
        assert await calendar.free_slots(MONDAY + timedelta(days)) == []
    assert await calendar.free_slots(MONDAY + timedelta(14))


async def test_a_booked_slot_is_free_no_more_also_after_a_restart(path: Path) -> None:
    booking = await a_calendar(path).book(at(14, 30), "Ann Lee", "checkup", "call-1")
    assert booking == Booking(booking.id, at(14, 30), "Ann Lee", "checkup", "call-1")
    restarted = a_calendar(path)
    assert at(14, 30) not in await restarted.free_slots(MONDAY + timedelta(1))
    with pytest.raises(SlotTaken):
        await restarted.book(at(14, 30), "Bob Ray", None, "call-2")


async def test_the_same_booking_in_the_same_call_is_the_same_booking(path: Path) -> None:
    calendar = a_calendar(path)
    first = await calendar.book(at(14), "Ann Lee", None, "call-1")
    assert await calendar.book(at(14), "ann lee", None, "call-1") == first
    for name, call_id in (("Bob Ray", "call-1"), ("Ann Lee", "call-2")):
        with pytest.raises(SlotTaken):
            await calendar.book(at(14), name, None, call_id)


async def test_agents_that_share_the_file_have_calendars_of_their_own(path: Path) -> None:
    await a_calendar(path, "one").book(at(14), "Ann", None, "c")
    assert at(14) in await a_calendar(path, "two").free_slots(MONDAY + timedelta(1))


@pytest.mark.parametrize(
    ("slot", "reason"),
    [
        (at(8, 30, day=2), "passed"),
        (at(9, 30, day=2), "too soon"),
        (at(9, day=28), "too far ahead; the last day is 2026-03-16"),
        (at(9, day=7), "closed on that day; open on mon, tue"),
        (at(8), "no slot begins then; open 09:00 to 17:00"),
        (at(17), "no slot begins then"),
        (at(9, 10), "no slot begins then"),
    ],
)
async def test_what_is_not_offered_cannot_be_booked(path: Path, slot: datetime, reason: str) -> None:
    with pytest.raises(SlotNotOffered, match=reason):
        await a_calendar(path).book(slot, "Ann", None, "c")


async def test_a_slot_of_a_new_length_does_not_overlap_an_old_booking(path: Path) -> None:
    await a_calendar(path).book(at(9, 30), "Ann", None, "c")
    hourly = a_calendar(path, slot_minutes=60)
    assert (await hourly.free_slots(MONDAY + timedelta(1)))[0] == at(10)
    with pytest.raises(SlotTaken):
        await hourly.book(at(9), "Bob", None, "d")


async def test_an_hour_that_summer_time_skips_is_not_offered(path: Path) -> None:
    calendar = a_calendar(path, days=["sun"], opens="01:00", closes="04:00", slot_minutes=60)
    slots = await calendar.free_slots(date(2026, 3, 8))
    assert [slot.hour for slot in slots] == [1, 3]
    with pytest.raises(SlotNotOffered):
        await calendar.book(at(2, day=8), "Ann", None, "c")
    assert (await calendar.book(at(3, day=8), "Ann", None, "c")).starts_at == at(3, day=8)


async def test_an_hour_that_comes_twice_is_offered_once(path: Path) -> None:
    now = datetime(2026, 10, 31, 12, tzinfo=UTC)
    calendar = a_calendar(path, now=lambda: now, days=["sun"], opens="00:00", closes="03:00", slot_minutes=60)
    slots = await calendar.free_slots(date(2026, 11, 1))
    assert [slot.hour for slot in slots] == [0, 1, 2]
    with pytest.raises(SlotNotOffered):
        await calendar.book(at(1, day=1, month=11).replace(fold=1), "Ann", None, "c")


async def test_of_twenty_who_book_one_slot_at_once_one_wins(path: Path) -> None:
    attempts = [a_calendar(path).book(at(14), f"caller {n}", None, f"call-{n}") for n in range(20)]
    results = await asyncio.gather(*attempts, return_exceptions=True)
    assert sum(isinstance(result, Booking) for result in results) == 1
    assert sum(isinstance(result, SlotTaken) for result in results) == 19


def test_of_two_processes_that_book_one_slot_one_wins(path: Path) -> None:
    command = [sys.executable, "-c", ONE_BOOKING, str(path)]
    processes = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in ("one", "two")
    ]
    try:
        for process in processes:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        answers = sorted(process.communicate(timeout=30)[0].strip() for process in processes)
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    assert answers == ["booked", "taken"]
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT COUNT(*) FROM bookings").fetchone() == (1,)


async def test_a_writer_that_holds_the_file_delays_a_booking_but_not_a_look(path: Path) -> None:
    calendar = a_calendar(path)
    await calendar.free_slots()
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert await calendar.free_slots(limit=1)
        booking = asyncio.create_task(calendar.book(at(14), "Ann", None, "c"))
        await asyncio.sleep(0)
        writer.execute("ROLLBACK")
        assert (await booking).name == "Ann"


CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0, tzinfo=None, fold=0))


@settings(max_examples=60, deadline=None)
@given(
    clocks=st.lists(CLOCKS, min_size=2, max_size=2, unique=True),
    minutes=st.integers(5, 480),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(
        ["UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]
    ),
)
def test_what_is_offered_can_be_booked_and_does_not_overlap(
    clocks: list[datetime], minutes: int, now: datetime, zone: str
) -> None:
    opens, closes = sorted(clocks)
    config = CalendarConfig.model_validate(
        {"opens": opens, "closes": closes, "slot_minutes": minutes, "horizon_days": 3}
    )
    hours = OpeningHours(config, ZoneInfo(zone))
    slots = hours.offered(now)
    assert all(hours.refusal(slot, now) is None for slot in slots)
    starts = [slot.timestamp() for slot in slots]
    assert all(later - earlier >= minutes * 60 for earlier, later in pairwise(starts))


async def test_a_cancelled_slot_is_free_again(path: Path) -> None:
    calendar = a_calendar(path)
    await calendar.book(at(14), "Ann Lee", None, "call-1")
    await calendar.cancel(at(14).astimezone(UTC), " ANN  lee")
    await calendar.book(at(14), "Bob Ray", None, "call-2")
    with pytest.raises(NotBooked):
        await calendar.cancel(at(14), "Ann Lee")


async def test_nothing_but_a_booking_of_that_name_and_time_is_cancelled(path: Path) -> None:
    calendar = a_calendar(path)
    await calendar.book(at(14), "Ann Lee", None, "call-1")
    for other, slot, name in (
        (calendar, at(14), "Ann"),
        (calendar, at(14, 10), "Ann Lee"),
        (a_calendar(path, "another"), at(14), "Ann Lee"),
    ):
        with pytest.raises(NotBooked):
            await other.cancel(slot, name)
    assert at(14) not in await calendar.free_slots(MONDAY + timedelta(1))


async def test_what_has_begun_is_not_cancelled(path: Path) -> None:
    await a_calendar(path).book(at(14), "Ann Lee", None, "call-1")
    later = a_calendar(path, now=lambda: at(14, 1).astimezone(UTC))
    with pytest.raises(NotBooked, match="begun"):
        await later.cancel(at(14), "Ann Lee")


async def test_a_file_of_an_earlier_version_is_taken_over(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TABLE bookings (id INTEGER PRIMARY KEY, calendar TEXT NOT NULL,"
            " starts_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, name TEXT NOT NULL,"
            " reason TEXT, call_id TEXT NOT NULL, booked_at INTEGER NOT NULL, UNIQUE (calendar, starts_at))"
        )
        start = int(at(14).timestamp())
        row = ("appointments", start, start + 1800, "Ann Lee", None, "call-1", start)
        database.execute("INSERT INTO bookings VALUES (1, ?, ?, ?, ?, ?, ?, ?)", row)
        database.commit()
    calendar = a_calendar(path)
    assert await calendar.book(at(14), "Ann Lee", None, "call-1") == Booking(
        1, at(14), "Ann Lee", None, "call-1"
    )
    booking = await calendar.book(at(15), "Bob Ray", None, "call-2", "+15550002222", "bob@example.com")
    assert (booking.phone, booking.email) == ("+15550002222", "bob@example.com")
