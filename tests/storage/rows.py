"""Invented rows, and a way to save them, for tests of stores."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kezek.app.port import Answered, Store
from kezek.domain.booking.booking import Booking, Claim, Driver, Particulars
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Row
from kezek.domain.slot.slot import Day, Slot

LINE, OTHER = "kz_a.exit", "kz_b.exit"


def booking(number: int, **changes: object) -> Booking:
    made = Booking(
        number=number,
        line=LINE,
        vehicle_class="in_turn",
        start=3_600_000 * number,
        holder=7,
        simulated=False,
        fee_minor=432_500,
        currency="KZT",
        confirmed_at=1_000 + number,
        look_at=3_600_000 * (number + 1),
    )
    return replace(made, **changes)


def particulars(number: int, **changes: object) -> Particulars:
    made = Particulars(
        number, "KZ", f"TST{number:04d}", f"TESTTRUCK{number:08d}", "", "", "crossing", "2026-07-13"
    )
    return replace(made, **changes)


def driver(number: int, ordinal: int = 1) -> Driver:
    return Driver(number, ordinal, f"Invented Driver {number}.{ordinal}")


def claim(number: int, value: str = "KZ TST0001") -> Claim:
    return Claim("kz", "plate", value, number)


def slot(start: int = 0, *, line: str = LINE, capacity: int = 2, taken: int = 0) -> Slot:
    return Slot(line, start, capacity, 0, taken)


def day(on: str = "2026-06-13", **changes: object) -> Day:
    made = Day(
        LINE,
        on,
        True,
        "board",
        "",
        48,
        1,
        {"kept": 1},
        {"ordinary": 2},
        {"in_turn": 3, "accelerated": 1},
    )
    return replace(made, **changes)


def event(position: int, **changes: object) -> Logged:
    made = Logged(position, 10 * position, 20 * position, "confirmed", "account:7", LINE, 0, "{}")
    return replace(made, **changes)


def answered(digest: bytes, *, real: int = 0) -> Answered:
    return Answered(digest, b"body", b'{"number":1}', real)


def save(
    store: Store,
    rows: Iterable[Row] = (),
    events: Sequence[Logged] = (),
    answers: Sequence[Answered] = (),
    drops: Iterable[Row] = (),
) -> None:
    changed: dict = {(type(row), row.key): row for row in rows}
    changed |= {(type(row), row.key): None for row in drops}
    with store.unit() as unit:
        unit.save(changed, events, answers)
