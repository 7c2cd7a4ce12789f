from __future__ import annotations

import asyncio
from functools import partial

import pytest

from kezek.demo.agenda import AT_ONCE_MAX, Agenda
from kezek.domain.kernel.instant import Instant, Moment


class Stepping:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = 100

    def now(self) -> Moment:
        return Moment(self.at, self.at)


async def worked(agenda: Agenda, done: asyncio.Event) -> None:
    work = asyncio.create_task(agenda.work())
    waiting = asyncio.create_task(done.wait())
    async with asyncio.timeout(10):
        await asyncio.wait([work, waiting], return_when=asyncio.FIRST_COMPLETED)
    work.cancel()
    waiting.cancel()
    for ended in await asyncio.gather(work, waiting, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


def test_actions_come_in_the_order_of_their_instants_and_not_before():
    async def play() -> list[Instant]:
        clock, done, seen = Stepping(), asyncio.Event(), []
        agenda = Agenda(clock)

        async def act(at: Instant) -> None:
            assert clock.at >= at
            seen.append(at)
            clock.at += 40
            if at == 190:
                done.set()

        for at in (190, 130, 90, 160):
            agenda.at(at, partial(act, at))
        await worked(agenda, done)
        return seen

    # Nothing beyond what is due: 130 is due only after the first step has moved the clock.
    assert asyncio.run(play()) == [90, 130, 160, 190]


def test_only_so_many_at_once():
    async def play() -> int:
        done, running, most = asyncio.Event(), 0, 0
        agenda = Agenda(Stepping())

        async def act() -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1

        async def last() -> None:
            done.set()

        for _ in range(AT_ONCE_MAX * 4):
            agenda.at(0, act)
        agenda.at(1, last)
        await worked(agenda, done)
        return most

    assert asyncio.run(play()) <= AT_ONCE_MAX


def test_a_mistake_ends_the_work():
    async def play() -> None:
        agenda = Agenda(Stepping())

        async def stumble() -> None:
            raise KeyError("ours")

        agenda.at(0, stumble)
        await worked(agenda, asyncio.Event())

    with pytest.raises(KeyError):
        asyncio.run(play())
