"""Every refusal can be met, and of two faults the one that stands first is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations

import pytest

from kezek.domain.account.actor import PUBLIC
from kezek.domain.account.decide import (
    AddAccount,
    CloseAccount,
    GrantRole,
    IssueKey,
    RevokeKey,
    SetPassword,
)
from kezek.domain.booking.book import Book
from kezek.domain.booking.change import AddDriver, Cancel, Move
from kezek.domain.booking.release import Release
from kezek.domain.calendar.capacity import CloseDay, OpenDay, SetCapacity
from kezek.domain.kernel.instant import DAY, HOUR
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.network.load import ExtendCalendar, OpenLine
from kezek.domain.turn.acknowledge import Acknowledge
from kezek.domain.turn.approve import Approve, Propose, Refuse
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross, Miss, TurnBack
from kezek.domain.turn.undo import Undo
from tests.world import PEOPLE, TODAY, A, B, D, World, line, rules, vehicle

R = Reason
CARRIER, RIVAL, OFFICER = PEOPLE["carrier"], PEOPLE["rival"], PEOPLE["officer"]
AGENCY, ADMIN, CLERK = PEOPLE["agency"], PEOPLE["admin"], PEOPLE["clerk"]
TOMORROW = "2026-06-14"


@dataclass(frozen=True)
class Fault:
    """How a good command becomes one that is refused: fields that change, facts that are against it."""

    fields: Callable[[World], dict] = lambda _: {}
    facts: Callable[[World], object] = lambda _: None
    # Of two, what comes last: a booking ends after it was moved, and an hour passes after that.
    last: int = 0


@dataclass(frozen=True)
class Case:
    """A command that is accepted, and its faults."""

    good: Callable[[World], object]
    faults: dict[Reason, Fault]
    # Faults that cannot both be there.
    apart: tuple[frozenset[Reason], ...] = ()


def fields(**changes: object) -> Fault:
    return Fault(fields=lambda w: {k: v(w) if callable(v) else v for k, v in changes.items()})


def truck(**changes: object) -> Fault:
    return Fault(fields=lambda _: {"vehicle": changes})


def being_called(w: World) -> tuple[int, int]:
    """A booking that is called, and until when."""
    number = here(w, hour=9)
    w.done(Call(w.key(), OFFICER, A))
    return number, w.booking(number).call_until


def fill_window(w: World) -> None:
    start = w.window(B, day=1)
    for n in range(50, 52):
        w.book(n, line=B, start=start)


def fill_class(w: World) -> None:
    w.done(SetCapacity(w.key(), AGENCY, B, TOMORROW, 0, "works"))


def close_tomorrow(line: str) -> Callable[[World], object]:
    return lambda w: w.done(CloseDay(w.key(), AGENCY, line, TOMORROW, "holiday"))


def reuse(w: World) -> None:
    """Everybody has used the key for something else: even the public may open an account."""
    for label, who in PEOPLE.items():
        if label != "timer":
            w.done(AddAccount("the key", who, f"{label}.too", "", "", "carrier", "*"))


def booked(w: World) -> int:
    return w.book(1, start=w.window(day=1))


def here(w: World, *, hour: int = 12) -> int:
    """The first truck, in the waiting area."""
    number = w.book(1, start=w.window(hour=hour))
    w.done(Arrive(w.key(), OFFICER, number))
    return number


def called(w: World) -> int:
    number = here(w, hour=9)
    w.done(Call(w.key(), OFFICER, A))
    return number


def admitted(w: World) -> int:
    number = called(w)
    w.done(Admit(w.key(), OFFICER, number))
    return number


def proposed(w: World) -> int:
    number = here(w)
    w.done(Propose(w.key(), OFFICER, number, "turn_back", "papers"))
    return number


def closed(w: World) -> None:
    w.done(CloseDay(w.key(), AGENCY, A, TODAY.isoformat(), "flood"))


def many(field: str, value: object) -> Fault:
    return Fault(fields=lambda _: {field: value})


REUSED = Fault(lambda _: {"key": "the key"}, reuse)
GONE = Fault(facts=lambda w: w.do(Cancel(w.key(), CARRIER, 1)), last=1)
WINDOWS = frozenset({R.WINDOW_PAST, R.HORIZON_EXCEEDED, R.SAME_WINDOW, R.WINDOW_UNKNOWN})

CASES = {
    "book": Case(
        lambda w: w.book_command(1, line=B, start=w.window(B, day=1), key="the key"),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(protected=True),
            R.LINE_UNKNOWN: fields(line="nowhere.exit"),
            R.CLASS_UNKNOWN: fields(vehicle_class="rocket"),
            R.PLATE_IMPOSSIBLE: truck(plate="!"),
            R.VIN_IMPOSSIBLE: truck(vin="SHORT"),
            R.PHONE_IMPOSSIBLE: truck(phone="1"),
            R.DRIVER_MISSING: truck(drivers=(" ",)),
            R.DRIVERS_TOO_MANY: truck(drivers=("Invented",) * 5),
            R.WINDOW_PAST: fields(start=lambda w: w.now.at - 2 * HOUR),
            R.HORIZON_EXCEEDED: fields(start=lambda w: w.now.at + 40 * DAY),
            R.WINDOW_UNKNOWN: fields(start=lambda w: w.window(B, day=1) + 1),
            R.DAY_CLOSED: Fault(facts=close_tomorrow(B)),
            R.VIN_MISSING: truck(vin=""),
            R.VEHICLE_BOOKED: Fault(facts=booked),
            R.CLASS_FULL: Fault(facts=fill_class),
            R.SLOT_FULL: Fault(facts=fill_window, last=-1),
        },
        (
            frozenset({R.NOT_ALLOWED, R.LINE_UNKNOWN}),
            # A closed day has no places to be out of.
            frozenset({R.DAY_CLOSED, R.CLASS_FULL}),
            frozenset({R.DAY_CLOSED, R.SLOT_FULL}),
            frozenset({R.DRIVER_MISSING, R.DRIVERS_TOO_MANY}),
            frozenset({R.WINDOW_UNKNOWN, R.DAY_CLOSED}),
        ),
    ),
    "walk in": Case(
        lambda _: WalkIn("the key", OFFICER, A, vehicle(1)),
        {
            R.KEY_REUSED: REUSED,
            R.LINE_UNKNOWN: fields(line="nowhere.exit"),
            R.NOT_ALLOWED: fields(line=B),
            R.PLATE_IMPOSSIBLE: truck(country="?"),
            R.VIN_IMPOSSIBLE: truck(vin="I" * 17),
            R.PHONE_IMPOSSIBLE: truck(phone="call me"),
            R.DRIVER_MISSING: truck(drivers=("",)),
            R.DRIVERS_TOO_MANY: truck(drivers=("Invented",) * 5),
            R.CLOSED_TODAY: Fault(facts=closed),
            R.VEHICLE_BOOKED: Fault(facts=booked),
            R.CLASS_FULL: Fault(facts=lambda w: [w.walk_in(n) for n in range(100, 124)]),
        },
        (frozenset({R.CLOSED_TODAY, R.CLASS_FULL}),),
    ),
    "move": Case(
        lambda w: Move("the key", CARRIER, booked(w), w.window(day=2)),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=RIVAL),
            R.BOOKING_UNKNOWN: fields(number=99),
            R.WRONG_STATUS: GONE,
            R.MOVES_EXHAUSTED: Fault(
                facts=lambda w: [
                    w.done(Move(w.key(), CARRIER, 1, w.window(day=1, hour=hour)))
                    for hour in (13, 14, 12)
                ]
            ),
            R.MOVE_TOO_LATE: Fault(facts=lambda w: w.until(w.window(day=1) + 1), last=2),
            R.WINDOW_PAST: fields(start=lambda w: w.now.at - 2 * HOUR),
            R.HORIZON_EXCEEDED: fields(start=lambda w: w.now.at + 40 * DAY),
            R.SAME_WINDOW: fields(start=lambda w: w.window(day=1)),
            R.WINDOW_UNKNOWN: fields(start=lambda w: w.window(day=2) + 1),
            R.DAY_CLOSED: Fault(
                facts=lambda w: w.done(CloseDay(w.key(), AGENCY, A, "2026-06-15", "holiday"))
            ),
            R.SLOT_FULL: Fault(
                facts=lambda w: [w.book(n, start=w.window(day=2)) for n in range(60, 70)]
            ),
        },
        (
            frozenset({R.NOT_ALLOWED, R.BOOKING_UNKNOWN}),
            frozenset({R.BOOKING_UNKNOWN, R.WRONG_STATUS}),
            frozenset({R.WINDOW_UNKNOWN, R.DAY_CLOSED}),
            frozenset({R.DAY_CLOSED, R.SLOT_FULL}),
        ),
    ),
    "add a driver": Case(
        lambda w: AddDriver("the key", CARRIER, booked(w), "Invented Second"),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=PUBLIC),
            R.DRIVER_MISSING: fields(name="\0"),
            R.DRIVERS_TOO_MANY: Fault(
                facts=lambda w: [w.done(AddDriver(w.key(), CARRIER, 1, "More")) for _ in range(3)]
            ),
            R.WRONG_STATUS: GONE,
        },
    ),
    "release": Case(
        lambda w: Release("the key", OFFICER, booked(w), "false_plate"),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=CLERK),
            R.REASON_MISSING: fields(cause="because"),
            R.WRONG_STATUS: GONE,
        },
    ),
    "arrive": Case(
        lambda w: Arrive("the key", OFFICER, booked(w)),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=PEOPLE["b_officer"]),
            R.BOOKING_UNKNOWN: fields(line=B),
            R.WRONG_STATUS: GONE,
        },
    ),
    "call": Case(
        lambda w: Call("the key", OFFICER, A, here(w, hour=9)),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=CLERK),
            R.LINE_UNKNOWN: fields(line="nowhere.exit"),
            R.BOOKING_UNKNOWN: fields(number=99),
            R.REASON_MISSING: Fault(
                lambda _: {"cause": "a friend"}, lambda w: w.do(Cancel(w.key(), CARRIER, 1))
            ),
            R.WRONG_STATUS: GONE,
            R.CLOSED_TODAY: Fault(facts=closed),
        },
        (
            frozenset({R.NOT_ALLOWED, R.LINE_UNKNOWN}),
            frozenset({R.WRONG_STATUS, R.BOOKING_UNKNOWN}),
        ),
    ),
    "turn back": Case(
        lambda w: TurnBack("the key", OFFICER, admitted(w), "papers"),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=CLERK),
            R.REASON_MISSING: fields(cause=""),
            R.WRONG_STATUS: Fault(facts=lambda w: w.do(Cross(w.key(), OFFICER, 1))),
        },
    ),
    "turn back from the line": Case(
        lambda w: Propose("the key", OFFICER, here(w), "turn_back", "papers"),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=CLERK),
            R.REASON_MISSING: fields(cause="a friend"),
            R.WRONG_STATUS: GONE,
            R.PROPOSED_ALREADY: Fault(
                facts=lambda w: w.do(Propose(w.key(), PEOPLE["second"], 1, "turn_back", "goods"))
            ),
        },
    ),
    "refuse": Case(
        lambda w: Refuse("the key", PEOPLE["supervisor"], proposed(w), "not_proven"),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=CLERK),
            R.REASON_MISSING: fields(cause="a friend"),
            R.NOTHING_TO_APPROVE: Fault(
                facts=lambda w: w.do(Refuse(w.key(), PEOPLE["second"], 1, "by_mistake"))
            ),
        },
    ),
    "approve": Case(
        lambda w: Approve("the key", PEOPLE["second"], here(w), "medical"),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=CLERK),
            R.REASON_MISSING: fields(cause="a friend"),
            R.NOTHING_TO_APPROVE: fields(cause=""),
        },
    ),
    "acknowledge": Case(
        lambda w: Acknowledge("the key", CARRIER, *being_called(w)),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=RIVAL),
            R.BOOKING_UNKNOWN: fields(number=99),
            R.CALL_OVER: fields(call_until=1),
            R.WRONG_STATUS: Fault(facts=lambda w: w.done(Admit(w.key(), OFFICER, 1)), last=1),
        },
        (
            frozenset({R.NOT_ALLOWED, R.BOOKING_UNKNOWN}),
            frozenset({R.BOOKING_UNKNOWN, R.CALL_OVER}),
            frozenset({R.BOOKING_UNKNOWN, R.WRONG_STATUS}),
        ),
    ),
    "undo": Case(
        lambda w: Undo("the key", OFFICER, here(w)),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=CLERK),
            R.NOTHING_TO_UNDO: fields(actor=PEOPLE["second"]),
            R.WRONG_STATUS: GONE,
            R.UNDO_TOO_LATE: Fault(facts=lambda w: w.wait(seconds=11)),
        },
    ),
    "set the capacity": Case(
        lambda _: SetCapacity("the key", AGENCY, A, TOMORROW, 100, "works"),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=OFFICER),
            R.LINE_UNKNOWN: fields(line="nowhere.exit"),
            R.REASON_MISSING: fields(reason=" "),
            R.TEXT_IMPOSSIBLE: fields(reason="Snow\0"),
            R.CAPACITY_IMPOSSIBLE: fields(capacity=-1),
            R.WINDOW_PAST: fields(on="2026-06-12"),
            R.WINDOW_UNKNOWN: fields(on="some day"),
            R.DAY_CLOSED: Fault(facts=close_tomorrow(A)),
        },
        (frozenset({R.NOT_ALLOWED, R.LINE_UNKNOWN}), frozenset({R.WINDOW_UNKNOWN, R.DAY_CLOSED})),
    ),
    "extend": Case(
        lambda _: ExtendCalendar("the key", ADMIN, A, "2026-07-14"),
        {
            R.LINE_UNKNOWN: fields(line="nowhere.exit"),
            R.WINDOW_PAST: fields(on="2026-06-12"),
            R.HORIZON_EXCEEDED: fields(on="2026-07-15"),
            R.WINDOW_UNKNOWN: fields(on="soon"),
        },
    ),
    "open a line": Case(
        lambda _: OpenLine("the key", AGENCY, replace(line(A, rules()), id="kz_a.entry"), 48),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=PEOPLE["kg_agency"]),
            R.CHECKPOINT_UNKNOWN: fields(line=replace(line(A, rules()), checkpoint="kz_z")),
            R.CAPACITY_IMPOSSIBLE: fields(capacity=-5),
        },
    ),
    "add an account": Case(
        lambda _: AddAccount("the key", ADMIN, "somebody", "Some Body", "", "officer", "kz_a"),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=AGENCY),
            R.TEXT_IMPOSSIBLE: fields(name="x" * 81),
            R.LOGIN_IMPOSSIBLE: fields(login="x"),
            R.LOGIN_TAKEN: fields(login="Clerk "),
            R.GRANT_IMPOSSIBLE: fields(role="king"),
        },
    ),
    "set a password": Case(
        lambda _: SetPassword("the key", ADMIN, CLERK.account, "hash"),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=CARRIER),
            R.ACCOUNT_UNKNOWN: Fault(
                facts=lambda w: w.done(CloseAccount("", ADMIN, CLERK.account))
            ),
        },
    ),
    "grant": Case(
        lambda _: GrantRole("the key", ADMIN, CLERK.account, "officer", "kz_b"),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=CARRIER),
            R.ACCOUNT_UNKNOWN: fields(account=999),
            R.GRANT_IMPOSSIBLE: fields(place="Somebody's Name"),
        },
    ),
    "issue a key": Case(
        lambda _: IssueKey(
            "the key", CARRIER, CARRIER.account, "digest", "fleet", "carrier", "*", 60
        ),
        {
            R.KEY_REUSED: REUSED,
            R.NOT_ALLOWED: fields(actor=RIVAL),
            R.ACCOUNT_UNKNOWN: Fault(
                facts=lambda w: w.done(CloseAccount("", ADMIN, CARRIER.account))
            ),
            R.GRANT_IMPOSSIBLE: fields(role="agency"),
        },
    ),
}


def refusal(case: Case, *faults: Fault) -> str:
    w = World()
    command = case.good(w)
    for fault in sorted(faults, key=lambda fault: fault.last):
        fault.facts(w)
    for fault in faults:
        for name, value in fault.fields(w).items():
            changed = replace(command.vehicle, **value) if name == "vehicle" else value
            command = replace(command, **{name: changed})
    answer = w.do(command)
    w.check()
    assert isinstance(answer, Refused), answer
    return answer.reason.value


def test_without_a_fault_each_of_these_is_accepted():
    for case in CASES.values():
        w = World()
        w.done(case.good(w))


SINGLE = [(name, reason) for name, case in CASES.items() for reason in case.faults]


@pytest.mark.parametrize(("name", "reason"), SINGLE)
def test_each_fault_has_its_own_refusal(name, reason):
    assert refusal(CASES[name], CASES[name].faults[reason]) == reason


def pairs() -> list[tuple[str, Reason, Reason]]:
    found = []
    for name, case in CASES.items():
        changed = {}
        for reason, fault in case.faults.items():
            w = World()
            case.good(w)
            truck_part = fault.fields(w).get("vehicle", {})
            changed[reason] = {k for k in fault.fields(w) if k != "vehicle"} | set(truck_part)
        for one, other in combinations(case.faults, 2):
            together = {one, other}
            if changed[one] & changed[other] or any(together <= apart for apart in case.apart):
                continue
            found.append((name, one, other))
    return found


@pytest.mark.parametrize(("name", "one", "other"), pairs())
def test_of_two_faults_the_one_that_stands_first_is_answered(name, one, other):
    order = list(Reason)
    first = min(one, other, key=order.index)
    case = CASES[name]
    assert refusal(case, case.faults[one], case.faults[other]) == first


# Refusals that need a scene of their own.


def test_an_early_truck_that_is_named_waits_for_its_window():
    w = World()
    number = here(w)
    assert w.refused(Call(w.key(), OFFICER, A)) == "window_not_open"
    assert w.refused(Call(w.key(), OFFICER, A, number)) == "window_not_open"


def test_another_than_the_next_is_out_of_turn():
    w = World()
    here(w, hour=9)
    other = w.book(2, start=w.window(hour=9))
    w.done(Arrive(w.key(), OFFICER, other))
    assert w.refused(Call(w.key(), OFFICER, A, other)) == "out_of_turn"


def test_an_empty_line_has_nobody_to_call():
    assert World().refused(Call("", OFFICER, A)) == "nobody_to_call"


def test_who_acted_first_is_not_the_second_name():
    w = World()
    boss = PEOPLE["supervisor"]
    number = here(w)
    w.done(Call(w.key(), boss, A, number, "medical"))
    assert w.refused(Approve(w.key(), boss, number)) == "same_approver"


def test_a_missing_key_and_a_stranger_s_key():
    w = World()
    assert w.refused(RevokeKey("", ADMIN, 1)) == "api_key_unknown"
    w.done(IssueKey("", CARRIER, CARRIER.account, "digest", "fleet", "carrier", "*", 60))
    assert w.refused(RevokeKey("", RIVAL, 1)) == "not_allowed"
    w.done(RevokeKey("", CARRIER, 1))
    assert w.refused(RevokeKey("", CARRIER, 1)) == "api_key_unknown"


def test_a_call_is_not_missed_before_it_has_run_out():
    w = World()
    number = called(w)
    answer = w.do(Miss("", OFFICER, number))
    assert (answer.reason, answer.facts["until"]) == ("call_running", w.booking(number).call_until)


def test_nobody_alone_ends_a_truck_that_waits():
    w = World()
    number = here(w)
    assert w.refused(TurnBack("", OFFICER, number, "papers")) == "second_person_needed"
    assert w.refused(Cancel("", CLERK, number, cause="breakdown")) == "second_person_needed"


ELSEWHERE = {
    R.CALL_MISSED,
    R.CALL_RUNNING,
    R.SECOND_PERSON_NEEDED,
    R.WINDOW_NOT_OPEN,
    R.OUT_OF_TURN,
    R.NOBODY_TO_CALL,
    R.SAME_APPROVER,
    R.API_KEY_UNKNOWN,
    R.GARAGE_FULL,
    R.UNCONFIRMED_LIVE,
    R.NOTHING_TO_CONFIRM,
    # Counted by the minute and the day where they are asked for.
    R.UNCONFIRMED_RATE,
    R.ACCOUNTS_TOO_MANY,
    # No command has this fault: the server has it.
    R.NUMBERS_WITHHELD,
    # Only where a password is typed can it be weak; commands carry its hash.
    R.PASSWORD_WEAK,
}


def test_every_refusal_is_met_somewhere():
    assert {reason for _, reason in SINGLE} | ELSEWHERE == set(Reason)


def test_who_may_not_touch_a_booking_does_not_learn_where_it_stands():
    w = World()
    number = booked(w)
    w.done(Cancel(w.key(), CARRIER, number))
    for command in (Cancel("", RIVAL, number), Miss("", CLERK, number)):
        answer = w.do(command)
        assert answer.reason == "not_allowed"
        assert "status" not in answer.facts


def test_the_class_that_walks_in_cannot_be_booked():
    w = World()
    assert w.refused(w.book_command(who="officer", vehicle_class="walk_in")) == "not_allowed"
    assert w.refused(w.book_command(who="carrier", vehicle_class="priority")) == "not_allowed"
    assert w.book(who="clerk", vehicle_class="priority")


@pytest.mark.parametrize("on", ["", "2026-02-30", "2026-06-13T00:00", "٢٠٢٦-٠٦-١٣", "9" * 10_000])
def test_no_text_for_a_day_is_more_than_refused(on):
    w = World()
    for command in (
        SetCapacity("", AGENCY, A, on, 1, "x"),
        OpenDay("", AGENCY, A, on, 1, "x"),
        CloseDay("", AGENCY, A, on, "x"),
        ExtendCalendar("", ADMIN, A, on),
    ):
        assert w.refused(command) == "window_unknown"


def test_a_line_of_another_country_is_not_opened():
    w = World()
    own_rules = replace(line(D, rules()), id="kz_a.entry", checkpoint="kz_a")
    assert w.refused(OpenLine("", PEOPLE["kg_agency"], own_rules, 10)) == "not_allowed"
    unknown = replace(line(A, rules()), id="kz_a.entry", regulation="none")
    assert w.refused(OpenLine("", AGENCY, unknown, 10)) == "not_allowed"


def test_a_booking_takes_no_unknown_command_fields():
    assert "delay" not in Book.__dataclass_fields__
