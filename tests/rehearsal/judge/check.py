"""What must hold whenever nothing is under way, and once the faults have ended."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from kezek.app.port import Fault
from kezek.domain.booking.booking import Booking, Claim, Particulars
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.log.leaf import Salt
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Day, Slot
from tests.rehearsal.breach import hold
from tests.rehearsal.judge.law import LAW, MINUTE, day_of, starts_of
from tests.rehearsal.judge.tree import check_heads
from tests.rehearsal.people import scene

if TYPE_CHECKING:
    from tests.rehearsal.ground.process import Process
    from tests.rehearsal.rehearsal import Rehearsal

# What an accepted command leaves in the log, whoever brought it about.
LEAVES = {
    "Book": "confirmed", "WalkIn": "walked_in", "Move": "moved", "Cancel": "cancelled",
    "AddDriver": "driver_added", "Arrive": "arrived", "Call": "called", "Admit": "admitted",
    "Cross": "crossed", "TurnBack": "turned_back", "Miss": "missed", "Undo": "undone",
    "Approve": "exception_approved", "Propose": "proposed", "Refuse": "refused",
    "Release": "released", "SetCapacity": "calendar",
    "CloseDay": "calendar", "OpenDay": "calendar", "ConfirmCarrier": "carrier_confirmed",
}  # fmt: skip
SAME = {
    "set_aside": "exception_approved", "proposal_refused": "refused", "exception_refused": "refused",
    "called_out_of_turn": "called", "not_shown": "missed", "capacity_set": "calendar",
    "day_closed": "calendar", "day_opened": "calendar",
}  # fmt: skip


def check_store(run: Rehearsal) -> None:
    """Every stored row, and every row that should be stored."""
    reader, model = run.store.reader, run.model
    log = list(reader.events(0, 10**6))
    hold("I9", log == model.log, "the log has changed behind its end")
    rows = {row.number: row for row in reader.all(Booking)}
    hold("I1", rows.keys() == model.trucks.keys(), "bookings", len(rows), len(model.trucks))
    for kind in (Booking, Day, Line):
        for row in reader.all(kind):
            model.agree(row)
    places = model.places
    stored = {(s.line, s.start): (s.capacity, s.taken, s.protected) for s in reader.all(Slot)}
    told = {
        slot: (capacity, places.taken[slot], places.known[slot] + places.waiting[slot])
        for slot, capacity in places.capacity.items()
    }
    hold("I2", stored == told, "windows", stored.items() ^ told.items())
    claims = {claim.key: claim.number for claim in reader.all(Claim)}
    hold("I3", claims == model.holders, "claims", claims.items() ^ model.holders.items())
    pending = {back.key for back in reader.all(Return)}
    hold("I2", pending == model.places.pending.keys(), "returns", pending, model.places.pending)
    for truck in model.trucks.values():
        who = reader.get(Particulars, truck.number)
        hold("I1", who is not None or truck.end, "particulars of", truck.number)
        one = (
            (truck.start is not None) + (truck.arrived is not None) + (truck.displaced is not None)
        )
        hold("I12", one >= 1, "nowhere", truck)


def check_answers(run: Rehearsal) -> None:
    """Each acknowledged command is in the log once, and the log holds nothing that nobody asked for."""
    told: Counter[tuple] = Counter()
    for asked in run.asked:
        if asked.effect is not None:
            kind = LEAVES[type(asked.command).__name__]
            where = asked.command.line if kind == "calendar" else asked.effect.get("number", 0)
            told[kind, where] += 1
    logged: Counter[tuple] = Counter()
    missed, before = set(), None
    for event in run.model.log[run.first :]:
        agreed, before = before == ("set_aside", event.number), (event.kind, event.number)
        if agreed:
            continue  # it follows from the approval, which is counted
        kind = SAME.get(event.kind, event.kind)
        if kind == "missed":
            missed.add((kind, event.number))
        if event.actor != "timer" and kind in LEAVES.values():
            logged[kind, event.line if kind == "calendar" else event.number] += 1
    # A missed call that the timer has counted already is told again, and not counted again.
    lost = {asked: count for asked, count in (told - logged).items() if asked not in missed}
    hold("I1", not lost, "acknowledged and not in the log", lost)
    hold("I6", not logged - told, "in the log and never asked for", logged - told)


def check_vehicles(run: Rehearsal) -> None:
    """A booking is of the truck that was asked for."""
    reader = run.store.reader
    for asked in run.asked:
        truck = getattr(asked.command, "vehicle", None)
        if asked.effect is None or truck is None:
            continue
        who = reader.get(Particulars, asked.effect["number"])
        meant = (*scene.plate_of(scene.number_of(truck)), truck.vin)
        hold("I1", who and (who.country, who.plate, who.vin) == meant, "another truck", truck)


def check_tree(run: Rehearsal) -> None:
    reader = run.store.reader
    secrets = {salt.number: salt.secret for salt in reader.all(Salt)}
    check_heads(run.model.log, secrets, run.shelf.notes)


def check_board(run: Rehearsal, process: Process, *, places: bool = True) -> bool:
    """The boards of one process, free places too or not; whether they could be compared."""
    if process not in run.processes or process.watch.position != len(run.model.log):
        return False
    try:
        now = process.clock.now().at
        for line in run.lines:
            post = process.network.of_line(line)
            hold("I18", post is not None, "no post for", line)
            snapshot = process.queues.of(post, now)
            hold("I18", 0 <= now - snapshot.as_of < MINUTE, "the board's age", now - snapshot.as_of)
            _check_line(run, line, snapshot)
            if places:
                _check_places(run, line, process.availability.of(post, now), now)
    except Fault:
        return False
    return True


def _check_line(run: Rehearsal, line: str, snapshot: Any) -> None:
    model, at = run.model, snapshot.as_of
    trucks = [t for t in model.trucks.values() if t.line == line]
    waiting = [t.number for t, _, _ in model.in_order(line, at)]
    called = sorted((t.called, t.number, t.until) for t in trucks if t.status(at) == "called")
    admitted = sorted(t.number for t in trucks if t.status(at) == "admitted")
    today, events = starts_of(line, day_of(line, at))[0], [e for e in model.log if e.line == line]
    seen = Counter(e.kind for e in events if e.at >= today)
    told = (
        waiting, called, admitted, seen["crossed"], seen["called_out_of_turn"], seen["released"],
        seen["set_aside"], seen["exception_refused"],
        sum(t.exception == "awaiting" for t in trucks),
    )  # fmt: skip
    shown = (
        [w.seen.number for w in snapshot.waiting],
        [(g.since, g.seen.number, g.until) for g in snapshot.called],
        sorted(g.seen.number for g in snapshot.admitted),
        snapshot.crossed_today, snapshot.exceptions_today, snapshot.releases_today,
        snapshot.set_aside_today, snapshot.refused_today,
        snapshot.awaiting_approval,
    )  # fmt: skip
    hold("I18", shown == told, line, "shows", shown, "and the log says", told)
    places = [w.place for w in snapshot.waiting]
    hold("I18", places == list(range(1, len(places) + 1)), "places", places)


def _check_places(run: Rehearsal, line: str, places: Any, now: int) -> None:
    model = run.model.places
    for day in places.days:
        key = (line, day.on.isoformat())
        hold("I18", (day.state != "closed") == model.open[key], key, day.state)
        for hour in day.hours:
            slot = (line, hour.start)
            free = (
                model.capacity[slot] - model.taken[slot] - model.known[slot] - model.waiting[slot]
            )
            # The window that runs counts as long as the hour in which the page was made.
            over = hour.start + LAW[line]["window"] * MINUTE <= now - now % (60 * MINUTE)
            most = 0 if over or not model.open[key] else free
            hold("I18", hour.ordinary <= most, slot, "shows", hour.ordinary, "of", most)
