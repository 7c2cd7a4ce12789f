"""A carrier that nobody has confirmed books so many a minute; a table takes the rows that fit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

from kezek.app.account.newcomer import Newcomers, Registrations
from kezek.app.desk.batch import Done
from kezek.app.server.rate import Daily, Rates
from kezek.domain.account.actor import ANYWHERE, PUBLIC, Role
from kezek.domain.account.decide import AddAccount
from kezek.domain.kernel.instant import DAY, MINUTE
from kezek.domain.kernel.refusal import Reason, Refused
from tests.world import PEOPLE, World

NEW = replace(PEOPLE["carrier"], unconfirmed_max=20)


@dataclass
class Desk:
    """Answers each key once; what begins with `no` is refused."""

    seen: list[str] = field(default_factory=list)

    async def submit(self, command):
        if command.key.startswith("no"):
            return Refused(Reason.VEHICLE_BOOKED, {})
        replayed = command.key in self.seen
        self.seen.append(command.key)
        return Done({}, 1, replayed=replayed)


class Slow(Desk):
    """Answers after the others have asked."""

    async def submit(self, command):
        await asyncio.sleep(0)
        return await super().submit(command)


def rows(*keys: str, actor=NEW) -> list:
    w = World()
    return [replace(w.book_command(1), key=key, actor=actor) for key in keys]


def booked(newcomers: Newcomers, *keys: str) -> list[str]:
    answers = asyncio.run(newcomers.book_all(rows(*keys)))
    return ["ok" if isinstance(answer, Done) else str(answer.reason) for answer in answers]


def test_a_table_takes_the_rows_that_fit_and_goes_on_when_sent_again():
    now = [0]
    newcomers = Newcomers(Desk(), Rates(lambda: now[0]), 3)
    late = "unconfirmed_rate"
    assert booked(newcomers, "a", "no", "b", "c", "d", "e") == [
        "ok", "vehicle_booked", "ok", "ok", late, late,
    ]  # fmt: skip
    assert booked(newcomers, "f") == [late]
    now[0] = MINUTE
    # The same rows again take nothing of the minute.
    assert booked(newcomers, "a", "no", "b", "c", "d", "e") == [
        "ok", "vehicle_booked", "ok", "ok", "ok", "ok",
    ]  # fmt: skip


def test_the_refusal_names_the_limit_and_the_seconds():
    newcomers = Newcomers(Desk(), Rates(lambda: 0), 1)
    answers = asyncio.run(newcomers.book_all(rows("a", "b")))
    assert answers[1] == Refused(Reason.UNCONFIRMED_RATE, {"most": 1, "seconds": 60})


def test_a_confirmed_carrier_is_bound_by_nothing_here():
    newcomers = Newcomers(Desk(), Rates(lambda: 0), 1)
    commands = rows(*"abcdef", actor=PEOPLE["carrier"])
    assert all(isinstance(a, Done) for a in asyncio.run(newcomers.book_all(commands)))


def test_a_day_is_counted_until_midnight_and_a_clock_set_back_gives_none():
    now = [5 * DAY]
    daily = Daily(lambda: now[0])
    assert [daily.take("here", 2) for _ in range(3)] == [True, True, False]
    assert daily.take("there", 2)
    now[0] -= DAY
    assert not daily.take("here", 2)
    daily.give_back("here")
    assert [daily.take("here", 2) for _ in range(2)] == [True, False]
    now[0] = 6 * DAY
    assert daily.take("here", 2)


def test_accounts_asked_for_at_once_are_no_more_than_one_after_another():
    opens = Registrations(Slow(), Daily(lambda: 0), 2)

    async def all_at_once(*keys: str) -> list[str]:
        commands = (AddAccount(key, PUBLIC, key, "N", "", Role.CARRIER, ANYWHERE) for key in keys)
        answers = await asyncio.gather(*(opens.open(one, "here") for one in commands))
        return ["ok" if isinstance(answer, Done) else str(answer.reason) for answer in answers]

    late = "accounts_too_many"
    assert asyncio.run(all_at_once("no", "a")) == ["vehicle_booked", "ok"]
    assert asyncio.run(all_at_once("a", "a")) == ["ok", late], "a replay takes its turn and no more"
    assert asyncio.run(all_at_once("b", "c", "d")) == ["ok", late, late]
