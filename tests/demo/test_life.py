from __future__ import annotations

from collections import Counter

import pytest

from kezek.demo.chance import DemoChance
from kezek.demo.life import EARLY_MOST, LATE_MOST, Life, life_of
from kezek.domain.kernel.instant import DAY, HOUR


def kind(life: Life) -> str:
    return next((name for name in life.__slots__ if getattr(life, name) is not None), "never")


@pytest.mark.parametrize("until", [-HOUR // 2, 0, 2 * HOUR, 2 * DAY])
def test_lives_stay_within_their_spans(until: int):
    now, chance = 1_000 * DAY, DemoChance(3)
    start = now + until
    for _ in range(2_000):
        life = life_of(start, now, chance)
        if life.arrives is not None:
            assert (
                max(now, start - EARLY_MOST) <= life.arrives <= start + HOUR + max(HOUR, LATE_MOST)
            )
        if life.cancels is not None:
            assert now <= life.cancels <= start
        if life.moves is not None:
            assert now <= life.moves < start
        assert sum(getattr(life, name) is not None for name in life.__slots__) <= 1


def test_most_come_and_some_do_everything_else():
    now, chance = 1_000 * DAY, DemoChance(3)
    kinds = Counter(kind(life_of(now + 2 * DAY, now, chance)) for _ in range(3_000))
    assert kinds.keys() == {"arrives", "cancels", "moves", "never"}
    assert kinds["arrives"] > 2_500


def test_a_truck_that_is_asked_again_later_lives_the_same_life():
    now = 1_000 * DAY
    start = now + 2 * HOUR
    for number in range(500):
        first = life_of(start, now, DemoChance(number))
        later = life_of(start, now + HOUR // 2, DemoChance(number))
        assert kind(later) == kind(first)
        if first.arrives is not None:
            assert later.arrives == max(first.arrives, now + HOUR // 2)


def test_waiting_times_have_the_mean_asked_for():
    chance = DemoChance(5)
    drawn = [chance.waiting_time(1_000_000) for _ in range(5_000)]
    assert 900_000 < sum(drawn) / len(drawn) < 1_100_000
    assert min(drawn) >= 1
