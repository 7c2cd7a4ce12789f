"""A line's calendar is looked at every hour, and what is missing is asked for until it is there."""

from __future__ import annotations

from kezek.app.desk.timer import Timer
from kezek.domain.network.load import ExtendCalendar
from kezek.domain.slot.slot import Day
from tests.world import A, World


def test_what_the_desk_could_not_extend_is_asked_for_again():
    w = World()
    clock = type("Clock", (), {"now": lambda _: w.now})()
    timer = Timer(w.store, w.rules, clock)

    def asked() -> list[ExtendCalendar]:
        return [c for c in timer.due() if isinstance(c, ExtendCalendar) and c.line == A]

    days = w.store._content.table(Day)
    del days[max(key for key in days if key[0] == A)]
    first = asked()
    assert first
    assert asked() == [], "looked at once an hour"
    w.wait(hours=1)
    again = asked()
    assert [c.on for c in again] == [c.on for c in first]


def test_a_large_calendar_grows_in_portions_the_nearest_days_first(monkeypatch):
    monkeypatch.setattr("kezek.app.desk.timer.UPKEEP_AT_ONCE", 2)
    w = World()
    clock = type("Clock", (), {"now": lambda _: w.now})()
    timer = Timer(w.store, w.rules, clock)
    days = w.store._content.table(Day)
    gone = sorted(key[1] for key in days if key[0] == A)[-5:]
    for on in gone:
        del days[A, on]

    def portion() -> list[tuple[str, str]]:
        return [(c.on, c.line) for c in timer.due() if isinstance(c, ExtendCalendar)]

    portions = []
    while found := portion():
        portions.append(found)
    assert all(len(found) <= 2 for found in portions)
    asked = [one for found in portions for one in found]
    assert asked == sorted(asked), "the nearest day of every line comes first"
    assert set(gone) <= {on for on, line in asked if line == A}
