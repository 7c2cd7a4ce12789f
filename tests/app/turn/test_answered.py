"""What an officer hears of a refused request: as long as nothing newer has taken its place."""

from __future__ import annotations

import pytest

from kezek.app.turn.answered import answered_of, heard
from kezek.domain.kernel.instant import MINUTE
from kezek.domain.turn.approve import Propose, Refuse
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from tests.world import PEOPLE, A, World

OFFICER, SECOND, BOSS = PEOPLE["officer"], PEOPLE["second"], PEOPLE["supervisor"]
CAUSES = {
    "call": "medical",
    "miss": "driver_gone",
    "turn_back": "papers",
    "cancel": "papers",
}


def here(w: World, verb: str) -> int:
    """A truck in line behind another, or called where the step is about a call."""
    first, number = (w.book(n, start=w.window(hour=9)) for n in (1, 2))
    for one in (first, number)[verb == "miss" :]:
        w.done(Arrive("", OFFICER, one))
    if verb == "miss":
        w.done(Call("", OFFICER, A))
    return number


def told(w: World) -> list[tuple[int, str]]:
    answered = answered_of(w.store.reader, A, w.now.at)
    return [(one.booking.number, one.verb) for one in heard(answered, OFFICER.account, w.now.at)]


@pytest.mark.parametrize("verb", CAUSES)
def test_a_refusal_is_heard_until_the_step_is_asked_for_again(verb):
    w = World()
    number = here(w, verb)
    ask = Propose("", OFFICER, number, verb, CAUSES[verb])
    w.done(ask)
    w.done(Refuse("", SECOND, number, "not_proven", verb))
    assert told(w) == [(number, verb)]
    w.wait(minutes=1)
    w.done(ask)
    assert told(w) == []
    w.done(Refuse("", SECOND, number, "not_founded", verb))
    assert told(w) == [(number, verb)], "once"


def test_a_refusal_is_heard_while_another_step_is_asked_for():
    w = World()
    number = here(w, "cancel")
    w.done(Propose("", OFFICER, number, "call", CAUSES["call"]))
    w.done(Refuse("", SECOND, number, "not_proven", "call"))
    w.done(Propose("", SECOND, number, "cancel", CAUSES["cancel"]))
    assert told(w) == [(number, "call")]


def test_a_refused_proposal_is_no_news_once_the_truck_is_gone():
    w = World()
    number = here(w, "miss")
    w.done(Propose("", OFFICER, number, "miss", CAUSES["miss"]))
    w.done(Refuse("", SECOND, number, "not_proven", "miss"))
    w.done(Admit("", OFFICER, number))
    w.done(Cross("", OFFICER, number))
    assert told(w) == []


def test_a_call_out_of_turn_that_is_refused_after_the_truck_left_is_heard():
    w = World()
    number = here(w, "call")
    for step in (Call("", OFFICER, A, number, "medical"), Admit("", OFFICER, number)):
        w.done(step)
    w.done(Cross("", OFFICER, number))
    w.done(Refuse("", BOSS, number, "not_founded", "call"))
    assert told(w) == [(number, "call")]
    w.until(w.now.at + 31 * MINUTE)
    assert told(w) == []
