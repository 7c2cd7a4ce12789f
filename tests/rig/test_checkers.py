"""The checkers are not blind: a true run is doctored in every way, and each is found."""

from __future__ import annotations

import base64
import copy
import json
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.rig.check.run import Run
from tests.rig.check.tables import Row
from tests.rig.check.verdict import verdicts
from tests.rig.load.history import Ask
from tests.rig.rig import RigPlan, run

Doctor = Callable[[Run], None]


@pytest.fixture(scope="module")
def true_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with a kill and some hundred answers, in which every promise was kept."""
    # What happens in a run is a matter of luck and of the machine: one without a cancellation, say, has
    # nothing that could be doctored there, and another is played.
    for seed in (11, 12, 13):
        plan = RigPlan("sqlite", seed=seed, kills=1, faults=frozenset({"kill"}), calm=450)
        outcome = run(plan, tmp_path_factory.mktemp("rig") / "run")
        assert not outcome.broken
        assert outcome.seen is not None
        if all(has_work(outcome.seen, doctor) for doctor in FOUND_BY):
            return outcome.seen
    pytest.fail("three runs were too poor to be doctored")


def has_work(true_run: Run, doctor: Doctor) -> bool:
    try:
        changed(true_run, doctor)
    except (StopIteration, IndexError, ValueError, AssertionError):
        return False
    return True


def changed(true_run: Run, doctor: Doctor) -> Run:
    """The run as the doctor leaves it."""
    story, after = copy.deepcopy(true_run.story), copy.deepcopy(true_run.after)
    other = Run(story, true_run.before, after, true_run.heads)
    doctor(other)
    return other


def doctored(true_run: Run, doctor: Doctor) -> dict[str, list[str]]:
    """What the checkers say of the run after the doctor was there."""
    return {v.name: list(v.breaches) for v in verdicts(changed(true_run, doctor))}


def events(run: Run, *kinds: str) -> list[Row]:
    """Of these kinds, and of the run itself."""
    return [e for e in run.after["event"] if e["kind"] in kinds and e["position"] > run.begun]


def row(run: Run, table: str, **wanted: object) -> Row:
    return next(r for r in run.after[table] if all(r[k] == v for k, v in wanted.items()))


def drop(run: Run, table: str, **wanted: object) -> None:
    kept = [r for r in run.after[table] if not all(r[k] == v for k, v in wanted.items())]
    assert len(kept) < len(run.after[table]), "there was something to drop"
    run.after[table] = kept


def close_gaps(run: Run) -> None:
    """As if what was dropped from the log had never been written."""
    for place, event in enumerate(run.after["event"], 1):
        event["position"] = place


def yes(run: Run, verb: str) -> Ask:
    return next(final for final, _ in run.story.outcomes() if final.done and final.verb == verb)


def same_key(run: Run, ask: Ask) -> list[Ask]:
    return run.story.deeds()[ask.by, ask.key]


def live(run: Run) -> Row:
    """A booking that only was made, and lives."""
    touched = [e["number"] for e in run.after["event"]]
    return next(
        b
        for b in run.after["booking"]
        if b["ended_at"] is None and b["start"] and touched.count(b["number"]) == 1
    )


def lose_a_booking(run: Run) -> None:
    number = yes(run, "book").answer["number"]
    for table in ("booking", "particulars", "driver", "event"):
        drop(run, table, number=number)
    close_gaps(run)


def lose_a_row(run: Run) -> None:
    drop(run, "booking", number=live(run)["number"])


def lose_an_arrival(run: Run) -> None:
    number = yes(run, "arrive").answer["number"]
    drop(run, "event", number=number, kind="arrived")
    close_gaps(run)


def lose_a_crossing(run: Run) -> None:
    event = events(run, "crossed")[-1]
    run.after["event"].remove(event)
    close_gaps(run)
    row(run, "booking", number=event["number"]).update(ended_at=None, outcome="")


def book_twice_under_one_key(run: Run) -> None:
    event = copy.deepcopy(events(run, "confirmed")[-1])
    booking = copy.deepcopy(row(run, "booking", number=event["number"]))
    booking["number"] = event["number"] = len(run.after["booking"]) + 1
    event["position"] = len(run.after["event"]) + 1
    run.after["booking"].append(booking)
    run.after["event"].append(event)
    run.after["counter"][0]["last"] += 1


def leave_a_trace_of_a_no(run: Run) -> None:
    for ask in same_key(run, yes(run, "book")):
        ask.status, ask.answer = 409, {"code": "slot_full"}


def give_two_answers(run: Run) -> None:
    ask = next(a for a in run.story.asks if a.done and a.again and not a.altered)
    ask.answer = ask.answer | {"number": 4711}


def forget_a_key(run: Run) -> None:
    ask = next(
        ask
        for ask in run.story.asks
        if not ask.altered
        and any(b.done and not b.altered and b.told_line < ask.line for b in same_key(run, ask))
    )
    ask.status, ask.answer = 409, {"code": "slot_full"}


def take_a_repeat_for_new(run: Run) -> None:
    next(a for a in run.story.asks if a.done and a.again and not a.altered).again = False


def take_another_wish_under_the_same_key(run: Run) -> None:
    ask = next(a for a in run.story.asks if a.altered and a.status == 422)
    ask.status, ask.answer = 200, {"number": 1}


def never_settle(run: Run) -> None:
    final = next(f for f, asks in run.story.outcomes() if not f.done and len(asks) == 1)
    final.told_line = None


def settle_only_in_the_storm(run: Run) -> None:
    final = next(f for f, asks in run.story.outcomes() if not f.done and len(asks) == 1)
    final.line = 1
    run.story.asks.insert(0, copy.deepcopy(final))
    run.story.asks[0].told_line = None


def show_our_own_mistake(run: Run) -> None:
    ask = next(a for a in run.story.asks if a.told_line and not a.done)
    ask.status, ask.answer = 500, {"code": "internal"}


def fill_a_slot_too_full(run: Run) -> None:
    slot = next(slot for slot in run.after["slot"] if slot["taken"])
    slot["taken"] = slot["capacity"] + 1


def overfill_a_window_for_a_while(run: Run) -> None:
    run.before = copy.deepcopy(run.before)
    for slot in run.before["slot"]:
        slot["capacity"] = min(slot["capacity"], 1)


def forget_to_give_a_place_back(run: Run) -> None:
    run.after["return"].pop()


def count_a_place_twice(run: Run) -> None:
    row(run, "slot", taken=0, line="kz_syrym.exit")["taken"] = 1


def let_a_class_exceed_its_cap(run: Run) -> None:
    for day in run.after["day"]:
        if day["taken"]["accelerated"] and day["line"] != "kz_korday.exit":
            day["capacity"] = day["taken"]["accelerated"] // 2
    assert any(day["taken"]["accelerated"] for day in run.after["day"])


def miscount_a_class(run: Run) -> None:
    next(day for day in run.after["day"] if day["taken"]["in_turn"])["taken"]["in_turn"] -= 1


def book_a_vehicle_twice(run: Run) -> None:
    one, other = [b for b in run.after["booking"] if b["ended_at"] is None][:2]
    who = row(run, "particulars", number=one["number"])
    row(run, "particulars", number=other["number"]).update(plate=who["plate"])


def drop_a_claim(run: Run) -> None:
    run.after["claim"].pop()


def keep_a_claim_of_the_dead(run: Run) -> None:
    dead = next(b for b in run.after["booking"] if b["ended_at"] is not None)
    gone = {"authority": "kz", "kind": "plate", "value": "KZ GONE", "number": dead["number"]}
    run.after["claim"].append(gone)


def drop_an_event(run: Run) -> None:
    run.after["event"].remove(events(run, "called")[0])


def drop_an_event_and_close_the_gap(run: Run) -> None:
    run.after["event"].remove(events(run, "admitted")[0])
    close_gaps(run)


def cross_without_admission(run: Run) -> None:
    crossed = events(run, "crossed")[0]
    drop(run, "event", number=crossed["number"], kind="admitted")
    close_gaps(run)


def turn_back_time(run: Run) -> None:
    run.after["event"][-1]["at"] = run.after["event"][-2]["at"] - 1


def decide_in_a_time_to_come(run: Run) -> None:
    run.after["event"][-1]["at"] += 3_600_000


def forget_what_is_due(run: Run) -> None:
    live(run)["look_at"] = run.story.quiet_at - 1


def forget_a_place_that_is_due(run: Run) -> None:
    run.after["return"][-1]["look_at"] = run.story.quiet_at - 1


def rewrite_what_was_before(run: Run) -> None:
    run.after["event"][0]["actor"] = "account:1"


def forget_a_number(run: Run) -> None:
    row(run, "counter", name="booking")["last"] -= 1


def call_another_than_the_next(run: Run) -> None:
    called = events(run, "called")
    one, other = next(
        (a, b) for a, b in pairwise(called) if a["line"] == b["line"] and a["number"] != b["number"]
    )
    one["number"], other["number"] = other["number"], one["number"]


def let_a_booked_truck_pass_a_round(run: Run) -> None:
    event = events(run, "arrived")[0]
    event["body"] = json.dumps(json.loads(event["body"]) | {"round": 0})


def tell_another_round(run: Run) -> None:
    event = events(run, "called")[-1]
    body = json.loads(event["body"])
    event["body"] = json.dumps(body | {"round": body["round"] + 1})


def call_out_of_turn_without_a_cause(run: Run) -> None:
    event = events(run, "called_out_of_turn")[0]
    event["body"] = event["body"].replace('"cause":"', '"cause":"un')


def approve_ones_own_exception(run: Run) -> None:
    event = copy.deepcopy(events(run, "called_out_of_turn")[0])
    event |= {"kind": "exception_approved", "position": len(run.after["event"]) + 1}
    event["body"] = event["body"].replace("awaiting", "approved")
    run.after["event"].append(event)


def add_a_driver_twice(run: Run) -> None:
    run.after["driver"].append(run.after["driver"][0] | {"ordinal": 9})


def displace_without_a_reason(run: Run) -> None:
    event = copy.deepcopy(events(run, "confirmed")[-1])
    event |= {"kind": "displaced", "position": len(run.after["event"]) + 1}
    run.after["event"].append(event)


def edit_an_event(run: Run) -> None:
    events(run, "cancelled")[0]["real"] += 1


def edit_a_kept_hash(run: Run) -> None:
    kept = run.after["tree"][0]
    kept["hashes"] = bytes(32) + bytes(kept["hashes"])[32:]


def leave_events_unsealed(run: Run) -> None:
    last = [r for r in run.after["tree"] if r["tier"] == 0][-1]
    run.after["tree"].remove(last)


def sign_another_root(run: Run) -> None:
    head = run.after["head"][-1]
    parts = head["note"].split("\n")
    parts[2] = base64.b64encode(bytes(32)).decode()
    head["note"] = "\n".join(parts)


def lose_a_published_head(run: Run) -> None:
    run.after["head"].pop()


FOUND_BY: dict[Doctor, str] = {
    lose_a_booking: "kept",
    lose_a_row: "complete",
    lose_an_arrival: "kept",
    lose_a_crossing: "kept",
    book_twice_under_one_key: "one effect",
    leave_a_trace_of_a_no: "one effect",
    give_two_answers: "settled",
    forget_a_key: "settled",
    take_a_repeat_for_new: "settled",
    take_another_wish_under_the_same_key: "settled",
    never_settle: "settled",
    settle_only_in_the_storm: "settled",
    show_our_own_mistake: "clean",
    fill_a_slot_too_full: "places",
    overfill_a_window_for_a_while: "places",
    forget_to_give_a_place_back: "places",
    count_a_place_twice: "places",
    let_a_class_exceed_its_cap: "caps",
    miscount_a_class: "caps",
    book_a_vehicle_twice: "vehicles",
    drop_a_claim: "vehicles",
    keep_a_claim_of_the_dead: "vehicles",
    drop_an_event: "log",
    drop_an_event_and_close_the_gap: "complete",
    cross_without_admission: "complete",
    turn_back_time: "log",
    decide_in_a_time_to_come: "time",
    forget_what_is_due: "due",
    forget_a_place_that_is_due: "due",
    rewrite_what_was_before: "log",
    forget_a_number: "complete",
    call_another_than_the_next: "order",
    let_a_booked_truck_pass_a_round: "order",
    tell_another_round: "order",
    call_out_of_turn_without_a_cause: "order",
    approve_ones_own_exception: "order",
    add_a_driver_twice: "one effect",
    displace_without_a_reason: "one effect",
    edit_an_event: "tree",
    edit_a_kept_hash: "tree",
    leave_events_unsealed: "tree",
    sign_another_root: "tree",
    lose_a_published_head: "tree",
}


def test_a_true_run_is_believed(true_run: Run):
    assert not any(doctored(true_run, lambda _: None).values())


@pytest.mark.parametrize("doctor", FOUND_BY, ids=lambda doctor: doctor.__name__)
def test_what_was_doctored_is_found(true_run: Run, doctor: Doctor):
    assert doctored(true_run, doctor)[FOUND_BY[doctor]]


def test_the_checkers_share_no_code_with_the_product():
    asked = "import sys, tests.rig.check.verdict; print(*sys.modules)"
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, check=True, text=True, cwd=root
    )
    assert "tests.rig.check.tree" in ran.stdout.split()
    assert not [name for name in ran.stdout.split() if name.split(".")[0] == "kezek"]
