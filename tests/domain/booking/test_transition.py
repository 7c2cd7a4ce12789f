"""Every cell of the table: what is legal happens as the row says, the rest is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from kezek.domain.account.actor import TIMER
from kezek.domain.booking.change import AddDriver, Cancel, Move
from kezek.domain.booking.lapse import Lapse
from kezek.domain.booking.release import Release
from kezek.domain.booking.status import ENDED, LIVE, Status
from kezek.domain.booking.transition import TRANSITIONS, Transition, Verb, transition
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.kernel.instant import HOUR
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.turn.acknowledge import Acknowledge
from kezek.domain.turn.approve import Approve, Propose, Refuse
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross, Miss, TurnBack
from kezek.domain.turn.undo import Undo
from tests.world import PEOPLE, TODAY, A, World, rules, vehicle

OFFICER, AGENCY, CARRIER = PEOPLE["officer"], PEOPLE["agency"], PEOPLE["carrier"]
SECOND = PEOPLE["second"]
S, V = Status, Verb
NOBODY = 999_999
CELLS = list(product(Status, Verb))
ROWS = [(row, status) for row in TRANSITIONS for status in sorted(row.origin)]


def world() -> World:
    """As everywhere, but a window may still be changed two hours after it began: both shipped rule
    sets stop earlier, so that under them the guard of this row always says no.
    """
    kz = rules()["kz"]
    return World(Regulations({**rules(), "kz": replace(kz, move_until=-2 * HOUR)}))


def bring(w: World, status: Status) -> int:
    """A booking in that status, by the steps that lead there."""
    if status is S.NONE:
        return NOBODY
    number = w.book(1, start=w.window(hour=12))
    return PATHS[status](w, number) or number


def late(w: World, number: int) -> None:
    w.until(w.window(hour=13))


def displaced(w: World, number: int) -> None:
    w.done(CloseDay(w.key(), AGENCY, A, TODAY.isoformat(), "flood"))


def arrived(w: World, number: int) -> None:
    w.until(w.window(hour=12))
    w.done(Arrive(w.key(), OFFICER, number))


def called(w: World, number: int) -> None:
    arrived(w, number)
    w.done(Call(w.key(), OFFICER, A))


def admitted(w: World, number: int) -> None:
    called(w, number)
    w.done(Admit(w.key(), OFFICER, number))


def crossed(w: World, number: int) -> None:
    admitted(w, number)
    w.done(Cross(w.key(), OFFICER, number))


def cancelled(w: World, number: int) -> None:
    w.done(Cancel(w.key(), CARRIER, number))


def not_shown(w: World, number: int) -> None:
    due(w, number)
    w.tick()


def turned_back(w: World, number: int) -> None:
    admitted(w, number)
    w.done(TurnBack(w.key(), OFFICER, number, "papers"))


def released(w: World, number: int) -> None:
    w.done(Release(w.key(), OFFICER, number, "false_plate"))


PATHS = {
    S.CONFIRMED: lambda _w, _n: None,
    S.LATE: late,
    S.DISPLACED: displaced,
    S.ARRIVED: arrived,
    S.CALLED: called,
    S.ADMITTED: admitted,
    S.CROSSED: crossed,
    S.CANCELLED: cancelled,
    S.NO_SHOW: not_shown,
    S.TURNED_BACK: turned_back,
    S.RELEASED: released,
}


# Special ways into a cell: the timer finds what time has changed, an officer undoes the own step,
# somebody called out of turn awaits the second name.


def due(w: World, number: int) -> None:
    w.until(w.booking(number).look_at)


def unanswered(w: World, number: int) -> None:
    called(w, number)
    due(w, number)


def given_up(w: World, number: int) -> None:
    displaced(w, number)
    due(w, number)


def last_call(w: World, number: int) -> None:
    arrived(w, number)
    for _ in range(w.rules["kz"].misses_max):
        w.done(Call(w.key(), OFFICER, A))
        w.set_aside(number, "miss", "driver_gone")
    w.done(Call(w.key(), OFFICER, A))


def last_call_unanswered(w: World, number: int) -> None:
    last_call(w, number)
    due(w, number)


def missed_out(w: World, number: int) -> None:
    last_call(w, number)
    w.set_aside(number, "miss", "driver_gone", second=OFFICER, first=SECOND)


def proposed(verb: Verb, cause: str, way):
    """The way into a cell, and there a first person asks for a step that needs two."""

    def lead(w: World, number: int) -> None:
        way(w, number)
        w.done(Propose(w.key(), SECOND, number, verb, cause))

    return lead


def turned_back_alone(w: World, number: int) -> None:
    called_early(w, number)
    w.done(Admit(w.key(), OFFICER, number))
    w.set_aside(number, "turn_back", "goods")


def called_early(w: World, number: int) -> None:
    w.done(Arrive(w.key(), OFFICER, number))
    w.done(Call(w.key(), OFFICER, A, number, "perishable"))


def admitted_early(w: World, number: int) -> None:
    called_early(w, number)
    w.done(Admit(w.key(), OFFICER, number))


def crossed_early(w: World, number: int) -> None:
    admitted_early(w, number)
    w.done(Cross(w.key(), OFFICER, number))


def cancelled_early(w: World, number: int) -> None:
    called_early(w, number)
    w.set_aside(number, "miss", "driver_gone")
    w.done(Cancel(w.key(), CARRIER, number))


def missed_out_early(w: World, number: int) -> None:
    called_early(w, number)
    w.set_aside(number, "miss", "driver_gone")
    w.until(w.window(hour=12))
    for _ in range(w.rules["kz"].misses_max):
        w.done(Call(w.key(), OFFICER, A))
        w.set_aside(number, "miss", "breakdown")


def missed_early(w: World, number: int) -> None:
    called_early(w, number)
    w.set_aside(number, "miss", "driver_gone")


def early(w: World, number: int) -> None:
    w.done(Arrive(w.key(), OFFICER, number))


TAKES = "what takes a place"
OF_CALL = "a second person, of a call made"
OF_PROPOSAL = "an officer of the post, of a proposal"
SPECIAL = {
    (V.LAPSE, S.NO_SHOW, "time alone"): due,
    (V.LAPSE, S.ARRIVED, "an unanswered call"): unanswered,
    (V.LAPSE, S.CANCELLED, "no new time taken after a closure"): given_up,
    (V.MISS, S.ARRIVED, "a call that ran out, misses left"): unanswered,
    (V.MISS, S.NO_SHOW, "a call that ran out, none left"): last_call_unanswered,
    (V.CALL, S.ARRIVED, "out of turn, a reason"): early,
    (V.UNDO, S.NO_SHOW, "own last step, 10 s"): missed_out,
    (V.APPROVE, S.CALLED, "a second person"): called_early,
    (V.APPROVE, S.ADMITTED, "a second person"): admitted_early,
    (V.APPROVE, S.CROSSED, "a second person"): crossed_early,
    (V.APPROVE, S.TURNED_BACK, "a second person"): turned_back_alone,
    (V.APPROVE, S.CANCELLED, "a second person"): cancelled_early,
    (V.APPROVE, S.NO_SHOW, "a second person"): missed_out_early,
    (V.PROPOSE, S.ADMITTED, TAKES): admitted_early,
    (V.APPROVE, S.CALLED, "two for a miss, misses left"): proposed(V.MISS, "driver_gone", called),
    (V.APPROVE, S.CALLED, "two for a miss, none left"): proposed(
        V.MISS, "driver_refuses", last_call
    ),
    (V.APPROVE, S.ARRIVED, "two for a turning back"): proposed(V.TURN_BACK, "goods", arrived),
    (V.APPROVE, S.CALLED, "two for a turning back"): proposed(V.TURN_BACK, "papers", called),
    (V.APPROVE, S.ADMITTED, "two for a turning back"): proposed(
        V.TURN_BACK, "papers", admitted_early
    ),
    (V.APPROVE, S.ARRIVED, "two for a cancellation"): proposed(V.CANCEL, "breakdown", arrived),
    (V.REFUSE, S.ARRIVED, OF_CALL): missed_early,
    (V.REFUSE, S.CALLED, OF_CALL): called_early,
    (V.REFUSE, S.ADMITTED, OF_CALL): admitted_early,
    (V.REFUSE, S.CROSSED, OF_CALL): crossed_early,
    (V.REFUSE, S.TURNED_BACK, OF_CALL): turned_back_alone,
    (V.REFUSE, S.CANCELLED, OF_CALL): cancelled_early,
    (V.REFUSE, S.NO_SHOW, OF_CALL): missed_out_early,
    (V.REFUSE, S.ARRIVED, OF_PROPOSAL): proposed(V.CANCEL, "breakdown", arrived),
    (V.REFUSE, S.ADMITTED, OF_PROPOSAL): proposed(V.TURN_BACK, "papers", admitted_early),
    (V.REFUSE, S.CALLED, OF_PROPOSAL): proposed(V.MISS, "driver_gone", called),
}
for ahead, way in (("confirmed", PATHS[S.CONFIRMED]), ("late", late), ("displaced", displaced)):
    SPECIAL[V.REFUSE, S(ahead), OF_PROPOSAL] = proposed(V.CALL, "medical", way)
# What is legal for two people, and how one alone is answered.
ALONE = {
    (S.CALLED, V.MISS): "call_running",
    (S.ARRIVED, V.TURN_BACK): "second_person_needed",
    (S.CALLED, V.TURN_BACK): "second_person_needed",
}
UNDONE = {
    S.ARRIVED: S.CONFIRMED,
    S.CALLED: S.ARRIVED,
    S.ADMITTED: S.CALLED,
    S.CROSSED: S.ADMITTED,
    S.TURNED_BACK: S.ADMITTED,
    S.NO_SHOW: S.CALLED,
}


def command(w: World, number: int, verb: Verb, row: Transition | None = None) -> object:
    """The command by which the verb is said of the booking."""
    cause = "perishable" if row and "reason" in row.guard else ""
    officers = {V.ADMIT: Admit, V.CROSS: Cross, V.MISS: Miss, V.ARRIVE: Arrive, V.UNDO: Undo}
    if verb in officers:
        return officers[verb](w.key(), OFFICER, number)
    made = {
        V.BOOK: lambda: w.book_command(1, start=w.window(day=1)),
        V.WALK_IN: lambda: WalkIn(w.key(), OFFICER, A, vehicle(1)),
        V.MOVE: lambda: Move(w.key(), CARRIER, number, w.window(day=2)),
        V.CANCEL: lambda: Cancel(w.key(), CARRIER, number),
        V.ADD_DRIVER: lambda: AddDriver(w.key(), CARRIER, number, "Invented Second"),
        V.CALL: lambda: Call(w.key(), OFFICER, A, number, cause),
        V.TURN_BACK: lambda: TurnBack(w.key(), OFFICER, number, "vehicle"),
        V.RELEASE: lambda: Release(w.key(), OFFICER, number, "sold_vehicle"),
        V.DISPLACE: lambda: CloseDay(w.key(), AGENCY, A, TODAY.isoformat(), "storm"),
        V.LAPSE: lambda: Lapse("", TIMER, number),
        V.ACKNOWLEDGE: lambda: Acknowledge(
            w.key(), CARRIER, number, getattr(w.booking(number), "call_until", None) or 0
        ),
        V.PROPOSE: lambda: propose(w, number, row),
        V.APPROVE: lambda: approve(w, number, row),
        V.REFUSE: lambda: refuse(w, number, row),
    }
    return made[verb]()


def propose(w: World, number: int, row: Transition | None) -> Propose:
    verb, cause = (V.TURN_BACK, "papers") if row and row.guard == TAKES else (V.CALL, "medical")
    return Propose(w.key(), OFFICER, number, verb, cause)


def approve(w: World, number: int, row: Transition | None) -> Approve:
    if row and row.guard.startswith("two for"):
        verbs = {"a miss": V.MISS, "a turning": V.TURN_BACK, "a cancellation": V.CANCEL}
        verb = next(verb for said, verb in verbs.items() if said in row.guard)
        return Approve(w.key(), OFFICER, number, verb=verb)
    return Approve(w.key(), PEOPLE["supervisor"], number, "medical")


def refuse(w: World, number: int, row: Transition | None) -> Refuse:
    of_call = row and row.guard == OF_CALL
    verb = V.CALL if of_call else ""
    if row and not of_call and w.status(number) is S.ADMITTED:
        verb = V.TURN_BACK
    return Refuse(w.key(), PEOPLE["supervisor"], number, "not_proven", verb)


def name(value: object) -> str:
    return f"{value.verb}: {value.guard}" if isinstance(value, Transition) else str(value)


@pytest.mark.parametrize(("row", "status"), ROWS, ids=name)
def test_what_the_table_allows_happens_as_it_says(row, status):
    w = world()
    special = SPECIAL.get((row.verb, status, row.guard))
    if special:
        number = w.book(1, start=w.window(hour=12))
        special(w, number)
    else:
        number = bring(w, status)
    assert w.status(number) is status
    told = w.done(command(w, number, row.verb, row))
    number = told["number"] if status is S.NONE else number
    assert w.events(number)[-1].kind == row.event
    assert w.status(number) is (row.to or (UNDONE[status] if row.verb is V.UNDO else status))
    w.check()


@pytest.mark.parametrize(("status", "verb"), [c for c in CELLS if transition(*c) is None], ids=name)
def test_what_the_table_does_not_hold_changes_nothing(status, verb):
    w = world()
    number = bring(w, status)
    before, seen = w.booking(number), len(w.events(number)) if number != NOBODY else 0
    answer = w.do(command(w, number, verb))
    if status is S.NONE:
        if verb is not V.DISPLACE:
            assert answer.reason == "booking_unknown"
    elif verb in (V.BOOK, V.WALK_IN):
        # A new booking of the same vehicle: refused while this one lives, and none of its business.
        reason = getattr(answer, "reason", "")
        refusals = ("vehicle_booked", "day_closed", "closed_today")
        assert (reason in refusals) is (status in LIVE), reason
    elif (status, verb) in ALONE:
        assert answer.reason == ALONE[status, verb]
    elif verb is not V.DISPLACE:
        assert answer.reason == "wrong_status"
        assert answer.facts["status"] == status
        assert answer.facts["verb"] == verb
    assert w.booking(number) == before
    assert number == NOBODY or len(w.events(number)) == seen
    w.check()


@pytest.mark.parametrize("status", [S.ARRIVED, S.NO_SHOW])
def test_the_timer_changes_nothing_before_its_time(status):
    w = world()
    number = bring(w, status)
    assert w.refused(Lapse("", TIMER, number)) == "wrong_status"


def test_no_status_and_no_verb_is_forgotten():
    assert {status for row in TRANSITIONS for status in row.origin} == set(Status) - {S.RELEASED}
    assert {row.verb for row in TRANSITIONS} == set(Verb)
    reached = {row.to for row in TRANSITIONS} | {S.NONE, S.LATE}
    assert reached >= set(Status), "every status is reached by a verb, or by time"
    assert set(PATHS) == LIVE | ENDED


def test_a_cell_answers_with_its_first_row():
    assert transition(S.CALLED, V.MISS) is None, "time alone, or two people"
    assert transition(S.ARRIVED, V.CALL).event == "called"
    assert transition(S.CROSSED, V.CANCEL) is None
