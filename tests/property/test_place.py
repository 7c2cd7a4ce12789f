"""Taking places and giving them back, with any pools and classes, against lists counted anew."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.regulation.regulation import ClassRule, Note, PoolRule
from kezek.domain.slot import place
from kezek.domain.slot.slot import Day, Slot

WINDOWS = 3
NOTE = Note("invented", "")


@dataclass
class Lists:
    """An entry a place: (window, class) of one that is taken, (window, pool) of one protected."""

    places: dict[str, int]
    capacity: int
    taken: list[tuple[int, str]] = field(default_factory=list)
    protected: list[tuple[int, str]] = field(default_factory=list)

    def left(self, pool: PoolRule) -> int:
        mine = self.places[pool.name]
        mine -= sum(name in pool.classes for _, name in self.taken)
        return mine - sum(name == pool.name for _, name in self.protected)

    def free(self, window: int) -> int:
        return self.capacity - sum(at == window for at, _ in (*self.taken, *self.protected))

    def refuses(self, rule: ClassRule, window: int) -> str:
        assert rule.pool is not None
        if self.left(rule.pool) < 1 or self.capped(rule):
            return Reason.CLASS_FULL
        return Reason.SLOT_FULL if self.free(window) < 1 else ""

    def capped(self, rule: ClassRule) -> bool:
        most = rule.cap(WINDOWS * self.capacity)
        return most is not None and sum(name == rule.name for _, name in self.taken) >= most


@st.composite
def rule_sets(draw: st.DrawFn) -> tuple[list[ClassRule], dict[str, int], int]:
    """Classes in up to four pools, the places of each pool, and the capacity of each window."""
    names = draw(
        st.lists(st.text("abc_", min_size=1, max_size=3), min_size=1, max_size=6, unique=True)
    )
    count = draw(st.integers(1, 4))
    of = [draw(st.integers(0, count - 1)) for _ in names]
    pools = [
        PoolRule(
            f"p{n}", n > 0, tuple(name for name, pool in zip(names, of, strict=True) if pool == n)
        )
        for n in range(count)
    ]
    classes = [
        ClassRule(
            name,
            pools[pool],
            0,
            draw(st.none() | st.integers(0, 100)),
            draw(st.none() | st.integers(0, 6)),
            False,
            NOTE,
        )
        for name, pool in zip(names, of, strict=True)
    ]
    capacity = draw(st.integers(1, 6))
    rest, places = WINDOWS * capacity, {}
    for pool in pools[1:]:
        places[pool.name] = draw(st.integers(0, rest))
        rest -= places[pool.name]
    return classes, {"p0": rest} | places, capacity


@settings(max_examples=300, deadline=None)
@given(rule_sets(), st.data())
def test_places_of_any_pools_and_classes_are_counted_right(drawn, data):
    classes, places, capacity = drawn
    model = Lists(places, capacity)
    slots = [Slot("line", n, capacity, 0, 0) for n in range(WINDOWS)]
    reserved = {name: n for name, n in places.items() if name != "p0" and n}
    whole = WINDOWS * capacity
    day = Day(
        "line", "2026-06-13", True, "ours", "", whole, sum(reserved.values()), reserved, {}, {}
    )
    by_name = {rule.name: rule for rule in classes}
    for _ in range(data.draw(st.integers(0, 30))):
        verb = data.draw(st.sampled_from(["take", "take", "hand_back", "release", "regain"]))
        window, rule = data.draw(st.integers(0, WINDOWS - 1)), data.draw(st.sampled_from(classes))
        mine = (window, rule.pool.name)
        if verb == "take":
            answer, no = place.take(slots[window], day, rule), model.refuses(rule, window)
        elif verb == "hand_back" and (window, rule.name) in model.taken:
            answer, no = place.hand_back(slots[window], day, rule), ""
            model.taken.remove((window, rule.name))
            model.protected.append(mine)
        elif verb == "release" and mine in model.protected:
            answer, no = place.release(slots[window], day, rule), ""
            model.protected.remove(mine)
        elif verb == "regain" and mine in model.protected:
            answer = place.regain(slots[window], day, rule)
            no = Reason.CLASS_FULL if model.capped(rule) else ""
            if not no:
                model.protected.remove(mine)
        else:
            continue
        if isinstance(answer, Refused):
            assert answer.reason == no
            continue
        assert not no
        slots[window], day = answer
        if verb in ("take", "regain"):
            model.taken.append((window, rule.name))
        assert [slot.free for slot in slots] == [model.free(n) for n in range(WINDOWS)]
        for one in by_name.values():
            assert one.pool is not None
            assert day.left(one.pool) == model.left(one.pool)
            assert day.taken.get(one.name, 0) == sum(name == one.name for _, name in model.taken)
        assert 0 not in (*day.taken.values(), *day.protected.values()), "what counts 0 is left out"
