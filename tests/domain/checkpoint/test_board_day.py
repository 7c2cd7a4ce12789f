from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezek.domain.checkpoint.board_day import BoardDay, assumed, by_checkpoint, days_of_board

FIRST = date(2026, 6, 13)


def board(*free: tuple[int, int] | None, post: str = "kz_x") -> tuple[BoardDay, ...]:
    """A board from (ordinary, dear) for each day; None is a closed day."""
    return tuple(
        BoardDay(post, FIRST + timedelta(days=i), pair is not None, *(pair or (0, 0)))
        for i, pair in enumerate(free)
    )


def plans(*free: tuple[int, int] | None, hour: int = 17):
    answer = days_of_board(board(*free), seen_on=FIRST, seen_hour=hour)
    assert answer is not None
    return answer


def test_an_untouched_day_is_all_free():
    day = plans((0, 0), (700, 7))[1]
    assert (day.capacity, day.kept) == (707, 7)
    assert day.places == (29,) * 13 + (30,) * 11
    assert day.protected == (0,) * 24
    assert (day.protected_ordinary, day.protected_kept) == (0, 0)


@pytest.mark.parametrize(
    ("quota", "kept"),
    [(25, 1), (49, 1), (101, 1), (102, 2), (152, 2), (202, 2), (253, 3), (303, 3), (707, 7)],
)
def test_the_dear_pool_is_a_hundredth_of_the_ordinary_one_rounded_up(quota, kept):
    assert plans((0, 0), (quota - kept, kept), (0, 0))[2].kept == kept


def test_what_is_missing_from_the_quota_is_protected_by_pool():
    day = plans((0, 0), (100, 1), (60, 0))[2]
    assert (day.protected_ordinary, day.protected_kept) == (40, 1)
    assert sum(day.protected) == 41
    assert sum(day.free) == 60


def test_a_dear_pool_above_its_share_is_believed():
    day = plans((0, 0), (100, 1), (60, 20))[2]
    assert day.kept == 20
    assert (day.protected_ordinary, day.protected_kept) == (21, 0)


def test_more_ordinary_places_than_the_share_leaves_shrink_the_dear_pool():
    day = plans((0, 0), (90, 11), (101, 0))[2]
    assert day.kept == 0
    assert (day.protected_ordinary, day.protected_kept) == (0, 0)


@pytest.mark.parametrize(
    ("quota", "left"),
    [((48, 1), (14, 1)), ((100, 1), (32, 1))],  # as seen at the real posts at 17:23
)
def test_on_its_own_day_the_board_tells_of_the_hours_to_come(quota, left):
    day = plans(left, quota)[0]
    assert day.free[:17] == (0,) * 17
    assert sum(day.free[17:]) == sum(left)
    assert day.protected[:17] == day.places[:17]


def test_where_the_hours_to_come_are_too_small_they_take_from_those_gone_by():
    day = plans((48, 2), (150, 2))[0]  # Bidaik
    assert day.free == (0,) * 17 + (7,) * 6 + (8,)
    assert day.protected == (6,) * 17 + (0,) * 7
    assert sum(day.places) == day.capacity == 152


def test_a_closed_day_has_no_places():
    day = plans((0, 0), (100, 1), None)[2]
    assert not day.open
    assert day.capacity == day.kept == sum(day.places) == sum(day.protected) == 0


@pytest.mark.parametrize("days", [(), (None,), (None, None), ((0, 0), None)])
def test_without_an_open_day_or_a_quota_there_is_no_line(days):
    assert days_of_board(board(*days), seen_on=FIRST, seen_hour=17) is None


def test_beyond_the_board_the_last_open_day_repeats():
    known = plans((0, 0), (100, 1), (60, 0), None)
    day = assumed(known, FIRST + timedelta(days=40))
    assert day.basis == "assumed"
    assert day.open
    assert day.on == FIRST + timedelta(days=40)
    assert (day.capacity, day.protected, day.places) == (101, known[2].protected, known[2].places)


def test_a_board_of_its_own_day_alone_does_not_pass_lost_hours_on():
    day = assumed(plans((12, 1)), FIRST + timedelta(days=1))
    assert day.free == day.places
    assert sum(day.places[:17]) > 0


def test_what_the_board_says_is_not_assumed():
    with pytest.raises(AssertionError):
        assumed(plans((100, 1)), FIRST)


def test_days_are_grouped_by_post_and_sorted():
    mixed = board((1, 1), (2, 2)) + board((3, 3), post="kz_y")
    grouped = by_checkpoint(reversed(mixed))
    assert grouped == {"kz_x": mixed[:2], "kz_y": mixed[2:]}


DAYS = st.lists(
    st.none() | st.tuples(st.integers(0, 700), st.integers(0, 200)), min_size=1, max_size=8
)


@given(DAYS, st.integers(0, 23))
def test_every_plan_adds_up(days, hour):
    rows = board(*days)
    answer = days_of_board(rows, seen_on=FIRST, seen_hour=hour)
    if answer is None:
        assert not any(sum(pair) for pair in days if pair)
        return
    later = assumed(answer, rows[-1].on + timedelta(days=1))
    for day in (*answer, later):
        assert len(day.places) == len(day.protected) == 24
        assert sum(day.places) == day.capacity
        assert all(0 <= p <= q for p, q in zip(day.protected, day.places, strict=True))
        assert sum(day.protected) == day.protected_ordinary + day.protected_kept
        assert min(day.protected_ordinary, day.protected_kept) >= 0
        assert 0 <= day.kept <= day.capacity
    for row, day in zip(rows, answer, strict=True):
        assert sum(day.free) == row.free
        assert not row.open or day.capacity - day.kept - day.protected_ordinary == row.free_ordinary
        assert day.kept - day.protected_kept == row.free_kept
