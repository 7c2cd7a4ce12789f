"""Installations to measure on: the whole network with wide lines, and as many bookings as asked for.

Rows go through the store's own tables in bulk, so that a million bookings take a minute and not ten.
Seeded files are kept in build/bench, named after everything that they depend on.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw

import kezek.storage.schema
import kezek.storage.table
from kezek.app.application import Application
from kezek.app.checkpoint.load import load_command
from kezek.app.checkpoint.network import ListedCheckpoint, read_checkpoints, shipped_checkpoints
from kezek.app.port import Answered
from kezek.app.regulation.version_file import shipped_regulations
from kezek.bootstrap import close_application, open_application
from kezek.domain.account.account import ApiKey
from kezek.domain.account.actor import Actor, Role
from kezek.domain.account.decide import AddAccount, IssueKey
from kezek.domain.booking.booking import Booking, Claim, Driver, Particulars
from kezek.domain.checkpoint.checkpoint import Line, new_line
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Counter
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE, Instant, from_datetime, local_day
from kezek.domain.kernel.refusal import Refused
from kezek.domain.network.load import OpenLine, day_rows, own_day
from kezek.domain.slot.slot import Day, Slot
from kezek.settings import Settings
from kezek.storage.migrations.head import HEAD
from kezek.storage.sqlite.mapping import mapping
from kezek.system.clock import real_now

BUILD = Path("build/bench")
# 500 places a window is what the stampede asks for; the rules open lines of up to 10,000 a day.
PLACES = 500
CAPACITY = 10_000
# The board of 13 June 2026: 49 posts with about 12,000 places a day.
POSTS, PLACES_A_DAY = 49, 12_000
PAST_DAYS = 90
PIECE = 20_000
WINDOWS_MAX = 100_000
# What a booking leaves in the log from first to last.
COURSE = ("confirmed", "arrived", "called", "admitted", "crossed")
HOST = Actor(0, "bench", frozenset({(Role.ADMINISTRATOR, "*"), (Role.AGENCY, "*")}))


@dataclass(frozen=True)
class Site:
    """A folder with an installation, and the key of a carrier that no limit holds."""

    folder: Path
    key: str


def base() -> Site:
    """The network with wide lines and nobody on it."""
    return _kept("base", _make_base)


def seeded(bookings: int, active: int) -> Site:
    """The same with bookings, most of them over."""
    return _kept(f"{bookings}-{active}", lambda folder: _make_seeded(folder, bookings, active))


def aged(events: int, active: int) -> Site:
    """A log of about so many events: the live bookings have one each, the others five."""
    bookings = active + max(0, events - active) // len(COURSE)
    return _kept(
        f"aged-{events}-{active}",
        lambda folder: _make_seeded(folder, bookings, active, whole_course=True),
    )


def copied(site: Site, folder: Path) -> Site:
    """A copy that a scenario may change."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(site.folder, folder)
    return replace(site, folder=folder)


def _kept(name: str, make: Any) -> Site:
    folder = BUILD / f"{name}-{_fingerprint()}"
    note = folder / "bench.json"
    if not note.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        key = make(folder)
        note.write_text(json.dumps({"key": key}), encoding="utf-8")
    return Site(folder, json.loads(note.read_text(encoding="utf-8"))["key"])


def _fingerprint() -> str:
    """What a seeded file depends on: the schema, this seeder, and the day, because windows pass."""
    digest = hashlib.sha256(HEAD.encode())
    for file in (kezek.storage.schema.__file__, kezek.storage.table.__file__, __file__):
        digest.update(Path(file).read_bytes())
    return f"{digest.hexdigest()[:10]}-{datetime.now(UTC).date()}"


def _make_base(folder: Path) -> str:
    application = open_application(Settings(folder=folder))
    try:
        text = furnish(application)
    finally:
        close_application(application)
    with apsw.Connection(str(folder / "kezek.db")) as connection:
        connection.execute(f"UPDATE slot SET capacity = {PLACES}")
        connection.execute(f"UPDATE day SET capacity = {PLACES * 24}")
    connection.close()
    return text


def grown(times: int) -> Site:
    """So many networks in one: each the shipped one's posts under names of its own."""
    return _kept(f"grown-{times}", lambda folder: _make_grown(folder, times))


