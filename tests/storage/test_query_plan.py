"""Every question that is asked often is answered from an index, however large the tables grow."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kezek.app.port import Answered
from kezek.domain.booking.booking import Booking, Claim, Driver
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Slot
from kezek.storage.sqlite.reader import SqliteReader
from kezek.storage.sqlite.store import SqliteStore

QUESTIONS: dict[str, tuple[Callable[[SqliteReader], object], str]] = {
    "get": (lambda r: r.get(Booking, 1), "SEARCH booking USING INTEGER PRIMARY KEY"),
    "claim": (lambda r: r.get(Claim, ("kz", "vin", "x")), "SEARCH claim USING PRIMARY KEY"),
    "slot": (lambda r: r.get(Slot, ("kz_a.exit", 0)), "SEARCH slot USING PRIMARY KEY"),
    "answer": (lambda r: r.get(Answered, b""), "SEARCH answer USING INDEX answer_digest"),
    "rows": (lambda r: r.rows(Driver, 1), "SEARCH driver USING PRIMARY KEY (number=?)"),
    "rows_of": (lambda r: r.rows_of(Driver, [1]), "SEARCH driver USING PRIMARY KEY (number=?)"),
    "many": (lambda r: r.many(Booking, [1]), "SEARCH booking USING INTEGER PRIMARY KEY"),
    "present": (lambda r: r.present("a"), "INDEX booking_present (line=?)"),
    "booked": (lambda r: r.booked("a", 0, 1), "INDEX booking_line_start (line=? AND start>?"),
    "days": (lambda r: r.days("a", "", "9"), "PRIMARY KEY (line=? AND on>? AND on<?)"),
    "slots": (lambda r: r.slots("a", 0, 1), "PRIMARY KEY (line=? AND start>? AND start<?)"),
    "held_by": (
        lambda r: r.held_by(1, 9, 9),
        "INDEX booking_holder_number (holder=? AND number<?)",
    ),
    "held_since": (lambda r: r.held_since(1, 5), "INDEX booking_holder_ended_at (holder=?"),
    "ahead": (lambda r: r.ahead("a", 1, 2), "INDEX booking_line_start (line=? AND start<?"),
    "api_key": (lambda r: r.api_key("a"), "SEARCH api_key USING INDEX api_key_digest"),
    "due": (lambda r: r.due(Booking, 1, 9), "COVERING INDEX booking_look_at (look_at<?)"),
    "returns_due": (lambda r: r.due(Return, 1, 9), "COVERING INDEX return_look_at (look_at<?)"),
    "events": (lambda r: r.events(1, 9), "INTEGER PRIMARY KEY (rowid>?)"),
    "events_of_line": (lambda r: r.events(1, 9, "a"), "INDEX event_line (line=? AND rowid>?)"),
    "events_before": (lambda r: r.events_before(1, 9), "INTEGER PRIMARY KEY (rowid<?)"),
    "events_before_of_line": (
        lambda r: r.events_before(1, 9, "a"),
        "INDEX event_line (line=? AND rowid<?)",
    ),
    "history": (lambda r: r.history(1), "INDEX event_number (number=?)"),
    "crossed": (lambda r: r.counted("a", "crossed", 0), "INDEX event_crossed (line=? AND at>?)"),
    "exceptions": (
        lambda r: r.counted("a", "called_out_of_turn", 0),
        "INDEX event_called_out_of_turn (line=? AND at>?)",
    ),
    "releases": (
        lambda r: r.counted("a", "released", 0),
        "INDEX event_released (line=? AND at>?)",
    ),
    "returns": (
        lambda r: r.returns("a", 0, 1),
        "COVERING INDEX return_line_start (line=? AND start>? AND start<?)",
    ),
    "awaiting": (lambda r: r.awaiting("a"), "COVERING INDEX booking_awaiting (line=?)"),
    "proposed": (lambda r: r.proposed("a"), "INDEX booking_proposed (line=?)"),
    "set_aside": (
        lambda r: r.counted("a", "set_aside", 0),
        "INDEX event_set_aside (line=? AND at>?)",
    ),
    "refused": (
        lambda r: r.counted("a", "exception_refused", 0),
        "INDEX event_exception_refused (line=? AND at>?)",
    ),
    "displaced": (
        lambda r: r.of_kind("a", "displaced", 0),
        "INDEX event_displaced (line=? AND at>?)",
    ),
    "day_closed": (
        lambda r: r.of_kind("a", "day_closed", 0),
        "INDEX event_day_closed (line=? AND at>?)",
    ),
    "proposal_refused": (
        lambda r: r.of_kind("a", "proposal_refused", 0),
        "INDEX event_proposal_refused (line=? AND at>?)",
    ),
    "missed": (
        lambda r: r.of_kind("a", "missed", 0),
        "INDEX event_missed (line=? AND at>?)",
    ),
    "plates": (lambda r: r.plates("a", "x", 9), "SEARCH p USING INTEGER PRIMARY KEY"),
    "coded": (lambda r: r.coded("K7QD", 9), "INDEX booking_salt (salt>? AND salt<?)"),
    "session": (lambda r: r.setting("a"), "SEARCH setting USING PRIMARY KEY"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_plan_uses(file: SqliteStore, name: str):
    ask, wanted = QUESTIONS[name]
    plans: list[str] = []
    reader = file.reader
    connection = reader._cursor.connection

    def explained(_cursor: object, statement: str, values: object) -> bool:
        if not statement.startswith("EXPLAIN"):
            for *_, plan in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values):
                plans.append(plan)
        return True

    reader._cursor.exec_trace = explained
    ask(reader)
    assert any(wanted in plan for plan in plans), plans
    assert not [plan for plan in plans if plan.startswith("SCAN") and "json_each" not in plan], (
        plans
    )
