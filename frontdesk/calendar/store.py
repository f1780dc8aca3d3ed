"""Bookings, in one SQLite file."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from frontdesk.agent import AgentConfig, CalendarConfig
from frontdesk.calendar.booking import Booking, NotBooked, SlotNotOffered, SlotTaken
from frontdesk.calendar.hours import OpeningHours
from frontdesk.environment import data_dir

# How long a booking waits for another process that writes, in seconds.
BUSY_TIMEOUT_S = 3.0

# Times are Unix seconds, so that neither a changed timezone nor summer time moves a booking.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS bookings (
    id INTEGER PRIMARY KEY,
    calendar TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    reason TEXT,
    call_id TEXT NOT NULL,
    booked_at INTEGER NOT NULL,
    phone TEXT,
    email TEXT,
    UNIQUE (calendar, starts_at)
)
"""

# Columns that a file of an earlier version does not have.
_ADDED = ("phone", "email")

# Its own threads: the event loop's shared ones may all be busy with speech.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="calendar")


class Calendar:
    """One agent's calendar in the file at `path`, which several agents and processes may share.

    `name` keeps the agents apart, `tz` is an IANA name, `now` gives the aware current time.
    A file that cannot be read or written raises sqlite3.Error or OSError.
    """

    def __init__(self, path: Path, config: CalendarConfig, name: str, tz: str, now: Callable[[], datetime]):
        self.path = path
        self.name = name
        self.zone = ZoneInfo(tz)
        self.hours = OpeningHours(config, self.zone)
        self.now = now

    async def free_slots(self, day: date | None = None, limit: int = 48) -> list[datetime]:
        """The free slots of a day, or the next ones of all days: aware, in the calendar's timezone."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_threads, self._free, day, limit)

    async def book(
        self,
        slot: datetime,
        name: str,
        reason: str | None,
        call_id: str,
        phone: str | None = None,
        email: str | None = None,
    ) -> Booking:
        """Book an aware slot. The same name in the same call gets the booking that it already has.

        Raises SlotNotOffered, or SlotTaken: of several who book one slot at once, one wins.
        """
        booking = Booking(0, slot.astimezone(self.zone), name, reason, call_id, phone, email)
        return await asyncio.get_running_loop().run_in_executor(_threads, self._book, booking)

    async def cancel(self, slot: datetime, name: str) -> None:
        """Cancel the booking of this name, in any case of letters, that begins at an aware time.

        Raises NotBooked where there is none, or where it has begun.
        """
        await asyncio.get_running_loop().run_in_executor(_threads, self._cancel, slot, name)

    def _free(self, day: date | None, limit: int) -> list[datetime]:
        slots = self.hours.offered(self.now(), day)
        if not slots:
            return []
        with self._open() as database:
            taken = database.execute(
                "SELECT starts_at, ends_at FROM bookings"
                " WHERE calendar = ? AND ends_at > ? AND starts_at < ?",
                (self.name, self._span(slots[0])[0], self._span(slots[-1])[1]),
            ).fetchall()
        free = (slot for slot in slots if not _overlaps(self._span(slot), taken))
        return list(islice(free, limit))

    def _book(self, booking: Booking) -> Booking:
        with self._open() as database, _transaction(database):
            held = self._holder(database, booking.starts_at)
            if held and _same(held, booking):
                return held
            refusal = self.hours.refusal(booking.starts_at, self.now())
            if refusal:
                raise SlotNotOffered(refusal)
            if held:
                raise SlotTaken("that time is taken")
            return self._insert(database, booking)

    def _cancel(self, slot: datetime, name: str) -> None:
        with self._open() as database, _transaction(database):
            held = self._holder(database, slot)
            if held is None or held.starts_at != slot or _plain(held.name) != _plain(name):
                raise NotBooked("no appointment is booked under that name then")
            if slot.timestamp() < self.now().timestamp():
                raise NotBooked("that appointment has already begun")
            database.execute("DELETE FROM bookings WHERE id = ?", (held.id,))

    def _holder(self, database: sqlite3.Connection, slot: datetime) -> Booking | None:
        """Whose booking overlaps a slot; slots of another length may have been booked before."""
        start, end = self._span(slot)
        row = database.execute(
            "SELECT id, starts_at, name, reason, call_id, phone, email FROM bookings"
            " WHERE calendar = ? AND starts_at < ? AND ends_at > ?",
            (self.name, end, start),
        ).fetchone()
        return row and Booking(row[0], datetime.fromtimestamp(row[1], self.zone), *row[2:])

    def _insert(self, database: sqlite3.Connection, booking: Booking) -> Booking:
        said = (booking.name, booking.reason, booking.call_id, booking.phone, booking.email)
        cursor = database.execute(
            "INSERT INTO bookings (calendar, starts_at, ends_at, booked_at,"
            " name, reason, call_id, phone, email) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (self.name, *self._span(booking.starts_at), int(self.now().timestamp()), *said),
        )
        assert cursor.lastrowid is not None
        return replace(booking, id=cursor.lastrowid)

    def _span(self, slot: datetime) -> tuple[int, int]:
        start = int(slot.timestamp())
        return start, start + int(self.hours.length.total_seconds())

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        with closing(connection) as database:
            # Another process may be switching at this moment; either journal is safe.
            with suppress(sqlite3.OperationalError):
                database.execute("PRAGMA journal_mode = WAL")
            database.execute(_SCHEMA)
            _add_columns(database)
            yield database


def calendar_of(agent: AgentConfig) -> Calendar:
    """An agent's calendar, in the data folder."""
    path = data_dir() / "calendar.sqlite"
    return Calendar(path, agent.calendar, agent.agent_id, agent.timezone, agent.now)


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    """A transaction that holds the only right to write from its start."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _overlaps(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and end > span[0] for start, end in others)


def _add_columns(database: sqlite3.Connection) -> None:
    there = {row[1] for row in database.execute("PRAGMA table_info(bookings)")}
    for column in _ADDED:
        if column not in there:
            # Another process may be adding it at this moment.
            with suppress(sqlite3.OperationalError):
                database.execute(f"ALTER TABLE bookings ADD COLUMN {column} TEXT")


def _same(held: Booking, booking: Booking) -> bool:
    facts = [(one.starts_at, one.call_id, _plain(one.name)) for one in (held, booking)]
    return facts[0] == facts[1]


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
