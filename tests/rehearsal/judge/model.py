"""What the log says, told anew by somebody who never read the rules of the product."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from kezek.domain.booking.booking import Booking, Particulars
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.event import Logged
from kezek.domain.slot.place import Return
from kezek.domain.slot.slot import Day, Slot
from tests.rehearsal.breach import hold
from tests.rehearsal.judge import roles
from tests.rehearsal.judge.law import LAW, MINUTE, UNDO_FOR, day_of, starts_of
from tests.rehearsal.judge.places import Places
from tests.rehearsal.people import scene

# What taking back a step gives back.
_TAKEN_BACK = {
    "arrive": ("arrived", "joined", "lets_pass"),
    "call": ("called", "until"),
    "miss": ("called", "until", "joined", "misses", "end"),
    "admit": ("admitted",),
    "cross": ("end",),
    "turn_back": ("end",),
}

_HERE = ("arrived", "called", "admitted")


@dataclass(slots=True, eq=False)
class Truck:
    """A booking as the log tells it; every time is the log's."""

    number: int
    line: str
    name: str
    start: int | None
    holder: int
    confirmed: int
    keys: tuple = ()
    itself: tuple = ()
    moves: int = 0
    displaced: int | None = None
    arrived: int | None = None
    joined: int | None = None
    lets_pass: int | None = None
    called: int | None = None
    until: int | None = None
    misses: int = 0
    admitted: int | None = None
    end: str = ""
    exception: str = ""
    approver: str = ""
    step: tuple = ()
    proposed: tuple = ()
    agreed: str = ""

    @property
    def over(self) -> int:
        """When the window is over."""
        return self.start + LAW[self.line]["window"] * MINUTE

    def status(self, at: int) -> str:
        law = LAW[self.line]
        if self.end:
            return self.end
        if self.admitted is not None:
            return "admitted"
        if self.called is not None:
            return "called" if at < self.until else "overdue"
        if self.arrived is not None:
            return "arrived"
        if self.start is None:
            lost = at >= self.displaced + law["displaced"] * MINUTE
            return "given_up" if lost else "displaced"
        if at >= self.over + law["no_show"] * MINUTE:
            return "no_show_due"
        return "late" if at >= self.over else "confirmed"

    def settled(self, at: int) -> Truck:
        """With what time alone has changed, and the log does not know yet."""
        if self.status(at) != "overdue" or self.misses >= LAW[self.line]["misses"]:
            return self
        return replace(self, called=None, until=None, joined=self.until, misses=self.misses + 1)

    def looked_at(self) -> int | None:
        """When time alone changes it."""
        law = LAW[self.line]
        if self.end or self.admitted is not None:
            return None
        if self.called is not None:
            return self.until
        if self.arrived is not None:
            return None
        if self.start is None:
            return self.displaced + law["displaced"] * MINUTE
        return self.over + law["no_show"] * MINUTE

    def opens(self) -> int:
        """The window whose opening it waits for."""
        if self.start is None or (self.joined is not None and self.joined >= self.start):
            return 0
        return self.start

    def place(self) -> tuple:
        """Window, arrival, number; behind every window begun by then for who came too late."""
        if self.start is None:
            return (0, self.arrived if self.joined is None else self.joined, self.number)
        if self.opens() == 0:
            return (self.joined + 0.5, self.joined, self.number)
        return (self.start, self.arrived, self.number)


