"""Spreads a number of places over the hours of a day.

The remainder goes to the last parts.  On the real board, posts with 48 ordinary places a day show 14 at
17:23 (seven hours of two), and posts with 100 show 32 (seven of four and four more).
"""

from __future__ import annotations

from collections.abc import Sequence


def spread(total: int, parts: int) -> tuple[int, ...]:
    """`parts` whole numbers that sum to `total`, as equal as possible, the larger ones last."""
    assert total >= 0, "places are never negative"
    assert parts > 0, "there is nothing to spread over"
    each, rest = divmod(total, parts)
    return (each,) * (parts - rest) + (each + 1,) * rest


def fit(total: int, room: Sequence[int]) -> tuple[int, ...]:
    """`total` spread evenly over the parts, the remainder last, but never above `room` of a part.

    Places that do not fit into a part go evenly to the parts that still have room.  `total` must not
    exceed the whole room; asking for more is our own mistake.
    """
    assert 0 <= total <= sum(room), "more places than room"
    assert all(one >= 0 for one in room), "room is never negative"
    placed = [0] * len(room)
    open_parts = list(range(len(room)))
    left = total
    while open_parts:
        shares = dict(zip(open_parts, spread(left, len(open_parts)), strict=True))
        tight = [part for part in open_parts if room[part] < shares[part]]
        # Parts that are too small are filled, and the others share the rest anew.  Without such parts
        # the shares are final.
        for part in tight or open_parts:
            placed[part] = min(shares[part], room[part])
            left -= placed[part]
        open_parts = [part for part in open_parts if part not in tight] if tight else []
    return tuple(placed)


def level(total: int, floors: Sequence[int]) -> tuple[int, ...]:
    """`total` spread evenly over the parts, the remainder last, but never below the floor of a part.

    A part with a floor above its share gets its floor, and the others share the rest anew.  `total`
    must cover all floors; asking for less is our own mistake.
    """
    assert sum(floors) <= total, "fewer places than the floors need"
    assert all(one >= 0 for one in floors), "a floor is never negative"
    placed = list(floors)
    open_parts = list(range(len(floors)))
    left = total
    while open_parts:
        shares = dict(zip(open_parts, spread(left, len(open_parts)), strict=True))
        above = [part for part in open_parts if floors[part] > shares[part]]
        for part in open_parts if not above else ():
            placed[part] = shares[part]
        left -= sum(floors[part] for part in above)
        open_parts = [part for part in open_parts if part not in above] if above else []
    return tuple(placed)
