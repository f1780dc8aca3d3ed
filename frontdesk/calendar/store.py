"""Bookings, in one SQLite file."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from frontdesk.agent import AgentConfig, CalendarConfig
from frontdesk.calendar.hours import OpeningHours
from frontdesk.environment import data_dir
from frontdesk.errors import ToolError

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
    UNIQUE (calendar, starts_at)
)
"""

# Its own threads: the event loop's shared ones may all be busy with speech.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="calendar")


class SlotNotOffered(ToolError):
    """The calendar has no such slot: outside the opening hours, past, too soon or too far ahead."""


class SlotTaken(ToolError):
    """The slot is booked."""


@dataclass(frozen=True)
class Booking:
    """One booked slot; `starts_at` is aware, in the calendar's timezone."""

    id: int
    starts_at: datetime
    name: str
    reason: str | None
    call_id: str


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

    async def book(self, slot: datetime, name: str, reason: str | None, call_id: str) -> Booking:
        """Book an aware slot. The same name in the same call gets the booking that it already has.

        Raises SlotNotOffered, or SlotTaken: of several who book one slot at once, one wins.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_threads, self._book, slot, name, reason, call_id)

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

    def _book(self, slot: datetime, name: str, reason: str | None, call_id: str) -> Booking:
        slot = slot.astimezone(self.zone)
        with self._open() as database, _transaction(database):
            held = self._holder(database, slot)
            if held and _same(held, slot, name, call_id):
                return held
            refusal = self.hours.refusal(slot, self.now())
            if refusal:
                raise SlotNotOffered(refusal)
            if held:
                raise SlotTaken("that time is taken")
            return self._insert(database, slot, name, reason, call_id)

    def _holder(self, database: sqlite3.Connection, slot: datetime) -> Booking | None:
        """Whose booking overlaps a slot; slots of another length may have been booked before."""
        start, end = self._span(slot)
        row = database.execute(
            "SELECT id, starts_at, name, reason, call_id FROM bookings"
            " WHERE calendar = ? AND starts_at < ? AND ends_at > ?",
            (self.name, end, start),
        ).fetchone()
        return row and Booking(row[0], datetime.fromtimestamp(row[1], self.zone), *row[2:])

    def _insert(
        self, database: sqlite3.Connection, slot: datetime, name: str, reason: str | None, call_id: str
    ) -> Booking:
        cursor = database.execute(
            "INSERT INTO bookings (calendar, starts_at, ends_at, name, reason, call_id, booked_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (self.name, *self._span(slot), name, reason, call_id, int(self.now().timestamp())),
        )
        assert cursor.lastrowid is not None
        return Booking(cursor.lastrowid, slot, name, reason, call_id)

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


def _same(held: Booking, slot: datetime, name: str, call_id: str) -> bool:
    return (held.starts_at, held.call_id, held.name.casefold()) == (slot, call_id, name.casefold())
