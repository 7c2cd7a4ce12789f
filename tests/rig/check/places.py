"""Places: counted again from the log at every event, and from the bookings at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.rig.check.bookings import Retold, gives_back
from tests.rig.check.run import CALENDAR, CAP_PERCENT, DEAR, WALK_INS_A_DAY, Event, Run

Slot = tuple[str, int]
Day = tuple[str, str]


def within_capacity(run: Run) -> Iterator[str]:
    """No window ever holds more than its places; what the slots count is what there is."""
    yield from _at_every_event(run)
    taken = _taken_at_the_end(run)
    returns = Counter((row["line"], row["start"]) for row in run.after["return"])
    for row in run.after["slot"]:
        slot = (row["line"], row["start"])
        where = f"window {row['start']} of {row['line']}"
        if row["taken"] + row["protected"] > row["capacity"]:
            yield f"{where} holds {row['taken']} + {row['protected']} in {row['capacity']} places"
        if row["taken"] != taken[slot]:
            yield f"{where} counts {row['taken']} taken, and {taken[slot]} bookings took a place"
        if row["protected"] != returns[slot]:
            yield f"{where} protects {row['protected']}, and {returns[slot]} were given back"


def _at_every_event(run: Run) -> Iterator[str]:
    """The windows whose capacity nobody changed, counted as the log goes on."""
    changed = _changed_days(run)
    capacity = {
        (row["line"], row["start"]): row["capacity"]
        for row in run.before["slot"]
        if _day(run, row["line"], row["start"]) not in changed
    }
    held = _Held()
    told = Retold()
    for event in run.events:
        booking = told.bookings.get(event.number)
        was = booking.start if booking else None
        told.hear(event)
        slot = held.hear(event, was)
        if slot in capacity and held.places[slot] > capacity[slot]:
            yield f"position {event.position}: window {slot} holds more than {capacity[slot]}"


class _Held:
    """Places that nobody else may have: taken ones, and those given back until they return."""

    def __init__(self) -> None:
        self.places: Counter[Slot] = Counter()
        # Who gave a place back.  The log does not say whose place has returned, so a number may stand
        # here too long; then a place is counted once too few, and the slots at the end tell.
        self._gave: dict[Slot, set[int]] = {}

    def hear(self, event: Event, was: int | None) -> Slot | None:
        """The window in which an event takes a place more, None when it takes none."""
        if event.kind == "place_returned":
            self.places[event.line, event.body["start"]] -= 1
        elif event.kind == "displaced" and was is not None:
            self.places[event.line, was] -= 1
        elif event.kind in ("cancelled", "released") and was is not None:
            self._gave.setdefault((event.line, was), set()).add(event.number)
        elif event.kind in ("confirmed", "moved"):
            slot = (event.line, event.body["start"])
            if was is not None:
                self._gave.setdefault((event.line, was), set()).add(event.number)
            if event.number in self._gave.get(slot, ()):
                # Back into the very place that it gave.
                self._gave[slot].discard(event.number)
            else:
                self.places[slot] += 1
            return slot
        return None


def _taken_at_the_end(run: Run) -> Counter[Slot]:
    """Whoever has a window has its place: until it is given up while it is of use to others."""
    ended = {e.number: e for e in run.events if e.kind in ("cancelled", "released")}
    return Counter(
        (row["line"], row["start"])
        for row in run.after["booking"]
        if row["start"] is not None
        and not (
            row["outcome"] in ("cancelled", "released")
            # An end that the log does not know is another checker's to tell.
            and row["number"] in ended
            and gives_back(ended[row["number"]], row["start"])
        )
    )


def within_caps(run: Run) -> Iterator[str]:
    """Classes by the day: what the days count is what there is, within the caps and the pools."""
    changed = _changed_days(run)
    taken = _taken_at_the_end(run)
    classes: Counter[tuple[Day, str]] = Counter()
    ended = {e.number: e for e in run.events if e.kind in ("cancelled", "released")}
    for row in run.after["booking"]:
        start = row["start"]
        if row["vehicle_class"] == "walk_in":
            classes[_day(run, row["line"], row["confirmed_at"]), "walk_in"] += 1
        elif start is not None and (
            row["number"] not in ended or not gives_back(ended[row["number"]], start)
        ):
            classes[_day(run, row["line"], start), row["vehicle_class"]] += 1
    assert sum(taken.values()) == sum(n for (_, c), n in classes.items() if c != "walk_in")
    for row in run.after["day"]:
        day, counted, known = (row["line"], row["on"]), row["taken"], row["protected"]
        for name in ("in_turn", *DEAR, "walk_in"):
            if counted[name] != classes[day, name]:
                yield f"{day} counts {counted[name]} of {name}, and there are {classes[day, name]}"
        if counted["in_turn"] + known["ordinary"] > row["capacity"] - row["kept"]:
            yield f"{day} has more ordinary trucks than ordinary places"
        if sum(counted[name] for name in DEAR) + known["kept"] > row["reserved"]["kept"]:
            yield f"{day} has more dear trucks than kept places"
        if counted["walk_in"] > WALK_INS_A_DAY:
            yield f"{day} has {counted['walk_in']} walk-ins"
        if day in changed:
            # Who had a place when the day was narrowed keeps it, above any new cap.
            continue
        for name, percent in CAP_PERCENT.items():
            if counted[name] > -(-row["capacity"] * percent // 100):
                yield f"{day} has {counted[name]} of {name}, more than {percent} % of {row['capacity']}"


def _changed_days(run: Run) -> set[Day]:
    return {(e.line, e.body["day"]) for e in run.new_events if e.kind in CALENDAR}


def _day(run: Run, line: str, at: int) -> Day:
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(run.zones[line]))
    return line, local.date().isoformat()