class Model:
    """Listens to one commit after the other, and complains at the first event that may not be."""

    def __init__(self, slots: list[Slot], days: list[Day], log: list[Logged]) -> None:
        self.places = Places(slots, days)
        self.trucks: dict[int, Truck] = {}
        # Round and place of the cycle.
        self.cursors = dict.fromkeys(LAW, (0, 0))
        self.holders: dict[tuple, int] = {}
        # The trucks themselves, whatever was typed for them, and who is bound by a newcomer's limit.
        self.driven: dict[tuple, int] = {}
        self.unconfirmed = {scene.NEWCOMER.account: scene.NEWCOMER.unconfirmed_max}
        self.log = list(log)
        self.at = log[-1].at
        self._who: dict[int, Particulars] = {}
        self._doomed: set[int] = set()
        self._dropped: set = set()
        self._moved: set = set()

    def hear(self, events: list[Logged], changed: dict) -> None:
        """One commit: its events, and the rows that it changed (None for those that went)."""
        for (kind, key), row in changed.items():
            if kind is Particulars and row is not None:
                self._who[key] = row
        self._dropped = {k for (kind, k), row in changed.items() if kind is Return and row is None}
        self._moved = {(e.number, json.loads(e.body)["start"]) for e in events if e.kind == "moved"}
        for event in events:
            self._one(event)
        hold("I2", not self._doomed, "a lowered capacity spared", self._doomed)
        for row in changed.values():
            self.agree(row)

    def _one(self, event: Logged) -> None:
        hold("I9", event.position == len(self.log) + 1, "a gap before", event)
        hold("I14", event.at >= self.at, "the log runs backwards at", event)
        self.log.append(event)
        self.at = event.at
        body = json.loads(event.body)
        truck = self.trucks.get(event.number)
        allowed = roles.may(
            event.actor,
            event.kind,
            event.line,
            holder=truck.holder if truck else 0,
            vehicle_class=truck.name if truck else body.get("class", ""),
            by_ticket=event.actor == "ticket",
        )
        hold("I17", allowed, event.actor, "did", event)
        getattr(self, event.kind)(event, body, truck)

    def _in(self, event: Logged, truck: Truck | None, *statuses: str) -> str:
        hold("I12", truck is not None and truck.line == event.line, "nobody's event", event)
        status = truck.status(event.at)
        hold("I12", status in statuses, event.kind, "while", status, event)
        return status

    # The vehicle's one booking.

    def _claim(self, truck: Truck) -> None:
        for key in truck.keys:
            other = self.holders.get(key, truck.number)
            hold("I3", other == truck.number, key[1:], "is booked by", other, "and", truck.number)
            self.holders[key] = truck.number
        other = self.driven.setdefault(truck.itself, truck.number)
        hold("I3", other == truck.number, truck.itself, "is booked by", other, "and", truck.number)

    def _ended(self, truck: Truck, outcome: str) -> None:
        truck.end = outcome
        for key in truck.keys:
            if self.holders.get(key) == truck.number:
                del self.holders[key]
        if self.driven.get(truck.itself) == truck.number:
            del self.driven[truck.itself]

    def _new(self, event: Logged, name: str, start: int | None, holder: int) -> Truck:
        hold("I1", event.number == len(self.trucks) + 1, "a number was left out before", event)
        hold("I17", event.actor in (f"account:{holder}", "public", "ticket"), "holder", event)
        truck = Truck(event.number, event.line, name, start, holder, event.at)
        who, authority = self._who[event.number], LAW[event.line]["authority"]
        keys = [(authority, "plate", f"{who.country} {who.plate}")]
        keys += [(authority, "vin", who.vin)] if who.vin else []
        truck.keys = tuple(keys)
        truck.itself = (authority, scene.number_of(who))
        self.trucks[event.number] = truck
        self._claim(truck)
        return truck

    def carrier_confirmed(self, event: Logged, body: dict, _: Any) -> None:
        most = self.unconfirmed.pop(body["account"], None)
        hold("I12", most is not None, "confirmed already", event)

    def confirmed(self, event: Logged, body: dict, _: Any) -> None:
        start, line = body["start"], event.line
        truck = self._new(event, body["class"], start, body["holder"])
        most = self.unconfirmed.get(truck.holder)
        live = sum(t.holder == truck.holder and not t.end for t in self.trucks.values())
        hold("I17", most is None or live <= most, "an unconfirmed carrier holds", live)
        hold("I2", truck.over > event.at, "a window that is over", event)
        # Only an agency books places known to be taken here, and nothing else.
        if roles.has(event.actor, {"agency"}, line):
            self.places.known[line, start] -= 1
            hold("I2", self.places.known[line, start] >= 0, "no such place was known", event)
        self.places.take(line, start, truck.name)

    def walked_in(self, event: Logged, body: dict, _: Any) -> None:
        truck = self._new(event, "walk_in", None, body["holder"])
        self._joins(event, body, truck)
        truck.arrived = event.at
        self.places.walk_in(event.line, event.at)

    def moved(self, event: Logged, body: dict, truck: Truck) -> None:
        status = self._in(event, truck, "confirmed", "late", "displaced")
        law, start = LAW[truck.line], body["start"]
        hold("I12", body["from"] == truck.start, "moved from elsewhere", event)
        if status != "displaced":
            hold("I12", law["moves"] is None or truck.moves < law["moves"], "moves", event)
            until = truck.start - law["move_until"] * MINUTE
            hold("I12", event.at <= until, "moved too late", event)
            truck.moves += 1
            self.places.give_back(truck.number, truck.line, truck.start, truck.name)
        back = (truck.number, start)
        if back in self.places.pending:
            self.places.returned(*back)
        self.places.take(truck.line, start, truck.name)
        truck.start, truck.displaced = start, None
        hold("I2", truck.over > event.at, "a window that is over", event)

    def cancelled(self, event: Logged, body: dict, truck: Truck) -> None:
        if event.actor == "timer":
            self._in(event, truck, "given_up")
        else:
            alone = self._alone(event, truck, "cancel")
            status = self._in(event, truck, "confirmed", "late", "displaced", "arrived")
            if alone and status == "arrived" and event.actor != "ticket":
                mine = event.actor == f"account:{truck.holder}"
                fresh = truck.start is not None or event.at - truck.arrived <= 5 * MINUTE
                hold("I17", mine and fresh, "one alone ended a truck that waited", event)
        self._freed(event, truck, "cancelled")

    def released(self, event: Logged, body: dict, truck: Truck) -> None:
        self._in(event, truck, "confirmed", "late", "displaced")
        self._freed(event, truck, "released")

    def _freed(self, event: Logged, truck: Truck, outcome: str) -> None:
        if truck.start is not None and event.at < truck.over:
            self.places.give_back(truck.number, truck.line, truck.start, truck.name)
        self._ended(truck, outcome)
        truck.step = ()

    def driver_added(self, event: Logged, body: dict, truck: Truck) -> None:
        self._in(event, truck, "confirmed", "late", "displaced", "arrived", "called")
        hold("I12", body["ordinal"] <= LAW[truck.line]["drivers"], "too many drivers", event)

    # The yard and the gate.

    def _step(
        self,
        verb: str,
        event: Logged,
        truck: Truck,
        *cursors: tuple[int, int],
        more: tuple[str, ...] = (),
    ) -> None:
        before = {name: getattr(truck, name) for name in (*_TAKEN_BACK[verb], *more)}
        truck.step = (verb, event.actor, event.real, before, cursors)

    def arrived(self, event: Logged, body: dict, truck: Truck) -> None:
        self._in(event, truck, "confirmed", "late")
        self._step("arrive", event, truck)
        late = event.at > truck.over + LAW[truck.line]["keeps"] * MINUTE
        hold("I4", body["late"] == late, "late or not", event)
        self._joins(event, body, truck)
        truck.arrived, truck.joined = event.at, event.at if late else None

    def _joins(self, event: Logged, body: dict, truck: Truck) -> None:
        """A class that joins in the next round lets this one pass, if nobody of it waits."""
        if truck.name in LAW[truck.line]["next_round"]:
            mine = [t for t in self.trucks.values() if (t.line, t.name) == (truck.line, truck.name)]
            law, at, here = LAW[truck.line], event.at, [t for t in mine if t.arrived is not None]
            back = [
                replace(t, joined=t.until)
                for t in here
                if t.status(at) == "overdue" and t.misses < law["misses"]
            ]
            waits = [t for t in (*here, *back) if t.status(at) == "arrived" or t in back]
            first = min((t for t in waits if t.opens() <= at), key=Truck.place, default=None)
            known = first is not None and first.lets_pass is not None
            truck.lets_pass = first.lets_pass if known else self.cursors[truck.line][0]
        hold("I4", body.get("round") == truck.lets_pass, "the round is", truck.lets_pass, event)

    def here(self, line: str, at: int) -> list[Truck]:
        """Who waits in a line."""
        mine = (
            t.settled(at) for t in self.trucks.values() if t.line == line and t.arrived is not None
        )
        return [t for t in mine if t.status(at) == "arrived"]

    def in_order(self, line: str, at: int) -> list[tuple[Truck, tuple[int, int], bool]]:
        """The whole line by the published rule: who, where the cycle is afterwards, window open."""
        waiting, (turn, cursor), cycle = self.here(line, at), self.cursors[line], LAW[line]["cycle"]
        told: list[tuple[Truck, tuple[int, int], bool]] = []
        while waiting:
            first = min(t.opens() for t in waiting)
            wave = [t for t in waiting if t.opens() <= at] or [
                t for t in waiting if t.opens() == first
            ]
            best = None
            while best is None:
                of = [t for t in wave if t.name == cycle[cursor]]
                head = min(of, key=Truck.place, default=None)
                if head and (head.lets_pass is None or turn > head.lets_pass):
                    best = head
                turn, cursor = (turn, cursor + 1) if cursor + 1 < len(cycle) else (turn + 1, 0)
            waiting.remove(best)
            told.append((best, (turn, cursor), best.opens() <= at))
        return told

    def _called(self, event: Logged, truck: Truck) -> None:
        truck.called = event.at
        truck.until = event.at + LAW[truck.line]["call"] * MINUTE

    def called(self, event: Logged, body: dict, truck: Truck) -> None:
        self._in(event, truck, "arrived")
        due, cursor, open_ = self.in_order(truck.line, event.at)[0]
        hold(
            "I4",
            open_ and due.number == truck.number,
            "called",
            truck.number,
            "before",
            due.number,
            event,
        )
        ends = truck.exception == "proposed"
        hold("I4", ends == (body.get("proposal") == "ended"), "a proposal outlives its use", event)
        more = ("exception", "approver") if ends else ()
        self._step("call", event, truck, self.cursors[truck.line], cursor, more=more)
        if ends:
            truck.exception, truck.approver = "", ""
        self.cursors[truck.line] = cursor
        self._called(event, truck)

    def called_out_of_turn(self, event: Logged, body: dict, truck: Truck) -> None:
        self._in(event, truck, "arrived")
        hold("I4", body["cause"], "an exception without a reason", event)
        awaiting = truck.exception == "awaiting"
        self._step("call", event, truck, more=() if awaiting else ("exception", "approver"))
        agreed = truck.exception == "proposed" and truck.approver != event.actor
        told = "approved" if agreed else "awaiting"
        hold("I4", body["exception"] == told, "an exception is", body, "and not", told, event)
        truck.exception = told
        truck.approver = truck.approver if agreed or awaiting else event.actor
        self._called(event, truck)

    def exception_approved(self, event: Logged, body: dict, truck: Truck) -> None:
        hold("I12", truck is not None and truck.end != "released", "nobody's event", event)
        hold("I4", body["cause"], "an exception without a reason", event)
        if truck.exception == "awaiting":
            hold("I4", event.actor != truck.approver, "one name approved twice", event)
            hold("I4", body["exception"] == "approved", event)
        else:
            self._in(event, truck, "confirmed", "late", "displaced", "arrived")
            hold("I4", truck.exception != "proposed", "proposed twice", event)
            hold("I4", body["exception"] == "proposed", event)
            truck.approver = event.actor
        truck.exception = body["exception"]

    # Two people for what takes a truck's place.

    def proposed(self, event: Logged, body: dict, truck: Truck) -> None:
        where = {"miss": ("called",), "turn_back": _HERE, "cancel": ("arrived",)}
        self._in(event, truck, *where[body["verb"]])
        hold("I4", body["cause"], "proposed without a reason", event)
        truck.proposed = (body["verb"], event.actor)

    def proposal_refused(self, event: Logged, body: dict, truck: Truck) -> None:
        hold("I4", body["cause"], "refused without a reason", event)
        if body["verb"] == "call":
            hold("I12", truck.exception == "proposed", "nothing was proposed", event)
            truck.exception, truck.approver = "", ""
        else:
            hold("I12", truck.proposed[:1] == (body["verb"],), "nothing was proposed", event)
            truck.proposed = ()

    def exception_refused(self, event: Logged, body: dict, truck: Truck) -> None:
        hold("I12", truck.exception == "awaiting", "nothing awaited an answer", event)
        hold("I4", body["cause"] and event.actor != truck.approver, "one alone said no", event)
        truck.exception = "refused"

    def set_aside(self, event: Logged, body: dict, truck: Truck) -> None:
        """What follows in the same commit is what two people agreed to."""
        verb, first = truck.proposed
        hold("I17", first != event.actor, "one alone took a place", event)
        hold("I4", body["verb"] == verb and body["cause"], "another step was proposed", event)
        truck.proposed, truck.agreed = (), verb

    def _alone(self, event: Logged, truck: Truck, verb: str) -> bool:
        """Whether nobody agreed to it; what was agreed to is used up."""
        agreed, truck.agreed = truck.agreed == verb, ""
        return not agreed

    def missed(self, event: Logged, body: dict, truck: Truck) -> None:
        by_time = self._alone(event, truck, "miss")
        self._in(event, truck, "overdue" if by_time else "called")
        self._step("miss", event, truck)
        if by_time:
            truck.step = ()
        truck.misses += 1
        hold("I4", truck.misses <= LAW[truck.line]["misses"], "missed once too often", event)
        truck.joined = min(event.at, truck.until)
        truck.called = truck.until = None

    def not_shown(self, event: Logged, body: dict, truck: Truck) -> None:
        by_time = self._alone(event, truck, "miss")
        status = self._in(event, truck, *(("overdue", "no_show_due") if by_time else ("called",)))
        self._step("miss", event, truck)
        if by_time:
            truck.step = ()
        if status != "no_show_due":
            truck.misses += 1
            hold("I4", truck.misses > LAW[truck.line]["misses"], "out too early", event)
        self._ended(truck, "no_show")

    def admitted(self, event: Logged, body: dict, truck: Truck) -> None:
        self._in(event, truck, "called")
        self._step("admit", event, truck)
        truck.admitted = event.at

    def crossed(self, event: Logged, body: dict, truck: Truck) -> None:
        self._in(event, truck, "admitted")
        self._step("cross", event, truck)
        self._ended(truck, "crossed")

    def turned_back(self, event: Logged, body: dict, truck: Truck) -> None:
        alone = self._alone(event, truck, "turn_back")
        self._in(event, truck, *(("admitted",) if alone else _HERE))
        hold("I17", not (alone and truck.exception in ("awaiting", "refused")), "alone", event)
        hold("I12", body["cause"], "sent back without a reason", event)
        self._step("turn_back", event, truck)
        self._ended(truck, "turned_back")

    def undone(self, event: Logged, body: dict, truck: Truck) -> None:
        hold("I12", truck is not None and truck.step, "there was nothing to take back", event)
        verb, who, real, before, cursors = truck.step
        hold("I17", who == event.actor, "somebody else's step", event)
        hold("I14", abs(event.real - real) <= UNDO_FOR, "taken back too late", event)
        hold("I12", body["verb"] == verb, "another step", event)
        if truck.end:
            self._claim(truck)
        for name, value in before.items():
            setattr(truck, name, value)
        truck.step = ()
        if cursors and self.cursors[truck.line] == cursors[1]:
            self.cursors[truck.line] = cursors[0]

    # The agency, and time.

    def _calendar(self, event: Logged, body: dict, *, open_: bool) -> None:
        line, on = event.line, body["day"]
        bound = []
        for t in self.trucks.values():
            mine = t.line == line and t.start is not None and day_of(line, t.start) == on
            if mine and t.status(event.at) in ("confirmed", "late"):
                bound.append((t.confirmed, t.number, t.start))
        latest = [(number, start) for _, number, start in sorted(bound, reverse=True)]
        known = self._known(line, on)
        self._doomed |= self.places.change(line, on, body["asked"], latest)
        self.places.open[line, on] = open_
        told = (body["capacity"], body["displaced"], body["forgotten"])
        forgotten = known - self._known(line, on)
        ours = (self.places.size[line, on], len(self._doomed), forgotten)
        hold("I2", told == ours, "the calendar says", told, "and not", ours, event)

    def _known(self, line: str, on: str) -> int:
        return sum(self.places.known[line, start] for start in starts_of(line, on))

    def capacity_set(self, event: Logged, body: dict, _: Any) -> None:
        self._calendar(event, body, open_=True)

    def day_opened(self, event: Logged, body: dict, _: Any) -> None:
        self._calendar(event, body, open_=True)

    def day_closed(self, event: Logged, body: dict, _: Any) -> None:
        self._calendar(event, body, open_=False)

    def displaced(self, event: Logged, body: dict, truck: Truck) -> None:
        self._in(event, truck, "confirmed", "late")
        hold("I2", truck.number in self._doomed, "the wrong one lost the window", event)
        self._doomed.discard(truck.number)
        self.places.leave(truck.line, truck.start, truck.name)
        truck.start, truck.displaced = None, event.at

    def place_returned(self, event: Logged, body: dict, _: Any) -> None:
        of = (event.line, body["start"], body["class"])
        self.places.returned_by_time(*of, self._dropped, self._moved)

    def calendar_extended(self, event: Logged, body: dict, _: Any) -> None:
        self.places.extend(event.line, body["day"], body["capacity"])

    # Rows.

    def agree(self, row: Any) -> None:
        """A stored row says what the log says."""
        if type(row) in (Slot, Day):
            self.places.agree(row)
        elif type(row) is Line:
            stands = (row.round, row.cursor)
            hold("I4", stands == self.cursors[row.id], "cycle", row, self.cursors[row.id])
        elif type(row) is Booking:
            t = self.trucks.get(row.number)
            hold("I9", t is not None, "a booking without an event", row)
            stored = (
                row.line, str(row.vehicle_class), row.start, row.holder, row.moves, row.arrived_at,
                row.joined_at, row.called_at, row.call_until, row.misses, row.admitted_at,
                row.outcome, row.exception, row.look_at, row.joined_round,
            )  # fmt: skip
            told = (
                t.line, t.name, t.start, t.holder, t.moves, t.arrived, t.joined, t.called, t.until,
                t.misses, t.admitted, t.end, t.exception, t.looked_at(), t.lets_pass,
            )  # fmt: skip
            hold("I12", stored == told, "booking", row.number, "stored", stored, "told", told)
