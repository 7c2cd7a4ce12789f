"""A driver's answer belongs to one call, is stored once, and moves nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kezek.domain.account.actor import PUBLIC
from kezek.domain.turn.acknowledge import Acknowledge, acknowledged_at
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit
from kezek.domain.turn.undo import Undo
from tests.world import PEOPLE, A, World

OFFICER = PEOPLE["officer"]


@pytest.fixture
def w() -> World:
    return World()


def called(w: World, n: int = 1) -> int:
    number = w.book(n, start=w.window(A, hour=9))
    w.done(Arrive(w.key(), OFFICER, number))
    w.done(Call(w.key(), OFFICER, A))
    return number


def answer(w: World, number: int, *, until: int | None = None, who=None) -> Acknowledge:
    holder = who or replace(PUBLIC, label="ticket", ticket=number)
    return Acknowledge(w.key(), holder, number, until or w.booking(number).call_until or 0)


def events(w: World) -> int:
    return sum(event.kind == "acknowledged" for event in w.events())


def test_it_is_stored_once_and_changes_neither_place_nor_deadline(w: World):
    number = called(w)
    before = w.booking(number)
    w.done(answer(w, number))
    first = w.now.at
    w.wait(minutes=2)
    assert w.done(answer(w, number))["acknowledged_at"] == first, "pressing twice is once"
    assert events(w) == 1
    assert replace(w.booking(number), acknowledged_at=None) == before
    assert acknowledged_at(w.booking(number)) == first


def test_an_answer_to_an_earlier_call_says_nothing_of_the_next(w: World):
    number = called(w)
    old = w.booking(number).call_until
    w.done(answer(w, number))
    w.wait(minutes=30)
    w.tick()
    assert acknowledged_at(w.booking(number)) is None
    w.done(Call(w.key(), OFFICER, A))
    assert acknowledged_at(w.booking(number)) is None, "the second call is unanswered"
    assert w.refused(answer(w, number, until=old)) == "call_over"
    w.done(answer(w, number))
    assert events(w) == 2


def test_a_call_taken_back_takes_its_answer_along(w: World):
    number = called(w)
    w.done(answer(w, number))
    w.done(Undo(w.key(), OFFICER, number))
    assert acknowledged_at(w.booking(number)) is None
    assert w.refused(answer(w, number, until=1)) == "wrong_status"
    w.done(Call(w.key(), OFFICER, A))
    assert acknowledged_at(w.booking(number)) is None


@pytest.mark.parametrize("who", ["public", "officer", "rival"])
def test_only_the_holder_of_the_ticket_answers(w: World, who: str):
    number = called(w)
    assert w.refused(answer(w, number, who=PEOPLE[who])) == "not_allowed"


def test_before_and_after_the_call_there_is_nothing_to_answer(w: World):
    number = called(w)
    w.done(Admit(w.key(), OFFICER, number))
    assert w.refused(answer(w, number)) == "wrong_status"
