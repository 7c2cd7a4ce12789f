"""Answers against effects: no yes is lost, no key has two effects, a no leaves no trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeAlias

from tests.rig.check.run import BEGINS, CALENDAR, Event, Run
from tests.rig.load.history import Ask

# What the log must hold for an answer: who, what, and about which booking or day.
Effect: TypeAlias = tuple[str, str, Any]

KIND = {
    "book": "confirmed",
    "walk_in": "walked_in",
    "move": "moved",
    "cancel": "cancelled",
    "add_driver": "driver_added",
    "arrive": "arrived",
    "admit": "admitted",
    "cross": "crossed",
    "turn_back": "turned_back",
    "undo": "undone",
    "approve": "exception_approved",
}
BY_SYSTEM = ("timer", "operator")
# A wish for a booking that nobody has is told so before anybody looks at its key.
ANOTHER_WISH = {(422, "key_reused"), (404, "booking_unknown")}


def kept(run: Run) -> Iterator[str]:
    """Every yes has its event, and its booking's rows say the same."""
    missing = promised(run) - logged(run)
    for effect, times in missing.items():
        yield f"{effect} was acknowledged, and {times} of its events are not in the log"
    rows = {row["number"]: row for row in run.after["booking"]}
    particulars = {row["number"]: row for row in run.after["particulars"]}
    events = {e.number: e for e in run.new_events if e.kind in BEGINS}
    for ask, _ in run.story.outcomes():
        if not ask.done or ask.verb not in ("book", "walk_in"):
            continue
        number, vehicle = ask.answer["number"], ask.body["vehicle"]
        row, who = rows.get(number), particulars.get(number)
        if row is None or who is None:
            yield f"booking {number} was acknowledged to {ask.by} and is not there"
            continue
        if row["line"] != ask.answer["line"] or row["vehicle_class"] != ask.answer["class"]:
            yield f"booking {number} is not the one that was acknowledged"
        if who["plate"] != spelled(vehicle["plate"]) or who["vin"] != vehicle["vin"]:
            yield f"booking {number} is for another vehicle than was acknowledged"
        event = events.get(number)
        if ask.verb == "book" and event and event.body.get("start") != _millis(ask.answer["start"]):
            yield f"booking {number} was acknowledged for another window than was confirmed"


def one_effect(run: Run) -> Iterator[str]:
    """Every effect has its own yes: a key has no second one, a no and a half-heard wish have none."""
    extra = logged(run) - promised(run)
    for effect, times in extra.items():
        yield f"{effect} happened {times} times more often than anybody was told"
    drivers = Counter(row["number"] for row in run.after["driver"])
    added = Counter(e.number for e in run.new_events if e.kind == "driver_added")
    for number in {row["number"] for row in run.after["booking"]}:
        if drivers[number] != 1 + added[number]:
            yield f"booking {number} has {drivers[number]} drivers, and {added[number]} were added"
    for event in run.new_events:
        if event.kind == "displaced" and not _has_cause(run, event):
            yield f"booking {event.number} was displaced, and no day was changed"


def settled(run: Run) -> Iterator[str]:
    """Every unknown has one outcome; one key has one answer, which is told again as such."""
    if run.story.quiet is None:
        yield "the run never came to peace: nothing is settled"
        return
    for final, asks in run.story.outcomes():
        told = [ask for ask in asks if ask.done and not ask.altered]
        unknown = [ask for ask in asks if _is_unknown(ask)]
        if _is_unknown(final):
            yield f"key {final.key} of {final.by} was never settled"
        if unknown and not told and final.line < run.story.quiet:
            yield f"key {final.key} of {final.by} was not asked again in peace"
        if any(ask.answer != final.answer or ask.status != final.status for ask in told):
            yield f"key {final.key} of {final.by} was given two answers"
        if sum(not ask.again for ask in told) > 1:
            yield f"key {final.key} of {final.by} was told twice that it is new"
        yield from _after_the_first(told, asks)


def _after_the_first(told: list[Ask], asks: list[Ask]) -> Iterator[str]:
    """What was asked after a yes had been heard gets that yes again, or is refused as another wish."""
    if not told:
        return
    heard = min(ask.told_line for ask in told)
    for ask in asks:
        if ask.line < heard or _is_unknown(ask):
            continue
        if ask.altered and (ask.status, ask.answer.get("code")) not in ANOTHER_WISH:
            yield f"key {ask.key} of {ask.by} was taken for another wish: {ask.status}"
        if not ask.altered and not (ask.done and ask.again):
            yield f"key {ask.key} of {ask.by} was forgotten: {ask.status} after a yes"


def clean(run: Run) -> Iterator[str]:
    """Faults of the world are told as such: nobody sees our own mistake, and a no has its code."""
    for ask in run.story.asks:
        if ask.told_line is None or ask.done:
            continue
        code = ask.answer.get("code")
        if not code or code == "internal" or (ask.status >= 500 and ask.status != 503):
            yield f"request {ask.verb} under {ask.key} was answered {ask.status} {code}"


def spelled(plate: str) -> str:
    """One spelling for what the crowd types: capitals, no spaces, no hyphens."""
    return plate.upper().replace(" ", "").replace("-", "")


def _is_unknown(ask: Ask) -> bool:
    return ask.told_line is None or ask.status >= 500


def promised(run: Run) -> Counter[Effect]:
    """What people were told a yes to, a key counted once."""
    accounts = run.story.accounts
    found = (
        _effect(f"account:{accounts[ask.by]}", ask) for ask, _ in run.story.outcomes() if ask.done
    )
    return Counter(found)


def _effect(actor: str, ask: Ask) -> Effect:
    said = ask.answer
    if ask.verb == "day":
        kind = "day_closed" if ask.body.get("closed") else "day"
        return actor, kind, (said["day"], said["asked"], said["reason"])
    kind = KIND.get(ask.verb)
    if ask.verb == "call":
        kind = "called_out_of_turn" if said["exception"] else "called"
    elif ask.verb == "miss":
        kind = "missed" if said["status"] == "arrived" else "not_shown"
    assert kind is not None, f"{ask.verb} is known here"
    return actor, kind, said["number"]


def logged(run: Run) -> Counter[Effect]:
    """What people have brought about, as far as it was asked for by itself."""
    return Counter(
        _effect_of(event)
        for event in run.new_events
        if event.actor not in BY_SYSTEM and event.kind != "displaced"
    )


def _effect_of(event: Event) -> Effect:
    if event.kind in CALENDAR:
        # Which of the two an open or a closed day calls for depends on how it stood before.
        kind = "day_closed" if event.kind == "day_closed" else "day"
        return event.actor, kind, (event.body["day"], event.body["asked"], event.body["why"])
    return event.actor, event.kind, event.number


def _has_cause(run: Run, displaced: Event) -> bool:
    """The events of one decision stand one behind the other, the change of the day first."""
    at = displaced.position - 1
    while at > run.begun and run.events[at - 1].kind == "displaced":
        at -= 1
    before = run.events[at - 1]
    many = before.body.get("displaced", 0)
    return (
        before.kind in CALENDAR
        and before.actor == displaced.actor
        and displaced.position - before.position <= many
    )


def _millis(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)
