"""The pace of a line: what has crossed lately, over as many hours as are known."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from kezek.app.queue import Pace, Queues
from kezek.app.watch import Watch
from tests.world import World


@dataclass
class Log:
    """Only what the pace asks of a store."""

    began: int
    crossed: int
    since: int = 0

    @property
    def reader(self) -> Log:
        return self

    def events(self, after: int, limit: int) -> list[Log]:
        return [self]

    @property
    def at(self) -> int:
        return self.began

    def counted(self, line: str, kind: str, since: int) -> int:
        self.since = since
        return self.crossed


HOUR = 3_600_000


@pytest.mark.parametrize(
    ("age", "hours"), [(0, 1), (HOUR // 2, 1), (3 * HOUR // 2, 1.5), (3 * HOUR, 3), (90 * HOUR, 3)]
)
def test_the_pace_is_taken_over_the_hours_that_the_log_knows(age: int, hours: float):

    now = 1_000 * HOUR
    log = Log(began=now - age, crossed=6)
    pace = Queues(log, Watch())._pace(World().line(), now)
    assert pace == Pace(6, hours)
    assert pace.per_hour == 6 / hours
    assert log.since == now - hours * HOUR


def test_a_line_that_nobody_crossed_has_no_pace():

    assert Queues(Log(began=0, crossed=0), Watch())._pace(World().line(), 5 * HOUR) is None
