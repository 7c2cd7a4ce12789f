from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.domain.kernel.spread import fit, level, spread

ROOMS = st.lists(st.integers(0, 60), min_size=1, max_size=24)


@pytest.mark.parametrize(
    ("total", "parts", "answer"),
    [
        (0, 3, (0, 0, 0)),
        (1, 3, (0, 0, 1)),
        (7, 3, (2, 2, 3)),
        (48, 24, (2,) * 24),
        (101, 24, (4,) * 19 + (5,) * 5),
        (5, 1, (5,)),
    ],
)
def test_spread(total, parts, answer):
    assert spread(total, parts) == answer


@pytest.mark.parametrize(
    ("total", "room", "answer"),
    [
        (0, (), ()),
        (0, (3, 3), (0, 0)),
        (5, (5, 5, 5), (1, 2, 2)),
        (6, (1, 9, 9), (1, 2, 3)),
        (6, (9, 9, 1), (2, 3, 1)),
        (7, (0, 0, 7), (0, 0, 7)),
        (12, (1, 5, 6), (1, 5, 6)),
        (14, (2, 2, 2, 2, 2, 2, 3), (2,) * 7),
    ],
)
def test_fit(total, room, answer):
    assert fit(total, room) == answer


@pytest.mark.parametrize(("total", "room"), [(4, (1, 2)), (1, ()), (-1, (5,))])
def test_more_than_there_is_room_for_is_our_mistake(total, room):
    with pytest.raises(AssertionError):
        fit(total, room)


@pytest.mark.parametrize(("total", "parts"), [(1, 0), (-1, 2)])
def test_nothing_is_spread_over_nothing(total, parts):
    with pytest.raises(AssertionError):
        spread(total, parts)


@given(st.integers(0, 10_000), st.integers(1, 48))
def test_spread_is_even_rising_and_complete(total, parts):
    answer = spread(total, parts)
    assert sum(answer) == total
    assert len(answer) == parts
    assert list(answer) == sorted(answer)
    assert answer[-1] - answer[0] <= 1


@given(ROOMS, st.data())
def test_fit_is_complete_within_room_and_fair(room, data):
    total = data.draw(st.integers(0, sum(room)))
    answer = fit(total, room)
    assert sum(answer) == total
    assert all(0 <= one <= most for one, most in zip(answer, room, strict=True))
    # Nobody with room to spare has got two fewer than somebody else.
    spare = [one for one, most in zip(answer, room, strict=True) if one < most]
    assert not spare or max(answer) - min(spare) <= 1


@given(st.integers(0, 1_000), st.integers(1, 24))
def test_with_room_everywhere_fit_is_spread(total, parts):
    assert fit(total, [total] * parts) == spread(total, parts)


@pytest.mark.parametrize(
    ("total", "floors", "answer"),
    [
        (0, (0, 0), (0, 0)),
        (5, (0, 0, 0), (1, 2, 2)),
        (24, (2, 0) * 12, (2, 0) * 12),
        (30, (2, 0, 0, 0), (7, 7, 8, 8)),
        (10, (7, 0, 0), (7, 1, 2)),
        (10, (6, 3, 0), (6, 3, 1)),
    ],
)
def test_level(total, floors, answer):
    assert level(total, floors) == answer


@given(ROOMS, st.integers(0, 500))
def test_level_is_complete_and_takes_only_from_whom_it_must(floors, more):
    total = sum(floors) + more
    answer = level(total, floors)
    assert sum(answer) == total
    assert all(got >= floor for got, floor in zip(answer, floors, strict=True))
    above = [got for got, floor in zip(answer, floors, strict=True) if got > floor]
    # Nobody above the own floor has two more than anybody else.
    assert all(got <= min(answer) + 1 for got in above)


def test_fewer_places_than_the_floors_need_is_our_mistake():
    with pytest.raises(AssertionError):
        level(3, (2, 2))
