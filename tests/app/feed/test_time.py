"""One time for the pages, the timer and the desk: never before the end of the log."""

from __future__ import annotations

import logging

import pytest

from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.feed.time import BEHIND_MAX, LogTime
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.instant import HOUR, MINUTE, SECOND, Moment
from kezek.system.clock import WallClock
from tests.web.office import opened


class Clock:
    at = 1_000_000

    def now(self) -> Moment:
        return Moment(self.at, self.at)


def announce(watch: ChangeFeed, at: int) -> None:
    watch.announce([Logged(watch.position + 1, at, at, "arrived", "timer", "a", 1, "{}")])


def test_a_clock_that_was_set_back_stands_still_until_the_log_is_reached():
    clock, watch = Clock(), ChangeFeed()
    time = LogTime(clock, watch)
    assert time.now() == Moment(clock.at, clock.at)
    announce(watch, clock.at)
    clock.at -= 500
    assert time.now() == Moment(1_000_000, 999_500)
    clock.at += 700
    assert time.now().at == 1_000_200


def test_minutes_of_difference_are_told_once(caplog: pytest.LogCaptureFixture):
    clock, watch = Clock(), ChangeFeed()
    time = LogTime(clock, watch)
    announce(watch, clock.at + BEHIND_MAX)
    time.now()
    assert not caplog.records, "seconds are nothing to speak of"
    announce(watch, clock.at + BEHIND_MAX + 60_000)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            time.now()
    assert [r.getMessage() for r in caplog.records] == [
        "the clock is 180 s behind the log: set the machine's clock"
    ]


def test_an_application_lives_in_the_time_of_its_log():
    with opened() as office:
        office.book(1)
        last = office.application.store.reader.last_event()
        office.wait(minutes=-30)
        assert office.application.now() == office.application.watch.at == last.at
        assert office.application.clock.now().real < last.real


@pytest.mark.parametrize("jump", [48 * HOUR, -48 * HOUR, 3 * MINUTE])
def test_a_jump_of_the_machine_s_time_is_not_believed(jump: int, caplog: pytest.LogCaptureFixture):
    wall, steady = 1_000 * HOUR, 5 * HOUR
    clock = WallClock(lambda: wall, lambda: steady)
    assert clock.now() == Moment(1_000 * HOUR, 1_000 * HOUR)
    wall, steady = wall + MINUTE + jump, steady + MINUTE
    assert clock.now().at == clock.now().real == 1_000 * HOUR + MINUTE
    assert [r.levelname for r in caplog.records] == ["ERROR"], "told once"
    assert clock.doubt == abs(jump)
    wall, steady = wall + MINUTE - jump, steady + MINUTE
    assert clock.now().at == 1_000 * HOUR + 2 * MINUTE == wall
    assert clock.doubt == 0


def test_small_corrections_of_the_machine_s_time_are_followed():
    wall, steady = 1_000 * HOUR, 5 * HOUR
    clock = WallClock(lambda: wall, lambda: steady)
    for correction in (SECOND, -2 * MINUTE, 2 * MINUTE, 2 * MINUTE):
        wall += MINUTE + correction
        steady += MINUTE
        assert clock.now().at == wall