def _make_grown(folder: Path, times: int) -> str:
    application = open_application(Settings(folder=folder))
    try:
        rows = [
            renamed(row, f"{row.id}_{n}")
            for n in range(times)
            for row in _with_lines(read_checkpoints(shipped_checkpoints()).rows)[:POSTS]
        ]
        return furnish(application, rows, capacity=PLACES_A_DAY // POSTS)
    finally:
        close_application(application)


def renamed(row: ListedCheckpoint, id: str) -> ListedCheckpoint:
    """The same post under another id."""
    names = tuple(replace(name, place=id) for name in row.names)
    return replace(row, checkpoint=replace(row.checkpoint, id=id), names=names)


def furnish(
    application: Application, rows: Sequence[ListedCheckpoint] = (), *, capacity: int = CAPACITY
) -> str:
    """The network with a line at every post, and a carrier; the text of the carrier's key."""
    rows = rows or read_checkpoints(shipped_checkpoints()).rows
    _ask(
        application, load_command("load", HOST, rows, (), seen_at=application.now(), source="bench")
    )
    for row in _with_lines(rows):
        line = new_line(row.checkpoint, authority="kz", regulation="kz", basis="ours")
        _ask(application, OpenLine(f"open-{row.id}", HOST, line, capacity))
    made = AddAccount("account", HOST, "bench", "Bench", "", Role.CARRIER, "*")
    account = _ask(application, made)["account"]
    text, digest = application.access.new_key()
    issue = IssueKey("key", HOST, account, digest, "bench", Role.CARRIER, "*", 1_000_000_000)
    _ask(application, issue)
    return text


def _with_lines(rows: Sequence[ListedCheckpoint]) -> list[ListedCheckpoint]:
    """Posts of one rule set: all of Kazakhstan's."""
    return [row for row in rows if row.checkpoint.country == "KZ"]


def posts() -> list[str]:
    """Checkpoints with a line."""
    return [row.id for row in _with_lines(read_checkpoints(shipped_checkpoints()).rows)]


def _ask(application: Application, command: Any) -> dict[str, Any]:
    decided = application.desk.ask(command)
    assert not isinstance(decided, Refused), decided
    return decided.outcome


def _make_seeded(folder: Path, bookings: int, active: int, *, whole_course: bool = False) -> str:
    site = copied(base(), folder)
    connection = apsw.Connection(str(folder / "kezek.db"))
    try:
        # A power cut during a benchmark's seeding costs nobody anything.
        connection.pragma("synchronous", "off")
        connection.pragma("cache_size", -500_000)
        _Seeder(connection, bookings, active, COURSE if whole_course else COURSE[::4]).run()
        connection.execute("ANALYZE")
        connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
    finally:
        connection.close()
    # As it is after any evening: a server that has to seal years of events at once is another case.
    application = open_application(Settings(folder=folder))
    try:
        application.ledger.seal()
        application.ledger.tick(last=True)
    finally:
        close_application(application)
    return site.key


class _Seeder:
    """Writes bookings as the desk would have left them: rows, claims, places, events, answers."""

    def __init__(
        self, connection: apsw.Connection, bookings: int, active: int, course: Sequence[str]
    ) -> None:
        self._connection, self._course = connection, course
        self._bookings, self._active = bookings, active
        self._now = real_now()
        self._rules = shipped_regulations()["kz"]
        self._lines = [self._read(Line, row) for row in self._select(Line)]
        (self._account,) = {self._read(ApiKey, row).account for row in self._select(ApiKey)}
        events = connection.execute("SELECT max(position) FROM event").fetchall()
        self._position = int(events[0][0])

    def _select(self, kind: type[Any]) -> list[Any]:
        return self._connection.execute(mapping(kind).select).fetchall()

    def _read(self, kind: type[Any], row: Any) -> Any:
        return mapping(kind).make(row)

    def _write(self, kind: type[Any], rows: list[Any]) -> None:
        at = mapping(kind)
        self._connection.executemany(
            at.upsert if kind in (Day, Slot, Counter) else at.insert, map(at.values, rows)
        )

    def run(self) -> None:
        with self._connection:
            for line in self._lines:
                for back in range(1, PAST_DAYS + 1):
                    on = local_day(self._now, line.zone) - timedelta(days=back)
                    self._past_day(line, on)
        for first in range(1, self._bookings + 1, PIECE):
            with self._connection:
                self._piece(range(first, min(first + PIECE, self._bookings + 1)))
        with self._connection:
            self._write(Counter, [Counter("booking", self._bookings)])
            self._count_places()

    def _past_day(self, line: Line, on: date) -> None:
        plan = own_day(on, CAPACITY, sum(self._rules.shares(CAPACITY).values()), "ours")
        day, *slots = day_rows(line, plan, self._rules)
        self._write(Day, [replace(day, capacity=PLACES * 24)])
        self._write(Slot, [replace(slot, capacity=PLACES) for slot in slots])

    def _piece(self, numbers: range) -> None:
        made = [self._booking(number) for number in numbers]
        self._write(Booking, made)
        live = [b for b in made if b.ended_at is None]
        self._write(Particulars, [self._particulars(b) for b in made])
        self._write(Driver, [Driver(b.number, 1, "Bench Driver") for b in made])
        self._write(Claim, [claim for b in live for claim in self._claims(b)])
        events = list(self._events(made))
        at = mapping(Logged)
        self._connection.executemany(at.insert, map(at.values, events))
        # Answers are kept for eight days, so only the young bookings have one.
        self._write(Answered, [self._answered(b) for b in live])

    def _booking(self, number: int) -> Booking:
        line = self._lines[number % len(self._lines)]
        # The live ones are the youngest, as in a real queue.
        live = number > self._bookings - self._active
        hour = self._now - self._now % HOUR
        if live:
            start = hour + (25 + number * 7 % (28 * 24)) * HOUR
        else:
            start = hour - (2 + number * 7 % ((PAST_DAYS - 2) * 24)) * HOUR
        confirmed = min(self._now - DAY, start - 2 * DAY) + number % MINUTE
        fee = self._rules.fee("in_turn")
        booking = Booking(
            number=number,
            line=line.id,
            vehicle_class="in_turn",
            start=start,
            holder=self._account,
            simulated=False,
            fee_minor=fee.minor,
            currency=fee.currency,
            confirmed_at=confirmed,
        )
        if live:
            look = start + self._rules.window + self._rules.no_show_after
            return replace(booking, look_at=look)
        return replace(
            booking,
            arrived_at=start - HOUR,
            called_at=start,
            call_until=start + self._rules.call_for,
            admitted_at=start + 5 * MINUTE,
            ended_at=start + 20 * MINUTE,
            outcome="crossed",
        )

    def _particulars(self, booking: Booking) -> Particulars:
        assert booking.start is not None
        until = datetime.fromtimestamp(booking.start / 1000, UTC).date() + timedelta(days=30)
        number = booking.number
        # Nothing may be past its end date, or the first sweep would be measured instead of the load.
        return Particulars(
            number=number,
            country="KZ",
            plate=f"M{number:09d}",
            vin=f"M{number:016d}",
            trailer="",
            phone=f"+99900{number % 10**7:07d}",
            purpose="crossing",
            erase_on=max(until, datetime.now(UTC).date() + timedelta(days=5)).isoformat(),
        )

    def _claims(self, booking: Booking) -> list[Claim]:
        number = booking.number
        return [
            Claim("kz", "plate", f"KZ M{number:09d}", number),
            Claim("kz", "vin", f"M{number:016d}", number),
        ]

    def _events(self, made: list[Booking]) -> Iterator[Logged]:
        for b in made:
            body = json.dumps({"class": "in_turn", "holder": b.holder, "start": b.start})
            yield self._event(b, self._course[0], b.confirmed_at, body)
            if b.ended_at is not None:
                for kind in self._course[1:]:
                    yield self._event(b, kind, b.ended_at, "{}")

    def _event(self, booking: Booking, kind: str, at: Instant, body: str) -> Logged:
        self._position += 1
        actor = f"account:{self._account}"
        at = min(at, self._now - MINUTE)
        return Logged(self._position, at, at, kind, actor, booking.line, booking.number, body)

    def _answered(self, booking: Booking) -> Answered:
        digest = hashlib.blake2b(str(booking.number).encode(), digest_size=16).digest()
        outcome = json.dumps({"number": booking.number, "code": booking.code}).encode()
        return Answered(digest, digest, outcome, self._now)

    def _count_places(self) -> None:
        """The sums of slots and days, from the bookings themselves."""
        self._connection.execute(
            "UPDATE slot SET taken = counted.n FROM (SELECT line, start, count(*) AS n FROM booking"
            " GROUP BY line, start) AS counted"
            " WHERE slot.line = counted.line AND slot.start = counted.start"
        )
        zones = {line.id: line.zone for line in self._lines}
        taken: dict[tuple[str, str], int] = {}
        for line, start, count in self._connection.execute(
            "SELECT line, start, taken FROM slot WHERE taken > 0"
        ):
            on = local_day(int(start), zones[str(line)]).isoformat()
            taken[str(line), on] = taken.get((str(line), on), 0) + int(count)
        self._connection.executemany(
            'UPDATE day SET taken = ? WHERE line = ? AND "on" = ?',
            [(json.dumps({"in_turn": count}), line, on) for (line, on), count in taken.items()],
        )


def windows_file(folder: Path, days: int = 28, where: Sequence[str] = ()) -> Path:
    """Lines `checkpoint start` of windows that can be booked, for the scripts of wrk: all of them, or
    so many of a large network that a script still holds them.
    """
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    starts = [hour + timedelta(hours=n) for n in range(days * 24)]
    lines = [f"{post} {start:%Y-%m-%dT%H:%M:%SZ}" for post in where or posts() for start in starts]
    lines = lines[:: max(1, len(lines) // WINDOWS_MAX)]
    path = folder / "windows.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def taken_places(site: Site, line: str, start: datetime) -> tuple[int, int]:
    """Places taken in a window, and bookings that name it: both must say the same."""
    at = from_datetime(start)
    connection = apsw.Connection(str(site.folder / "kezek.db"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        slot = connection.execute(
            "SELECT taken FROM slot WHERE line = ? AND start = ?", (line, at)
        ).fetchall()
        rows = connection.execute(
            "SELECT count(*) FROM booking WHERE line = ? AND start = ? AND ended_at IS NULL",
            (line, at),
        ).fetchall()
        return int(slot[0][0]), int(rows[0][0])
    finally:
        connection.close()
