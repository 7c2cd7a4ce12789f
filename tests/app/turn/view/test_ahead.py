"""Who stands ahead is told by the cause that the order itself gives, in groups that add up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kezek.app.turn.queue import Queue
from kezek.app.turn.view.ahead import AheadCause, ahead_of
from kezek.domain.turn.arrive import Arrive
from tests.web.office import Office, opened
from tests.world import PEOPLE, A


@pytest.fixture
def office() -> Iterator[Office]:
    with opened() as found:
        yield found


def came(office: Office, n: int, hour: int, vehicle_class: str = "in_turn") -> int:
    who = "officer" if vehicle_class != "in_turn" else "carrier"
    start = office.window(A, hour=hour)
    number = office.book(n, start=start, who=who, vehicle_class=vehicle_class)
    office.done(Arrive(office.key(), PEOPLE["officer"], number))
    return number


def queue(office: Office) -> Queue:
    served = office.application.network.served_at("kz_a")
    return office.application.queues.of(served, office.now.at)


def told(office: Office, number: int) -> list[tuple[str, int]]:
    line = queue(office)
    mine = line.truck(number)
    groups = ahead_of(line, mine)
    assert sum(len(group.arrived) for group in groups) == mine.place - 1
    return [(group.cause, len(group.arrived)) for group in groups]


def test_an_earlier_hour_and_the_own_hour(office: Office):
    came(office, 1, 9)
    came(office, 2, 12)
    assert told(office, came(office, 3, 12)) == [
        (AheadCause.EARLIER_HOUR, 1),
        (AheadCause.SAME_HOUR, 1),
    ]


def test_who_came_early_stands_behind_every_class_whose_hour_runs(office: Office):
    came(office, 1, 9, "priority")
    mine = came(office, 2, 12)
    (group,) = ahead_of(queue(office), queue(office).truck(mine))
    assert (group.cause, group.window) == (AheadCause.EARLIER_HOUR, office.window(A, hour=9))


def test_another_class_of_the_running_hour_is_called_in_between(office: Office):
    came(office, 1, 9, "priority")
    assert told(office, came(office, 2, 9)) == [(AheadCause.CLASS, 1)]
