"""After a loss nothing is numbered until an operator decides, and then far above what was given out."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kezek.app.desk.batch import Done, run
from kezek.domain.account.decide import AddAccount, IssueKey
from kezek.domain.kernel.facts import Counter
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.recovery.resume import GIVEN_UP, NUMBERED, SKIPPED, ContinueLog, passed
from kezek.domain.turn.arrive import Arrive, WalkIn
from tests.app.installation.fingerprints import fingerprint
from tests.world import PEOPLE, A, World, vehicle

ADMIN, CARRIER, OFFICER = PEOPLE["admin"], PEOPLE["carrier"], PEOPLE["officer"]


def test_what_gives_out_a_number_is_refused_and_all_else_goes_on():
    w = World()
    first = w.book_command(1, start=w.window(A))
    number = w.done(first)["number"]
    asked = [
        w.book_command(2, start=w.window(A)),
        WalkIn(w.key(), OFFICER, A, vehicle(3)),
        AddAccount(w.key(), ADMIN, "newcomer", "", "", "carrier", "*"),
        IssueKey(w.key(), CARRIER, CARRIER.account, "digest", "fleet", "carrier", "*", 60),
    ]
    w.until(w.window(A))
    going_on = [first, Arrive(w.key(), OFFICER, number)]
    outcome = run(w.store, [*asked, *going_on], w.rules, w.now, withheld=True)
    *refused, again, arrived = outcome.answers
    assert refused == [Refused(Reason.NUMBERS_WITHHELD, {})] * 4
    assert isinstance(again, Done), "what was answered is answered again"
    assert again.replayed
    assert isinstance(arrived, Done)
    assert all(isinstance(a, Done) for a in run(w.store, asked, w.rules, w.now).answers)


def test_numbers_go_on_behind_the_lost_log_and_the_decision_is_an_event():
    w = World()
    last = w.book(1)
    decided = ContinueLog(w.key(), ADMIN, head=17, size=5_000_000, at=w.now.real)
    assert w.refused(replace(decided, key="", actor=CARRIER)) == "not_allowed"
    w.done(decided)
    assert w.last().kind == "log_continued"
    assert w.body() == {"head": 17, "size": 5_000_000}
    assert w.store.reader.get(Counter, GIVEN_UP).last == w.now.real
    assert w.book(2) > 5_000_000 > last
    booked, skipped = (w.store.reader.get(Counter, name).last for name in ("booking", SKIPPED))
    assert booked - skipped == 2, "a booking that is missing shows all the same"
    assert not any(verdict.broken for verdict in fingerprint(w.store).promises)
    assert all(w.store.reader.get(Counter, name).last > 5_000_000 for name in NUMBERED)
    events = len(w.events())
    w.done(replace(decided, key=w.key()))
    assert len(w.events()) == events, "one decision is enough"


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_numbers_are_led_past_all_that_a_minute_without_a_head_may_have_given_out(last, size):
    led = passed(last, size)
    assert max(last, size) + 240_000 < led < max(last, size) + 2_000_000
