"""The desk's core: keys, batches, time, and what an unkind world sends."""

from __future__ import annotations

import copy
import json
from dataclasses import make_dataclass, replace
from datetime import UTC, date, datetime

import pytest

from kezek.app.desk.batch import Done, run
from kezek.domain.account.actor import PUBLIC, TIMER
from kezek.domain.booking.change import Cancel, Move
from kezek.domain.booking.lapse import Lapse
from kezek.domain.calendar.capacity import CloseDay, SetCapacity
from kezek.domain.decide import RULES
from kezek.domain.kernel.instant import DAY, HOUR, Moment, from_datetime, windows
from kezek.domain.kernel.refusal import Refused
from kezek.domain.network.load import ExtendCalendar, OpenLine
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.turn.approve import Approve, Propose, Refuse
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross, Miss, TurnBack
from kezek.domain.turn.undo import Undo
from tests.world import PEOPLE, A, World, X, vehicle

CARRIER, OFFICER, AGENCY = PEOPLE["carrier"], PEOPLE["officer"], PEOPLE["agency"]


# Keys.


def test_the_same_key_and_body_have_one_effect_and_the_same_answer():
    w = World()
    command = w.book_command(1, key="k")
    first = w.do(command)
    w.wait(hours=1)
    again = w.do(command)
    assert (first.replayed, again.replayed) == (False, True)
    assert json.dumps(first.outcome) == json.dumps(again.outcome)
    assert w.kinds(first.outcome["number"]) == ["confirmed"]


def test_the_same_key_with_another_body_is_refused_also_within_a_batch():
    w = World()
    first, other = w.book_command(1, key="k"), w.book_command(2, key="k")
    answers = w.run([first, other, first]).answers
    assert answers[1] == Refused("key_reused", {})
    assert answers[2].replayed
    assert w.refused(other) == "key_reused"


def test_fifty_times_the_same_key_in_one_batch_is_one_booking():
    w = World()
    answers = w.run([w.book_command(1, key="k")] * 50).answers
    assert [a.replayed for a in answers] == [False] + [True] * 49
    assert len({json.dumps(a.outcome) for a in answers}) == 1
    w.check()


def test_refusals_are_not_stored():
    w = World()
    impossible = w.book_command(1, key="k", plate="!")
    assert w.refused(impossible) == "plate_impossible"
    assert w.book(1, key="k") == 1


def test_two_accounts_may_choose_the_same_key():
    w = World()
    assert w.book(1, key="k", who="carrier") != w.book(2, key="k", who="rival")


def test_a_command_keeps_its_name_for_keys_that_were_used_before_an_upgrade():
    """The digest of a body begins with it: a new name would refuse a repeated key as another body."""
    stored = """Acknowledge AddAccount AddDriver Admit Approve Arrive Book Call Cancel CloseAccount
    CloseDay ConfirmCarrier ContinueLog Cross ExtendCalendar GiveBack GrantRole IssueKey KeepInGarage
    Lapse LoadNetwork Miss Move OpenDay OpenLine Propose Refuse Release RevokeKey SetCapacity
    SetPassword TurnBack Undo WalkIn"""
    assert set(stored.split()) <= {kind.__name__ for kind in RULES}


def test_how_long_a_place_is_held_back_is_not_the_body():
    w = World()
    number = w.book(1)
    w.done(Cancel("k", CARRIER, number, delay=5))
    assert w.do(Cancel("k", CARRIER, number, delay=9)).replayed


def test_a_key_is_kept_even_where_there_was_nothing_to_do():
    w = World()
    w.done(ExtendCalendar("k", TIMER, A, "2026-06-14"))
    assert w.refused(ExtendCalendar("k", TIMER, A, "2026-06-15")) == "key_reused"


def test_a_key_of_any_length_and_any_characters_is_a_key():
    w = World()
    for n, key in enumerate(("\ud800", "\0", "k" * 1_000_000, "🚚")):
        assert w.book(n, key=key)


# Batches.


def test_two_hundred_and_fifty_six_for_two_places_are_two():
    w = World()
    start = w.window(X)
    outcome = w.run([w.book_command(n, line=X, start=start) for n in range(256)])
    done = [a for a in outcome.answers if isinstance(a, Done)]
    reasons = {a.reason for a in outcome.answers if isinstance(a, Refused)}
    assert len(done) == 2
    assert reasons == {"slot_full"}
    assert len(outcome.events) == 2
    w.check()


def test_later_commands_of_a_batch_see_the_earlier_ones():
    w = World()
    start = w.window(hour=9)
    life = [
        w.book_command(1, start=start),
        Arrive("", OFFICER, 1),
        Call("", OFFICER, A),
        Admit("", OFFICER, 1),
        Cross("", OFFICER, 1),
        w.book_command(1, start=start),
    ]
    answers = w.run(life).answers
    assert all(isinstance(a, Done) for a in answers), answers
    assert [a.position for a in answers] == list(range(answers[0].position, w.last().position + 1))
    w.check()


def test_a_batch_replays_to_the_byte():
    w = World()
    commands = [w.book_command(n, start=w.window(day=1)) for n in range(20)]
    commands += [CloseDay("", AGENCY, A, "2026-06-14", "flood")]
    twin = copy.deepcopy(w.store._content)
    w.run(commands)
    one, w.store._content.__dict__ = copy.deepcopy(w.store._content), twin.__dict__
    w.run(commands)
    assert repr(one.__dict__) == repr(w.store._content.__dict__)


