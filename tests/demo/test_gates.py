"""The simulated officers and the people who work beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from kezek.demo.agenda import Agenda
from kezek.demo.chance import DemoChance
from kezek.demo.client import ApiAnswer
from kezek.demo.gates import Gates
from kezek.demo.scene import KnownTruck, Scene, Staffing, Yard
from kezek.demo.stage import TrafficRun
from kezek.domain.kernel.instant import DAY, MINUTE, Instant, Moment

OURS, THEIRS = "kz_a", "kz_b"
POSTS = (OURS, THEIRS)


class Sweeping:
    """A clock that goes a quarter of an hour on whenever it is asked."""

    def __init__(self) -> None:
        self.at: Instant = 100 * DAY

    def now(self) -> Moment:
        self.at += 15 * MINUTE
        return Moment(self.at, self.at)


class Asked:
    """An API that says yes and keeps what it was asked."""

    def __init__(self) -> None:
        self.paths: list[tuple[str, int | str]] = []
        self.number = 0

    async def tell(self, who: str, path: str, body: dict[str, Any], **_: object) -> ApiAnswer:
        self.paths.append((path, body.get("booking") or body.get("checkpoint", 0)))
        self.number += 1
        return ApiAnswer(200, {"number": self.number, "status": "called"})


def scene(known: list[KnownTruck]) -> Scene:
    yards = [Yard(post, "KZ", "Russia", "UTC", 100, True, "in_turn", [], []) for post in POSTS]
    return Scene("", {}, 0, 1, 7, 0, 1, 0, yards, known)


def played(
    act: Callable[[Gates], None], known: list[KnownTruck] | None = None
) -> list[tuple[str, int | str]]:
    """What the officers ask of the API in two days, after `act`."""

    async def play() -> list[tuple[str, int | str]]:
        clock, api = Sweeping(), Asked()
        agenda, whole = Agenda(clock), scene(known or [])
        stage = TrafficRun(whole, clock, agenda, api, DemoChance(7))  # type: ignore[arg-type]
        stage.yards = {yard.checkpoint: yard for yard in whole.yards}
        gates = Gates(stage)
        gates.begin()
        act(gates)
        work = asyncio.create_task(agenda.work())
        ended = asyncio.Event()

        async def end() -> None:
            ended.set()

        agenda.after(2 * DAY, end)
        await asyncio.wait_for(ended.wait(), 20)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        return api.paths

    return asyncio.run(play())


def test_a_post_that_a_person_serves_is_left_alone_and_the_others_are_not():
    asked = played(lambda gates: gates.change(Staffing([OURS], {})))
    calls = [place for path, place in asked if path == "/calls"]
    assert set(calls) == {THEIRS}
    assert len(calls) > 10


def test_a_truck_that_was_on_its_way_through_the_gate_is_the_person_s_to_see_to():
    known = [KnownTruck(71, OURS, "called", None), KnownTruck(72, OURS, "admitted", None)]
    known += [KnownTruck(73, THEIRS, "called", None)]
    asked = played(lambda gates: gates.change(Staffing([OURS], {})), known)
    assert not [step for step in asked if step[1] in (71, 72)]
    assert [step for step in asked if step[1] == 73]


def test_what_a_person_leaves_behind_is_seen_to_when_the_officers_come_back():
    left = [
        KnownTruck(71, OURS, "called", None),
        KnownTruck(72, OURS, "admitted", None),
        KnownTruck(74, OURS, "arrived", None),
    ]

    def come_and_go(gates: Gates) -> None:
        gates.change(Staffing([OURS], {}))
        gates.change(Staffing([], {OURS: left}))

    asked = played(come_and_go)
    assert [path for path, number in asked if number == 72] == ["/crossings"]
    assert any(
        path in ("/admissions", "/missed-calls", "/turn-backs") for path, n in asked if n == 71
    )
    assert OURS in [place for path, place in asked if path == "/calls"]
