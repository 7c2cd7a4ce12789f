"""The line recomputed by somebody who has the public log and the published rules, and nothing of ours.

A program of its own, as an outsider would write it from docs/reference/events.md: it imports nothing of
the product.  Events are the items of `GET /api/v1/log`, the rules the versions of one rule set as
`GET /api/v1/regulations/{regulation}?version=` tells them.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

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


def midnight(day: str, zone: str) -> int:
    """When a local day begins."""
    return round(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1_000


class Outsider:
    """One line.  `trucks` are those on their way or here, `cycle` the round and the place in the order
    of classes.  `versions` are all of the line's rule set, `zone` is the checkpoint's.
    """

    def __init__(self, line: str, versions: list[dict[str, Any]], zone: str) -> None:
        self.line = line
        served = [one for one in versions if one["status"] == "in_force"]
        dated = [(midnight(one["effective_on"], zone), one) for one in served]
        self.versions = sorted(dated, key=lambda one: one[0])
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
                "booked": at,
                "window": body.get("start"),
                "here": at if kind == "walked_in" else None,
                "behind": None,
                "passes": body.get("round"),
                "called": None,
                "undo": None,
            }
            if kind == "walked_in":
                self._joined(number, self.trucks[number], at)
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
            self._joined(number, truck, at)
        elif kind in ("called", "called_out_of_turn"):
            truck["called"] = body["until"]
            minutes = self._given("call_minutes", at, truck)
            assert body["until"] == at + minutes * 60_000, "a call stands as long as published"
            if kind == "called":
                told = (body["round"], body["cursor"])
                truck["undo"] = (truck["undo"][0], (self.cycle, told))
                self.cycle = self._behind(truck, at)
                assert self.cycle == told, "the log's cycle is the published one"
        elif kind == "missed":
            truck["behind"], truck["called"] = min(at, truck["called"]), None
        if "misses" in body:
            most = self._given("misses_max", at, truck)
            assert body["most"] == most, "as many misses are allowed as published"
            assert (body["misses"] > most) == (kind == "not_shown")
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

    def _given(self, field: str, now: int, truck: dict[str, Any] | None = None) -> Any:
        """A number that counts by now, unless the decree says otherwise."""
        truck = truck or {"booked": now, "window": None}
        instants = {"now": now, "booking": truck["booked"], "window": truck["window"] or now}
        for begins, version in self.versions[:0:-1]:
            if instants[version["transition"].get(field, "now")] >= begins:
                return version[field]
        return self.versions[0][1][field]

    def _classes(self, now: int) -> list[str]:
        """The cycle of now, with a last place for each class that only later versions have."""
        cycle = list(self._given("interleave", now))
        for _, version in self.versions:
            cycle += dict.fromkeys(one for one in version["interleave"] if one not in cycle)
        return cycle

    def _joined(self, number: int, truck: dict[str, Any], now: int) -> None:
        """Hold the round that a truck lets pass against how its class joins."""
        known = [*(v["classes"] for _, v in self.versions[::-1]), self._given("classes", now)]
        classes = {one["name"]: one for of in known for one in of}
        passes = None
        if classes[truck["class"]]["joins"] == "next_round":
            same = [
                (self._place(n, t), t["passes"])
                for n, t in self._waiting().items()
                if n != number and t["class"] == truck["class"] and self._place(n, t)[0] <= now
            ]
            ahead = min(same)[1] if same else None
            passes = self.cycle[0] if ahead is None else ahead
        assert truck["passes"] == passes, "a class joins as published"

    def _waiting(self) -> dict[int, dict[str, Any]]:
        return {n: t for n, t in self.trucks.items() if t["here"] and t["called"] is None}

    def _on(self, cycle: tuple[int, int], classes: list[str]) -> tuple[int, int]:
        """One place on; at the beginning a new round begins."""
        of, place = cycle
        return (of, place + 1) if place + 1 < len(classes) else (of + 1, 0)

    def _may(self, truck: dict[str, Any], cycle: tuple[int, int], classes: list[str]) -> bool:
        """Whether it is the turn of a truck that is the first of its class."""
        over = truck["passes"] is None or cycle[0] > truck["passes"]
        return over and classes[cycle[1]] == truck["class"]

    def _stands(self, classes: list[str]) -> tuple[int, int]:
        """Where the cycle stands; a newer version may have a shorter one."""
        return self.cycle[0], self.cycle[1] % len(classes)

    def _behind(self, truck: dict[str, Any], now: int) -> tuple[int, int]:
        classes = self._classes(now)
        cycle = self._stands(classes)
        while not self._may(truck, cycle, classes):
            cycle = self._on(cycle, classes)
        return self._on(cycle, classes)

    def order(self, now: int) -> list[int]:
        """Booking numbers, the next one first."""
        waiting, classes = self._waiting(), self._classes(now)
        order: list[int] = []
        cycle = self._stands(classes)
        while waiting:
            opens = {n: self._place(n, t)[0] for n, t in waiting.items()}
            soonest = min(opens.values())
            open_now = [n for n in waiting if opens[n] <= now]
            wave = open_now or [n for n in waiting if opens[n] == soonest]
            heads: dict[str, int] = {}
            for n in sorted(wave, key=lambda n: self._place(n, waiting[n])):
                heads.setdefault(waiting[n]["class"], n)
            while not any(self._may(waiting[n], cycle, classes) for n in heads.values()):
                cycle = self._on(cycle, classes)
            following = heads[classes[cycle[1]]]
            order.append(following)
            waiting.pop(following)
            cycle = self._on(cycle, classes)
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
