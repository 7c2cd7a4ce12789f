"""Loading a network: everything or nothing, and what is there stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from kezek.domain.account.actor import TIMER
from kezek.domain.calendar.capacity import CloseDay, OpenDay
from kezek.domain.checkpoint.board_day import BoardDay, days_of_board
from kezek.domain.checkpoint.place_name import PlaceName
from kezek.domain.kernel.instant import local_day
from kezek.domain.kernel.refusal import Reason
from kezek.domain.network.load import ExtendCalendar, LineDays, LoadNetwork, OpenLine
from kezek.domain.slot.slot import Day, Slot
from tests.world import ADMIN, PEOPLE, TODAY, A, B, World, X, checkpoint, day_places, line, rules


def load(w: World, *plans: LineDays, who=ADMIN) -> dict:
    return w.done(LoadNetwork("", who, (checkpoint(A),), (), plans, "tests"))


def test_names_are_rows_of_a_language_and_those_that_are_there_stay():
    w = World()
    names = (PlaceName("kz_a", "own", "ug", "ئا"), PlaceName("kz_b", "opposite", "ru", "Б"))
    body = w.done(LoadNetwork("", ADMIN, (), names, (), "tests"))
    assert body["names"] == 2
    other = (replace(names[0], name="other"),)
    assert w.done(LoadNetwork("", ADMIN, (), other, (), "tests"))["names"] == 0
    assert w.store._content.tables[PlaceName] == {name.key: name for name in names}


def test_a_name_of_an_unknown_place_is_refused_and_nothing_is_loaded():
    w = World()
    names = (PlaceName("kz_a", "own", "ug", "ئا"), PlaceName("kz_no", "own", "ug", "ئا"))
    assert w.refused(LoadNetwork("", ADMIN, (), names, (), "t")) == Reason.CHECKPOINT_UNKNOWN
    assert not w.store._content.tables.get(PlaceName)


def entry(days, *, of: str = A) -> LineDays:
    return LineDays(replace(line(of, rules()), id="kz_a.entry"), tuple(days))


def board(*free: tuple[int, int], first: date = TODAY) -> tuple:
    days = [
        BoardDay("kz_a", first + timedelta(days=n), ordinary + dear > 0, ordinary, dear)
        for n, (ordinary, dear) in enumerate(free)
    ]
    return days_of_board(days, seen_on=TODAY, seen_hour=9)


def test_loading_twice_changes_nothing_that_is_there():
    w = World()
    number = w.book(1)
    before = {kind: dict(rows) for kind, rows in w.store._content.tables.items()}
    again = LineDays(line(A, rules()), (day_places(A, TODAY, w.rules["kz"]),))
    assert load(w, again)["lines"] == 0
    assert w.slot(w.booking(number).start) == before[Slot][A, w.booking(number).start]
    assert before[Day] == w.store._content.tables[Day]


def test_a_board_s_days_become_days_and_its_last_open_day_repeats_marked_assumed():
    w = World()
    load(w, entry(board((0, 0), (20, 1), (100, 1), (50, 0), (0, 0))))
    days = w.store.reader.days("kz_a.entry", "0", "9")
    ordinary = next(pool for pool in w.rules["kz"].pools if not pool.reserved)
    assert [d.basis for d in days] == ["board"] * 5 + ["assumed"] * 26
    assert [d.open for d in days[:6]] == [False, True, True, True, False, True]
    assert [d.left(ordinary) for d in days[1:4]] == [20, 100, 50]
    assert days[5].left(ordinary) == 50
    w.check()


def test_a_board_of_yesterday_still_says_what_comes():
    w = World()
    load(w, entry(board((100, 1), first=TODAY - timedelta(days=9))))
    days = w.store.reader.days("kz_a.entry", "0", "9")
    assert {d.basis for d in days} == {"assumed"}
    assert days[0].capacity == 101
    w.check()


def test_a_board_that_is_closed_throughout_promises_nothing_beyond_itself():
    w = World()
    known = board((0, 0), (5, 0))
    load(w, entry(known[:1]))
    assert [d.open for d in w.store.reader.days("kz_a.entry", "0", "9")] == [False]


def test_only_an_administrator_loads():
    w = World()
    command = LoadNetwork("", PEOPLE["agency"], (), (), (), "x")
    assert w.refused(command) == "not_allowed"


def test_an_opened_line_has_every_day_to_the_horizon_and_is_marked_ours():
    w = World()
    new = replace(line(A, rules()), id="kz_a.entry", zone="Pacific/Kiritimati", cursor=99)
    w.done(OpenLine("", PEOPLE["agency"], new, 48))
    days = w.store.reader.days("kz_a.entry", "0", "9")
    assert len(days) == 31
    assert {(d.basis, d.capacity) for d in days} == {("ours", 48)}
    opened = w.line("kz_a.entry")
    assert (opened.zone, opened.cursor) == ("Asia/Almaty", 0), "the post knows where it is"
    assert w.book(1, line="kz_a.entry", start=w.window(A, day=1))
    assert w.do(OpenLine("", PEOPLE["agency"], new, 48)).outcome == {"line": "kz_a.entry"}
    w.check()


def test_the_posts_of_the_world_differ_as_their_files_say():
    w = World()
    assert w.day(B).protected["ordinary"] == 47
    assert w.day(X).kept == 0


def extended(w: World, days: int) -> list[Day]:
    """The days from today on, after the timer has had its say."""
    today = local_day(w.now.at, w.line().zone)
    ahead = [today + timedelta(days=n) for n in range(days)]
    for on in ahead:
        w.done(ExtendCalendar("", TIMER, A, on.isoformat()))
    return [w.store.reader.get(Day, (A, on.isoformat())) for on in ahead]


def test_a_calendar_goes_on_after_an_outage_longer_than_itself():
    w = World()
    capacity = extended(w, 1)[0].capacity
    w.wait(hours=24 * 70)
    days = extended(w, 30)
    assert {(d.open, d.capacity, d.basis) for d in days} == {(True, capacity, "assumed")}


def test_after_years_the_days_are_closed_until_the_agency_opens_them():
    w = World()
    w.wait(hours=24 * 800)
    days = extended(w, 3)
    assert {(d.open, d.capacity) for d in days} == {(False, 0)}
    w.done(OpenDay("", PEOPLE["agency"], A, days[0].on, 240, "we are back"))
    w.check()


def test_a_closure_without_an_end_goes_on_until_the_agency_opens():
    w = World()
    for day in extended(w, w.rules["kz"].horizon_days + 2):
        w.done(CloseDay("", PEOPLE["agency"], A, day.on, "flood"))
    w.wait(hours=24 * 40)
    days = extended(w, 30)
    assert {(d.open, d.capacity, d.reason) for d in days} == {(False, 0, "flood")}
    w.done(OpenDay("", PEOPLE["agency"], A, days[0].on, 240, "the water has gone"))
    w.check()
    following = extended(w, 31)[-1]
    assert (following.open, following.capacity) == (True, 240)
