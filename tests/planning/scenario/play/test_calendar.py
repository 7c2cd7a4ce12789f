"""Requests against places."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from kezek.domain.kernel.instant import HOUR
from kezek.planning.scenario.play.calendar import (
    UNTIL_MAX,
    book,
    day_places,
    days_until_place,
    mean_days,
)
from kezek.planning.scenario.world.scenario import (
    ScenarioClosure,
    ScenarioPost,
    ScenarioRestriction,
)

POST = ScenarioPost(id="kz_x", zone="Asia/Almaty", capacity_per_day=48)
DAYS = [date(2026, 6, 15) + timedelta(days=n) for n in range(4)]


def places(post: ScenarioPost = POST):
    return [day_places(post, day, HOUR) for day in DAYS]


def by_day(booked) -> list[int]:
    return [sum(b.trucks for b in booked.bookings if b.on == n) for n in range(len(DAYS))]


def test_what_a_day_cannot_give_the_next_one_gives_first_come_first():
    booked = book(places(), 50, None)
    assert by_day(booked) == [48] * 4
    assert booked.left == 8
    # Each day two more come later than they asked for.
    assert booked.days_waited == ((0, 48 + 46 + 44 + 42), (1, 2 + 4 + 6))
    assert mean_days(booked.days_waited) == 12 / 192


def test_a_day_that_does_not_count_is_booked_and_not_told():
    booked = book(places(), 50, None, counted=2)
    assert by_day(booked) == [48] * 4
    assert (booked.left, booked.days_waited) == (4, ((0, 48 + 46), (1, 2)))


def test_parts_of_a_truck_are_carried_on():
    assert by_day(book(places(), 10.5, None)) == [10, 11, 10, 11]


def test_who_has_booked_before_comes_first_and_who_loses_the_day_before_all_others():
    found = book(places(), 10, None, booked=[60, 20])
    # Twelve of the first day go into the second, then the requests of both days.
    assert by_day(found) == [48, 48, 14, 10]
    assert found.until == (1, 1, 0, 0)
    assert found.left == 0


def test_a_full_calendar_is_waited_for_as_many_days_as_it_is_full():
    beyond = places()[-1]
    assert days_until_place(places(), beyond, 48, counted=4, booked=[48] * 7) == (7,) * 4
    growing = days_until_place(places(), beyond, 72, counted=4, booked=[48] * 7)
    assert growing == (8, 8, 9, 9)
    nothing = day_places(msgspec.structs.replace(POST, capacity_per_day=0), DAYS[0], HOUR)
    assert days_until_place([nothing] * 4, nothing, 1, counted=4) == (UNTIL_MAX,) * 4


def test_wishes_are_kept_while_there_is_room():
    wish = [0.0] * 24
    wish[8] = 1.0
    hours = {b.start: b.trucks for b in book(places()[:1], 12, wish).bookings}
    assert sum(hours.values()) == 12
    assert max(hours.values()) == 2
    assert hours[places()[0].starts[8]] == 2


def test_an_announced_closure_takes_the_places_and_another_does_not():
    span = {"begins": datetime(2026, 6, 16), "ends": datetime(2026, 6, 17)}  # noqa: DTZ001
    for announced, second in ((True, 0), (False, 48)):
        shut = msgspec.structs.replace(POST, closure=[ScenarioClosure(**span, announced=announced)])
        assert by_day(book(places(shut), 48, None))[1] == second
    less = msgspec.structs.replace(POST, restriction=[ScenarioRestriction(**span, percent=50)])
    assert sum(places(less)[1].places) == 24


def test_a_post_has_places_while_it_is_open():
    day = places(msgspec.structs.replace(POST, opens="08:00", closes="20:00"))[0]
    assert day.hours == tuple(range(8, 20))
    assert sum(day.places) == 48


def test_the_last_day_on_which_somebody_came_late_is_known():
    shut = ScenarioClosure(begins=datetime(2026, 6, 15), ends=datetime(2026, 6, 16))  # noqa: DTZ001
    booked = book(places(msgspec.structs.replace(POST, closure=[shut])), 30, None)
    assert by_day(booked) == [0, 48, 42, 30]
    assert booked.late_until == 2
