"""The desk's shell: which commands go together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from kezek.app.desk import desk as module
from kezek.app.desk.batch import Answer, Done
from kezek.app.desk.desk import Desk
from kezek.app.port import Conflict, Unit
from kezek.domain.kernel.instant import Moment
from kezek.domain.kernel.refusal import Refused
from tests.memory.store import MemoryStore
from tests.world import World


class Busy(MemoryStore):
    """Another process writes: something happens before it is our turn."""

    def __init__(self) -> None:
        super().__init__()
        self.before: Iterator[Callable[[], object]] = iter(())
        self.entered = 0

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        for happen in self.before:
            happen()
            break
        self.entered += 1
        with super().unit() as unit:
            yield unit


class Shell:
    """A desk whose batches are committed when the test says so."""

    def __init__(self) -> None:
        self.world, self.store = World(), Busy()
        begun, content = self.world.store._content, self.store._content
        content.tables, content.log, content.answers = begun.tables, begun.log, begun.answers
        self.desk = Desk(
            self.store, self.world.rules, self, lambda _: None, begin=lambda _: lambda: None
        )

    def now(self) -> Moment:
        return self.world.now

    def book(self, truck: int) -> Future[Answer]:
        return self.desk.hand_in(self.world.book_command(truck))


def test_who_comes_before_it_is_our_turn_goes_along():
    shell, late = Shell(), list[Future[Answer]]()
    shell.store.before = iter([lambda: late.append(shell.book(2))])
    first = shell.book(1)
    shell.desk.commit_next()
    assert isinstance(first.result(0), Done)
    assert isinstance(late[0].result(0), Done)
    assert shell.store.entered == 1


def test_a_batch_that_is_full_takes_nobody_along(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "BATCH_MAX", 2)
    shell, late = Shell(), list[Future[Answer]]()
    shell.store.before = iter([lambda: late.append(shell.book(3))])
    shell.book(1), shell.book(2)
    shell.desk.commit_next()
    assert not late[0].done()
    assert shell.desk.waiting == 1


def test_who_came_along_is_tried_again_with_the_others():
    shell, late = Shell(), list[Future[Answer]]()

    def conflict() -> None:
        raise Conflict("another process came in between")

    shell.store.before = iter([lambda: late.append(shell.book(2)), conflict])
    first = shell.book(1)
    shell.desk.commit_next()
    assert isinstance(first.result(0), Done)
    assert isinstance(late[0].result(0), Done)


def test_a_command_that_is_tried_alone_stays_alone():
    """What cannot be written must not take along who comes meanwhile."""
    shell, late = Shell(), list[Future[Answer]]()

    def broken() -> None:
        raise AssertionError("a fence of the database holds")

    shell.store.before = iter([broken, lambda: late.append(shell.book(3)), broken])
    one, two = shell.book(1), shell.book(2)
    shell.desk.commit_next()
    assert isinstance(one.result(0), Done)
    assert isinstance(two.exception(0), AssertionError)
    assert not late[0].done()


def test_a_refusal_beside_a_booking_is_no_failure():
    shell = Shell()
    first, again = shell.book(1), shell.book(1)
    shell.desk.commit_next()
    assert isinstance(first.result(0), Done)
    assert isinstance(again.result(0), Refused)
