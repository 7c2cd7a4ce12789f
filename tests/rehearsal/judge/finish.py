"""The end of a run: the faults are over, every question is settled, every line moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezek.domain.booking.booking import Booking
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from tests.rehearsal.breach import hold
from tests.rehearsal.ground.wire import Asked
from tests.rehearsal.judge import check
from tests.rehearsal.judge.law import DAY, HOUR, MINUTE
from tests.world import GUARDS, PEOPLE

if TYPE_CHECKING:
    from tests.rehearsal.rehearsal import Rehearsal


def finish(run: Rehearsal) -> None:
    """Every promise of progress, then every other one."""
    settle(run)
    # A clock that ran a day ahead has put the log ahead: domain time stands until true time is there.
    wait(run, 2 * DAY)
    for line in run.lines:
        drain(run, line)
    wait(run, 3 * DAY)
    settle(run)
    lapsed(run)
    check.check_store(run)
    check.check_answers(run)
    check.check_vehicles(run)
    for process in list(run.processes):
        run.seal(process)
        hold("I13", check.check_board(run, process), "a process has not heard everything")
    check.check_tree(run)


def settle(run: Rehearsal) -> None:
    """Whoever does not know asks again under the same key; then everybody knows."""
    run.run()
    for asked in run.asked:
        if asked.unknown:
            asked.heard, asked.sent = False, 0
            run.send(asked)
    run.run()
    for asked in run.asked:
        known = asked.effect is not None or asked.heard
        hold("I1", known, "nobody could say what became of", asked.command)


def wait(run: Rehearsal, span: int) -> None:
    """True time goes on, and the timers work."""
    run.at += span
    for _ in range(20):
        seen = len(run.model.log)
        for process in list(run.processes):
            run.tick(process)
            run.run()
        run.at += MINUTE
        if len(run.model.log) == seen:
            return
    hold("I13", False, "the timers find no end")


def drain(run: Rehearsal, line: str) -> None:
    """Everybody who waits is called, admitted, and crosses."""
    officer, model = PEOPLE[GUARDS[line]], run.model

    def next_one(asked: Asked) -> None:
        if asked.effect:
            number = asked.effect["number"]
            run.ask(Admit(run.key(), officer, number), lambda a: across(a, number))

    def across(asked: Asked, number: int) -> None:
        if asked.effect:
            run.ask(Cross(run.key(), officer, number), lambda _: None)

    for truck in list(model.trucks.values()):
        if truck.line == line and truck.status(model.at) in ("admitted", "called"):
            run.ask(Admit(run.key(), officer, truck.number), lambda _: None)
            run.run()
            run.ask(Cross(run.key(), officer, truck.number), lambda _: None)
            run.run()
    for _ in range(400):
        waiting = model.here(line, max(run.at, model.at))
        if not waiting:
            return
        # Who came days too early waits for the window; so do we.
        run.at = max(run.at, min(truck.opens() for truck in waiting))
        run.ask(Call(run.key(), officer, line, despite_closure=True), next_one)
        run.run()
    hold("I13", False, line, "does not move", [t.number for t in model.here(line, model.at)])


def lapsed(run: Rehearsal) -> None:
    """Nothing is left that time should have done."""
    now = run.at - HOUR
    late = [b.number for b in run.store.reader.all(Booking) if b.look_at and b.look_at <= now]
    hold("I13", not late, "still due", late)
    over = [t for t in run.model.trucks.values() if not t.end and (t.looked_at() or now + 1) <= now]
    hold("I13", not over, "still due by the log", over)
    overdue = list(run.model.places.pending)
    hold("I13", not overdue, "places never came back", overdue)
    stuck = [t.number for t in run.model.trucks.values() if t.status(now) in ("called", "admitted")]
    hold("I13", not stuck, "still at the gate", stuck)
