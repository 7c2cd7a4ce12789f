"""The trucks that a post expects: each by the window of its own version, in the line's local time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kezek.app.turn.view.due import due_trucks
from kezek.domain.kernel.instant import HOUR, MINUTE, day_start
from kezek.domain.regulation.regulations import Regulations
from tests.web.office import Office, opened
from tests.world import A, X, rules
from tests.yard_rules import LINE, opening, yard_rules


def served(office: Office, line: str):
    found = office.application.network.of_line(line)
    assert found is not None
    return found


def test_windows_begin_on_the_half_hour_of_utc_at_five_and_a_half_hours():
    with opened(regulations=yard_rules()) as office:
        office.done(opening())
        line = served(office, LINE)
        there = replace(line, line=replace(line.line, zone="Asia/Kolkata"))
        ten = day_start(date(2026, 6, 13), "Asia/Kolkata") + 10 * HOUR
        at = ten + 50 * MINUTE
        assert due_trucks(office.store.reader, there, at).by == ten + 2 * HOUR
        # Places are told anew when the next window begins there.
        places = office.application.availability
        assert places.of(there, at).window == ten
        assert places.of(there, ten + HOUR).window == ten + HOUR


@pytest.mark.parametrize(("hour", "by"), [(6, 10), (8, 12)])
def test_the_next_window_of_two_hours_ends_where_a_slot_begins(hour: int, by: int):
    with opened() as office:
        office.until(office.window(X, hour=hour) + HOUR + MINUTE)
        found = due_trucks(office.store.reader, served(office, X), office.now.at)
        assert found.by == office.window(X, hour=by)


def test_a_booking_is_late_by_the_window_of_its_own_version():
    was = rules()["kz"]
    decree = replace(was, effective_on="2026-06-14", window=2 * HOUR)
    with opened(regulations=Regulations(rules(), rules().known, [decree])) as office:
        start = office.window(A, hour=23)
        number = office.book(1, line=A, start=start)
        # After midnight a window has two hours; that of the booking had one.
        office.until(start + 70 * MINUTE)
        line = served(office, A)
        (truck,) = due_trucks(office.store.reader, line, office.now.at).rows
        assert (truck.number, truck.late_by) == (number, 10 * MINUTE)
