"""The line recomputed by somebody who has the public log and the published rules, and nothing of ours.

A program of its own, as an outsider would write it from docs/reference/events.md: it imports nothing of
the product.  Events are the items of `GET /api/v1/log`, the rules one of `GET /api/v1/regulations`.
"""

from __future__ import annotations

import re
from typing import Any

STEPS = {"arrived", "called", "called_out_of_turn", "missed", "admitted", "crossed", "turned_back"}
VERBS = {
    "arrived": "arrive",
    "called": "call",
    "called_out_of_turn": "call",
    "missed": "miss",
    "not_shown": "miss",
    "admitted": "admit",
    "crossed": "cross",
    "turned_back": "turn_back",
}
OVER = {"cancelled", "released", "not_shown", "crossed", "turned_back"}


def milliseconds(text: str) -> int:
    """An RFC 3339 time in UTC as milliseconds of its own count; only their order and sum matter."""
    year, month, day, hour, minute, second, thousandth = map(
        int, re.fullmatch(r"(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)\.(\d{3})Z", text).groups()
    )
    # Days since 1970 by the civil calendar.
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    days = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    return ((days * 24 + hour) * 60 + minute) * 60_000 + second * 1_000 + thousandth


class Outsider:
    """One line.  `trucks` are those on their way or here, `cycle` the round and the place in the order
    of classes.
    """

    def __init__(self, line: str, interleave: list[str]) -> None:
        self.line, self.interleave = line, interleave
        self.trucks: dict[int, dict[str, Any]] = {}
        self.gone: dict[int, dict[str, Any]] = {}
        self.cycle = (0, 0)

    def hear(self, event: dict[str, Any]) -> None:
        """The next event of the log."""
        if event["line"] != self.line or event["number"] is None:
            return
        number, kind, body = event["number"], event["kind"], event["body"]
        at = milliseconds(event["at"])
        if kind in ("confirmed", "walked_in"):
            self.trucks[number] = {
                "class": body.get("class", "walk_in"),
                "window": body.get("start"),
                "here": at if kind == "walked_in" else None,
                "behind": None,
                "passes": body.get("round"),
                "called": None,
                "undo": None,
            }
        elif kind == "undone":
            self._undone(number)
        elif number in self.trucks:
            self._step(number, self.trucks[number], kind, at, body)

    def _step(
        self, number: int, truck: dict[str, Any], kind: str, at: int, body: dict[str, Any]
    ) -> None:
        if kind in VERBS:
            truck["undo"] = ({k: v for k, v in truck.items() if k != "undo"}, None)
        if kind == "moved":
            truck["window"] = body["start"]
        elif kind == "displaced":
            truck["window"] = None
        elif kind == "arrived":
            truck["here"], truck["behind"] = at, at if body["late"] else None
            truck["passes"] = body.get("round")
        elif kind in ("called", "called_out_of_turn"):
            truck["called"] = body["until"]
            if kind == "called":
                told = (body["round"], body["cursor"])
                truck["undo"] = (truck["undo"][0], (self.cycle, told))
                self.cycle = self._behind(truck, self.cycle)
                assert self.cycle == told, "the log's cycle is the published one"
        elif kind == "missed":
            truck["behind"], truck["called"] = min(at, truck["called"]), None
        if kind in OVER:
            self.gone[number] = self.trucks.pop(number)

    def _undone(self, number: int) -> None:
        if number in self.gone:
            self.trucks[number] = self.gone.pop(number)
        truck = self.trucks[number]
        was, cycle = truck["undo"]
        truck.update(was, undo=None)
        if cycle is not None and self.cycle == cycle[1]:
            self.cycle = cycle[0]

    def _on(self, cycle: tuple[int, int]) -> tuple[int, int]:
        """One place on; at the beginning a new round begins."""
        of, place = cycle
        return (of, place + 1) if place + 1 < len(self.interleave) else (of + 1, 0)

    def _may(self, truck: dict[str, Any], cycle: tuple[int, int]) -> bool:
        """Whether it is the turn of a truck that is the first of its class."""
        over = truck["passes"] is None or cycle[0] > truck["passes"]
        return over and self.interleave[cycle[1]] == truck["class"]

    def _behind(self, truck: dict[str, Any], cycle: tuple[int, int]) -> tuple[int, int]:
        while not self._may(truck, cycle):
            cycle = self._on(cycle)
        return self._on(cycle)

    def order(self, now: int) -> list[int]:
        """Booking numbers, the next one first."""
        waiting = {n: t for n, t in self.trucks.items() if t["here"] and t["called"] is None}
        order: list[int] = []
        cycle = self.cycle
        while waiting:
            opens = {n: self._place(n, t)[0] for n, t in waiting.items()}
            soonest = min(opens.values())
            open_now = [n for n in waiting if opens[n] <= now]
            wave = open_now or [n for n in waiting if opens[n] == soonest]
            heads: dict[str, int] = {}
            for n in sorted(wave, key=lambda n: self._place(n, waiting[n])):
                heads.setdefault(waiting[n]["class"], n)
            while not any(self._may(waiting[n], cycle) for n in heads.values()):
                cycle = self._on(cycle)
            following = heads[self.interleave[cycle[1]]]
            order.append(following)
            waiting.pop(following)
            cycle = self._on(cycle)
        return order

    @staticmethod
    def _place(number: int, truck: dict[str, Any]) -> tuple[int, int, int, int]:
        """The window first, then when it came; who fell behind stands behind the windows open then."""
        window, here, behind = truck["window"], truck["here"], truck["behind"]
        if window is None:
            return (0, 0, here if behind is None else behind, number)
        if behind is None or behind < window:
            return (window, 0, here, number)
        return (behind, 1, behind, number)