def test_capacity_that_flaps_among_bookings_in_one_batch_never_overbooks():
    w = World()
    commands = []
    for round_, capacity in enumerate((0, 1, 1000, 0, 24, 1, 240, 0, 1000)):
        commands.append(SetCapacity("", AGENCY, A, "2026-06-14", capacity, "flapping"))
        commands += [
            w.book_command(100 * round_ + n, start=w.window(day=1, hour=n)) for n in range(24)
        ]
    w.run(commands)
    w.check()
    displaced = [e for e in w.events() if e.kind == "displaced"]
    assert displaced
    for event in displaced:
        assert w.status(event.number) == "displaced"


def test_a_command_that_breaks_takes_nothing_of_its_batch_along():
    w = World()
    before = what_is_there(w)
    with pytest.raises(KeyError):
        w.run([w.book_command(1), object_without_a_rule()])
    assert what_is_there(w) == before


def what_is_there(w: World) -> list:
    content = w.store._content
    tables = {kind: dict(rows) for kind, rows in content.tables.items() if rows}
    return [tables, list(content.log), dict(content.answers)]


def object_without_a_rule() -> object:
    return make_dataclass("Nothing", ["key", "actor"])("", PUBLIC)


# Time.


def test_the_log_s_time_never_runs_backwards_whatever_the_clock_does():
    w = World()
    for n, jump in enumerate((HOUR, -HOUR, 3 * HOUR, -10 * DAY, 0, HOUR)):
        w.now = Moment(w.now.at + jump, w.now.real + jump)
        w.book(n, start=w.window(day=1))
    log = w.events()[-6:]
    assert [e.at for e in log] == sorted(e.at for e in log)
    assert log[-1].real < log[0].real, "the wall clock is told as it was"
    w.check()


def test_a_clock_that_jumps_ahead_lapses_and_does_not_come_back():
    w = World()
    number = w.book(1)
    w.wait(hours=100)
    w.tick()
    w.wait(hours=-100)
    assert w.status(number) == "no_show"
    assert w.refused(w.book_command(1, start=w.window(hour=20))) == "window_past"
    w.check()


@pytest.mark.parametrize(
    ("on", "hours"), [("2026-10-25", 25), ("2027-03-28", 23), ("2026-06-13", 24)]
)
def test_a_day_of_any_length_has_all_its_places(on, hours):
    w = World()
    hourly = replace(w.rules["xx-tiny"], window=HOUR)
    w.rules = Regulations({**w.rules, "xx-tiny": hourly})
    day = date.fromisoformat(on)
    w.until(max(w.now.at, from_datetime(datetime(day.year, day.month, day.day, tzinfo=UTC))))
    line = replace(w.line(X), id="xx_c.entry")
    w.done(OpenLine("", PEOPLE["xx_agency"], line, 50))
    starts = windows(day, "Europe/Berlin")
    assert len(starts) == hours
    slots = [w.slot(at, line.id) for at in starts]
    assert sum(slot.capacity for slot in slots) == 50
    for n, at in enumerate(starts):
        if at + HOUR > w.now.at:
            w.book(n, line=line.id, start=at)
    w.done(SetCapacity("", PEOPLE["xx_agency"], line.id, on, 3, "works"))
    w.done(CloseDay("", PEOPLE["xx_agency"], line.id, on, "works"))
    w.check()


# What does not exist.


@pytest.mark.parametrize("number", [-1, 999, 2**31, 2**63, 10**40])
def test_numbers_that_do_not_exist_are_unknown(number):
    w = World()
    for command in (
        Cancel("", CARRIER, number),
        Move("", CARRIER, number, w.window()),
        Arrive("", OFFICER, number),
        Call("", OFFICER, A, number, "medical"),
        Admit("", OFFICER, number),
        Cross("", OFFICER, number),
        Miss("", OFFICER, number),
        TurnBack("", OFFICER, number, "papers"),
        Propose("", OFFICER, number, "miss", "driver_gone"),
        Approve("", OFFICER, number),
        Refuse("", OFFICER, number, "not_proven"),
        Undo("", OFFICER, number),
        Lapse("", TIMER, number),
    ):
        assert w.refused(command) == "booking_unknown", command


def test_lines_and_classes_that_do_not_exist_are_unknown():
    w = World()
    assert w.refused(w.book_command(1, vehicle_class="\0" * 1000)) == "class_unknown"
    assert w.refused(WalkIn("", OFFICER, "🚚", vehicle(1))) == "line_unknown"


def test_events_name_nobody_after_a_whole_day_of_everything():
    w = World()
    start = w.window(hour=9)
    for n in range(8):
        w.book(n, start=start, trailer=f"TSTTR{n:03d}")
    for n in range(1, 7):
        w.do(Arrive("", OFFICER, n))
    for _ in range(3):
        w.done(Call("", OFFICER, A))
    w.done(Call("", OFFICER, A, 5, "medical"))
    w.done(Approve("", PEOPLE["supervisor"], 5))
    w.done(Admit("", OFFICER, 1))
    w.done(TurnBack("", OFFICER, 1, "papers"))
    w.done(Undo("", OFFICER, 1))
    w.set_aside(2, "miss", "driver_gone")
    w.done(Propose("", OFFICER, 3, "turn_back", "papers"))
    w.done(Refuse("", PEOPLE["second"], 3, "not_proven"))
    w.walk_in(20)
    w.done(CloseDay("", AGENCY, A, "2026-06-13", "flood"))
    w.wait(hours=72)
    w.tick()
    w.check()


def test_an_empty_batch_commits_nothing():
    w = World()
    assert run(w.store, [], w.rules, w.now).answers == []
