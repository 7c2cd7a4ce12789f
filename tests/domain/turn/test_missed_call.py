"""A call that ran out: who needs it hears when it ended, counted by the timer or not yet."""

from __future__ import annotations

import dataclasses

import pytest

from kezek.domain.decide import decide
from kezek.domain.kernel.decision import Accepted
from kezek.domain.kernel.facts import Facts
from kezek.domain.kernel.instant import MINUTE
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.turn.approve import Propose
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit
from tests.world import PEOPLE, A, World

OFFICER = PEOPLE["officer"]
MOST = 2


def with_misses(w: World, most: int) -> Regulations:
    """The regulations with another number of missed calls that a truck may have at the line."""
    regulation = w.line().regulation
    changed = dataclasses.replace(w.rules[regulation], misses_max=most)
    return Regulations({**w.rules, regulation: changed}, w.rules.known)


def called(misses: int) -> tuple[World, int]:
    """A truck with a running call, which has missed some before."""
    w = World()
    w.rules = with_misses(w, MOST)
    number = w.book(1, start=w.window(hour=9))
    w.done(Arrive("", OFFICER, number))
    for nth in range(misses + 1):
        w.done(Call("", OFFICER, A))
        assert w.booking(number).misses == nth
        if nth < misses:
            w.until(w.booking(number).call_until + MINUTE)
            w.tick()
    return w, number


def steps(number: int) -> tuple[Admit, Propose]:
    return Admit("", OFFICER, number), Propose("", OFFICER, number, "miss", "driver_gone")


@pytest.mark.parametrize("misses", [1, MOST])
def test_a_running_call_is_none_that_was_missed_when_fewer_misses_are_allowed(misses):
    w, number = called(misses)
    w.rules = with_misses(w, 0)
    for step in steps(number):
        assert isinstance(decide(Facts(w.store.reader), step, w.rules, w.now), Accepted)


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("misses", range(MOST + 1))
def test_a_call_that_ran_out_is_said_before_and_after_the_timer_counts_it(misses, counted):
    w, number = called(misses)
    until = w.booking(number).call_until
    w.until(until + MINUTE)
    if counted:
        w.tick()
    last = misses == MOST
    answers = [decide(Facts(w.store.reader), step, w.rules, w.now) for step in steps(number)]
    told = [(answer.reason, answer.facts.get("until")) for answer in answers]
    proposed = ("wrong_status", None) if last else ("call_missed", until)
    assert told == [("call_missed", until), proposed]
    assert answers[0].facts.get("wrong") == ("last" if last else None)


def test_a_last_miss_stays_one_when_more_misses_are_allowed():
    w, number = called(MOST)
    until = w.booking(number).call_until
    w.until(until + MINUTE)
    w.tick()
    w.rules = with_misses(w, MOST + 1)
    assert w.do(steps(number)[0]).facts["until"] == until


def test_a_last_call_that_two_people_ended_early_ended_then():
    w, number = called(MOST)
    w.wait(minutes=1)
    w.set_aside(number, "miss", "driver_gone")
    answer = w.do(steps(number)[0])
    assert (answer.reason, answer.facts["until"]) == ("call_missed", w.now.at)
