"""Places as the log tells them: what is taken, what is known to be taken, what is given back."""

from __future__ import annotations

from collections import Counter
from typing import Any

from kezek.domain.slot.slot import Day, Slot
from tests.rehearsal.breach import hold
from tests.rehearsal.judge.law import DEAR, LAW, day_of, even, starts_of


class Places:
    """Windows are (line, start), days (line, date).

    `known` places are taken elsewhere, `pending` ones were given back and wait for their time.
    """

    def __init__(self, slots: list[Slot], days: list[Day]) -> None:
        self.capacity = {s.key: s.capacity for s in slots}
        self.known = {s.key: s.protected for s in slots}
        self.open = {d.key: d.open for d in days}
        self.size = {d.key: d.capacity for d in days}
        # Counters, because what nobody took is nothing taken.
        self.taken: Counter[tuple[str, int]] = Counter()
        self.waiting: Counter[tuple[str, int]] = Counter()
        self.classes: Counter[tuple[str, str, str]] = Counter()
        self.pending: dict[tuple[int, int], tuple[str, str]] = {}

    def take(self, line: str, start: int, name: str) -> None:
        """One place more; the promise is looked at here, and again at the end of the commit."""
        slot, on = (line, start), day_of(line, start)
        hold("I2", slot in self.capacity, "a window that nobody published", slot)
        hold("I2", self.open[line, on], "a place on a closed day", line, on)
        self.taken[slot] += 1
        self.classes[line, on, name] += 1
        percent = LAW[line]["percent"].get(name)
        cap = None if percent is None else -(-self.size[line, on] * percent // 100)
        has = self.classes[line, on, name]
        hold("I2", cap is None or has <= cap, f"{has} of {cap} {name} on", line, on)

    def walk_in(self, line: str, at: int) -> None:
        on = day_of(line, at)
        hold("I2", self.open[line, on], "a walk-in on a closed day", line, on)
        self.classes[line, on, "walk_in"] += 1
        cap, has = LAW[line]["walk_ins"], self.classes[line, on, "walk_in"]
        hold("I2", cap is None or has <= cap, f"{has} of {cap} walk-ins on", line, on)

    def leave(self, line: str, start: int, name: str) -> None:
        self.taken[line, start] -= 1
        self.classes[line, day_of(line, start), name] -= 1

    def give_back(self, number: int, line: str, start: int, name: str) -> None:
        self.leave(line, start, name)
        self.pending[number, start] = (line, name)
        self.waiting[line, start] += 1

    def returned(self, number: int, start: int) -> None:
        line, _ = self.pending.pop((number, start))
        self.waiting[line, start] -= 1

    def returned_by_time(self, line: str, start: int, name: str, dropped: set, moved: set) -> None:
        """Whose place came back is not told; the rows that went with it say so."""
        mine = [k for k, v in self.pending.items() if k[1] == start and v == (line, name)]
        hold("I2", mine, "a place came back that nobody gave", line, start)
        mine.sort(key=lambda key: (key not in dropped, key in moved, key))
        self.returned(*mine[0])

    def extend(self, line: str, on: str, capacity: int) -> None:
        """A day more at the far end."""
        starts = starts_of(line, on)
        for start, places in zip(starts, even(capacity, len(starts)), strict=True):
            self.capacity[line, start], self.known[line, start] = places, 0
        self.open[line, on], self.size[line, on] = capacity > 0, capacity

    def change(self, line: str, on: str, asked: int, latest: list[tuple[int, int]]) -> set[int]:
        """The day's new places; who loses the window.

        `latest` are the (number, window) that can lose it, the first to lose it first.
        """
        starts = starts_of(line, on)
        for number, start in [
            k for k, v in self.pending.items() if v[0] == line and k[1] in starts
        ]:
            self.returned(number, start)
        slots = [(line, start) for start in starts]
        known = min(sum(self.known[slot] for slot in slots), asked)
        over = sum(self.taken[slot] for slot in slots) + known - asked
        gone = latest[: max(0, over)]
        while sum(self.known[slot] for slot in slots) > known:
            self._forget_one(slots)
        needs = {slot: self.taken[slot] + self.known[slot] for slot in slots}
        for _, start in gone:
            needs[line, start] -= 1
        raised = asked >= sum(self.capacity[slot] for slot in slots)
        floors = {slot: self.capacity[slot] if raised else needs[slot] for slot in slots}
        self.capacity |= self._filled(slots, floors, asked)
        self.size[line, on] = sum(self.capacity[slot] for slot in slots)
        return {number for number, _ in gone}

    def _forget_one(self, slots: list[tuple[str, int]]) -> None:
        """The window with the most places known elsewhere forgets one; of equals the earliest."""
        most = max(self.known[slot] for slot in slots)
        self.known[next(slot for slot in slots if self.known[slot] == most)] -= 1

    @staticmethod
    def _filled(
        slots: list[tuple[str, int]], floors: dict[tuple[str, int], int], asked: int
    ) -> dict[tuple[str, int], int]:
        """One place after the other to the window that has the fewest; of equals the latest."""
        filled = dict(floors)
        for _ in range(asked - sum(floors.values())):
            least = min(filled.values())
            filled[next(slot for slot in reversed(slots) if filled[slot] == least)] += 1
        return filled

    def agree(self, row: Any) -> None:
        """A stored window or day says what the log says, and keeps the promise."""
        if type(row) is Slot:
            slot = row.key
            told = (self.taken[slot], self.known[slot] + self.waiting[slot], self.capacity[slot])
            stored = (row.taken, row.protected, row.capacity)
            hold("I2", stored == told, "window", slot, "stored", stored, "told", told)
            hold("I2", told[0] + told[1] <= told[2], "overbooked", slot, told)
            return
        counts = tuple(self.classes[*row.key, name] for name in ("in_turn", *DEAR, "walk_in"))
        stored = tuple(row.taken.get(name, 0) for name in ("in_turn", *DEAR, "walk_in"))
        hold("I2", counts == stored, "day", row.key, "stored", stored, "told", counts)
        hold("I2", row.open == self.open[row.key], "day", row.key, "open or closed")
        hold(
            "I2",
            row.capacity == self.size[row.key],
            "day",
            row.key,
            row.capacity,
            self.size[row.key],
        )
        dear = sum(counts[1:4])
        protected, kept = row.protected, row.reserved.get("kept", 0)
        fits = kept == row.kept and dear + protected.get("kept", 0) <= kept
        fits = fits and counts[0] + protected.get("ordinary", 0) + kept <= row.capacity
        hold("I2", fits, "a pool is overbooked", row)
        slots = [(row.line, start) for start in starts_of(*row.key)]
        known = sum(self.known[slot] + self.waiting[slot] for slot in slots)
        hold("I2", known == sum(protected.values()), "protected", row, known)
