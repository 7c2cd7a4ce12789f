"""Every question that is asked often is answered from an index, whenever its plan was made."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kezek.app.port import Answered
from kezek.domain.booking.booking import Booking, Claim, Driver
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Slot
from kezek.storage.postgres.reader import PostgresReader
from kezek.storage.postgres.store import PostgresStore
from tests.storage.rows import booking, save

QUESTIONS: dict[str, tuple[Callable[[PostgresReader], object], str]] = {
    "get": (lambda r: r.get(Booking, 1), "booking_pkey"),
    "claim": (lambda r: r.get(Claim, ("kz", "vin", "x")), "claim_pkey"),
    "slot": (lambda r: r.get(Slot, ("kz_a.exit", 0)), "slot_pkey"),
    "answer": (lambda r: r.get(Answered, b""), "answer_digest"),
    "rows": (lambda r: r.rows(Driver, 1), "driver_pkey"),
    "rows_of": (lambda r: r.rows_of(Driver, [1]), "driver_pkey"),
    "many": (lambda r: r.many(Booking, [1]), "booking_pkey"),
    "many slots": (lambda r: r.many(Slot, [("a", 1)]), "slot_pkey"),
    "many claims": (lambda r: r.many(Claim, [("kz", "vin", "x")]), "claim_pkey"),
    "many answers": (lambda r: r.many(Answered, [b"a"]), "answer_digest"),
    "present": (lambda r: r.present("a"), "booking_present"),
    "booked": (lambda r: r.booked("a", 0, 1), "booking_line_start"),
    "days": (lambda r: r.days("a", "", "9"), "day_pkey"),
    "slots": (lambda r: r.slots("a", 0, 1), "slot_pkey"),
    "held_by": (lambda r: r.held_by(1, 9, 9), "booking_holder_number"),
    "ahead": (lambda r: r.ahead("a", 1, 2), "booking_line_start"),
    "api_key": (lambda r: r.api_key("a"), "api_key_digest"),
    "due": (lambda r: r.due(Booking, 1, 9), "booking_look_at"),
    "returns_due": (lambda r: r.due(Return, 1, 9), "return_look_at"),
    "events": (lambda r: r.events(1, 9), "event_pkey"),
    "events of a line": (lambda r: r.events(1, 9, "a"), "event_line_position"),
    "events_before": (lambda r: r.events_before(1, 9, "a"), "event_line_position"),
    "last_position": (lambda r: r.last_position(), "event_pkey"),
    "history": (lambda r: r.history(1), "event_number"),
    "crossed": (lambda r: r.counted("a", "crossed", 0), "event_crossed"),
    "out of turn": (
        lambda r: r.counted("a", "called_out_of_turn", 0),
        "event_called_out_of_turn",
    ),
    "plates": (lambda r: r.plates("a", "x", 9), "particulars_pkey"),
    "setting": (lambda r: r.setting("a"), "setting_pkey"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_plan_uses(shared: PostgresStore, name: str, monkeypatch: pytest.MonkeyPatch):
    ask, wanted = QUESTIONS[name]
    plans: list[str] = []
    reader = shared.reader

    def explained(statement: bytes, values: object) -> list:
        with reader._lent() as connection:
            plan = connection.execute(b"EXPLAIN " + statement, values).fetchall()
        plans.append("\n".join(line for (line,) in plan))
        return [(0,)] if b"max(" in statement or b"count(" in statement else []

    monkeypatch.setattr(reader, "_found", explained)
    ask(reader)
    assert plans
    assert all(f"using {wanted} " in plan or f"on {wanted} " in plan for plan in plans), plans
    assert not [plan for plan in plans if "Seq Scan" in plan], plans


def test_a_plan_made_on_empty_tables_still_fits_when_they_are_large(shared: PostgresStore):
    """The prototype kept reading whole tables, because they had been empty when it first asked."""
    unit_reads = (
        "SELECT idx_scan, seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'booking'"
    )
    for _ in range(7):
        with shared.unit() as unit:
            unit.prefetch([(Booking, 1)])
            assert unit.get(Booking, 1) is None
    for first in range(1, 10_000, 2_000):
        save(shared, [booking(n) for n in range(first, first + 2_000)])
    with shared.unit() as unit:
        unit.prefetch([(Booking, 1), (Booking, 7_777)])
        assert unit.get(Booking, 7_777) == booking(7_777)
        ((_, read_whole),) = unit._read(unit_reads.encode(), ())
    assert read_whole == 0
