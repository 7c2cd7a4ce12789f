"""Keys and accounts are remembered until one of them changes, whatever happens while they are read."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from kezek.app.account.access import HASHED_AT_ONCE_MAX, PlainAccess, SignIns
from kezek.app.checkpoint.checkpoint import Network
from kezek.app.feed.change_feed import ChangeFeed
from kezek.domain.account.account import Account, Grant
from kezek.domain.account.actor import PUBLIC
from kezek.domain.account.decide import AddAccount, CloseAccount, IssueKey, RevokeKey
from kezek.domain.account.password import Guessed, PasswordFault
from kezek.domain.checkpoint.checkpoint import Checkpoint, Line
from kezek.domain.kernel.event import EventKind, Logged
from tests.world import ADMIN, PEOPLE, World

CARRIER = PEOPLE["carrier"]


class Locks:
    """Secrets in the clear; hashing tells how many do it at once."""

    def __init__(self) -> None:
        self.busy, self.most = 0, 0
        self._turn = threading.Lock()

    def digest(self, text: str) -> str:
        return text

    def estimate(self, _text: str, _words: object) -> Guessed:
        return Guessed(1e12, PasswordFault.EASY)

    def hash_password(self, text: str) -> str:
        with self._turn:
            self.busy += 1
            self.most = max(self.most, self.busy)
        threading.Event().wait(0.02)
        with self._turn:
            self.busy -= 1
        return text


class Reading:
    """A reader that counts what it is asked, and lets something happen after a kind was read."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.asked: list[str] = []
        self.then: dict[object, Callable[[], object]] = {}

    def __getattr__(self, name: str) -> Any:
        ask = getattr(self._reader, name)

        def asked(*values: Any) -> Any:
            self.asked.append(name)
            found = ask(*values)
            happens = self.then.pop(values[0], None) if values else None
            if happens is not None:
                happens()
            return found

        return asked


class Town:
    """A world whose accesses hear of what is done."""

    def __init__(self) -> None:
        self.w, self.watch = World(), ChangeFeed()
        self.reader = Reading(self.w.store.reader)
        self.locks = Locks()
        store: Any = type("Store", (), {"reader": self.reader})
        self.store = store
        clock: Any = None
        self.access = PlainAccess(
            store,
            self.locks,
            clock,
            self.watch,
            session_hours=1,
            one_time_hours=1,
            unconfirmed_max=20,
        )

    def do(self, command: Any) -> Any:
        outcome = self.w.done(command)
        log = self.w.store.reader.events(self.watch.position, 100)
        self.watch.announce(log)
        return outcome

    def key(self, text: str = "secret") -> int:
        issue = IssueKey(self.w.key(), CARRIER, CARRIER.account, text, "", "carrier", "*", 60)
        return self.do(issue)["id"]

    def revoke(self, number: int) -> None:
        self.do(RevokeKey(self.w.key(), CARRIER, number))


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.mark.parametrize("kind", ["secret", Account, Grant])
def test_a_key_revoked_while_it_is_read_opens_nothing_from_then_on(town: Town, kind: object):
    number = town.key()
    town.reader.then[kind] = lambda: town.revoke(number)
    town.access.keyed("secret")
    assert town.access.keyed("secret") is None


def test_an_account_closed_while_it_is_read_is_not_remembered_as_open(town: Town):
    town.key()
    town.reader.then[Account] = lambda: town.do(CloseAccount(town.w.key(), ADMIN, CARRIER.account))
    town.access.keyed("secret")
    assert town.access.keyed("secret") is None


def test_a_key_is_read_alone_and_once(town: Town):
    for n in range(5):
        town.key(f"other {n}")
    town.key()
    town.reader.asked.clear()
    assert town.access.keyed("secret") is not None
    assert town.reader.asked.count("api_key") == 1
    assert "all" not in town.reader.asked
    town.reader.asked.clear()
    assert town.access.keyed("secret") is not None
    assert town.reader.asked == []


def test_somebody_who_registers_costs_the_keys_of_others_nothing(town: Town):
    town.key()
    assert town.access.keyed("secret") is not None
    town.do(AddAccount(town.w.key(), PUBLIC, "newcomer", "N", "hash", "carrier", "*"))
    town.reader.asked.clear()
    assert town.access.keyed("secret") is not None
    assert town.reader.asked == []


def test_guessed_keys_leave_nothing_behind(town: Town):
    for n in range(100):
        assert town.access.keyed(f"guess {n}") is None
    assert not town.access._keys._values


def test_a_network_loaded_while_it_is_read_is_read_again(town: Town):
    network = Network(town.store, town.w.rules, town.watch)
    more = Line("xx_c.exit", "xx_c", "exit", "kz", "kz", "UTC", "board", 0)

    def loaded() -> None:
        table = town.w.store._content.table(Line)
        table[more.key] = more
        town.watch.announce([Logged(1, 0, 0, EventKind.LINE_OPENED, "", more.id, 0, "{}")])

    town.reader.then[Checkpoint] = loaded
    network.posts()
    assert network.of_line(more.id) is not None


def test_a_crowd_at_the_door_is_hashed_two_at_once(town: Town):
    access = SignIns(town.access)

    async def crowd() -> None:
        await asyncio.gather(*(access.hash_password(f"long enough {n}") for n in range(8)))

    asyncio.run(crowd())
    assert town.locks.most == HASHED_AT_ONCE_MAX == 2


def test_the_loop_goes_on_while_a_session_is_written(town: Town):
    at: list[threading.Thread] = []

    class Store:
        reader = town.reader

        def end_sessions(self, **_which: object) -> None:
            at.append(threading.current_thread())

        def keep_session(self, _session: object) -> None:
            at.append(threading.current_thread())

    plain = town.access
    plain._store = Store()
    plain._locks = type("L", (), {"make_token": lambda _: ("t", "d")})()
    plain._clock = type("C", (), {"now": lambda _: town.w.now})()
    access = SignIns(plain)

    async def busy() -> None:
        await access.one_time_link(1)
        await access.end_all(1)

    asyncio.run(busy())
    assert len(at) == 2
    assert threading.main_thread() not in at
