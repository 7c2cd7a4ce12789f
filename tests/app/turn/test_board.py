"""Today on a post's page, window by window."""

from __future__ import annotations

from kezek.app.turn.board import hours_of_today
from kezek.domain.kernel.instant import HOUR
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from tests.web.office import Office, opened
from tests.world import PEOPLE, X

GUARD = PEOPLE["xx_officer"]


def crossed(office: Office, n: int) -> None:
    number = office.book(n, line=X, start=office.window(X, hour=6))
    office.done(Arrive(office.key(), GUARD, number))
    office.done(Call(office.key(), GUARD, X))
    for step in (Admit, Cross):
        office.done(step(office.key(), GUARD, number))


def test_a_crossing_counts_in_its_own_window_of_two_hours():
    with opened() as office:
        crossed(office, 1)
        office.until(office.window(X, hour=7))
        office.book(2, line=X, start=office.window(X, hour=6))
        office.book(3, line=X, start=office.window(X, hour=8))
        row = office.application.boards.row_at("xx_c", office.now.at)
        assert row is not None
        told = hours_of_today(office.store.reader, row, office.now.at)
        assert [one.start for one in told[:3]] == [office.window(X, hour=h) for h in (0, 2, 4)]
        assert {told[n + 1].start - told[n].start for n in range(11)} == {2 * HOUR}
        counts = [(one.crossed, one.booked, one.free) for one in told]
        # The window from 06:00 runs until 08:00.
        assert counts == [(0, 0, 0)] * 3 + [(1, 1, 0), (0, 1, 1)] + [(0, 0, 2)] * 7
