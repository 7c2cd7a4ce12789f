"""The checkpoint once more, as a SimPy program written plainly: what the compiled model is held against.

It is given the same draws, and shares nothing with the model but the plan and the draws themselves.
Who is next in the line it asks the live product: `domain.turn.order.line_up`.

What happens at one instant is collected and then done in the model's order: trucks leave their lanes;
called ones come to the gate or are missed, by number; trucks arrive, by number; then whoever can move
does.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import simpy

from kezek.domain.regulation.regulation import Joins
from kezek.domain.turn.joining import round_to_pass
from kezek.domain.turn.order import QueueEntry, Turn, line_up
from kezek.planning.simulation.checkpoint.checkpoint_input import ModelInput
from kezek.planning.simulation.checkpoint.checkpoint_variates import Variates
from kezek.planning.simulation.checkpoint.line import NO_ROUND
from kezek.planning.simulation.variate.steps import Steps

LEAVES, COMES, ARRIVES = range(3)
# SimPy runs events of one instant by priority: this one after all that were timed for it.
LAST = 2
NAN = math.nan
# The live product's instants are far from 0, which is the window of those who have none.
EPOCH = float(1 << 20)


@dataclass
class Truck:
    number: int
    of: int
    start: float
    arrived: float
    travel: float
    misses: int
    spacing: float
    service_times: list[float]
    outcome: str = "unfinished"
    joined: float = NAN
    called: float = NAN
    missed: int = 0
    lets_pass: int | None = None
    left: float = NAN
    passages: list[list[float]] = field(default_factory=list)


class Oracle:
    def __init__(self, model: ModelInput, variates: Variates) -> None:
        self.model, self.rules = model, model.rules
        # Who comes early for a window of the first hours comes before the plan's start.
        self.env = simpy.Environment(min(0.0, float(variates.arrived.min(initial=0.0))))
        self.trucks = [self.truck(variates, number) for number in range(len(variates.of))]
        self.happened: list[tuple[int, int, Callable[[], None]]] = []
        self.line: dict[int, Turn] = {}
        self.cursor, self.in_round = model.cursor, model.in_round
        self.cycle = [self.rules.classes[of] for of in self.rules.interleave]
        self.stood = 0
        self.outside: list[Truck] = []
        self.on_the_way = 0
        # The first queue is in the order of coming; later ones by instant and number.
        self.queues: list[list[tuple[float, int]]] = [[] for _ in model.stages]
        self.busy = [0 for _ in model.stages]
        self.leaving: list[tuple[float, int]] = []
        self.next_call = self.next_exit = -math.inf

    def truck(self, variates: Variates, number: int) -> Truck:
        made = Truck(
            number,
            int(variates.of[number]),
            float(variates.opens[variates.window[number]]) if variates.window[number] else NAN,
            float(variates.arrived[number]),
            float(variates.travel[number]),
            int(variates.misses[number]),
            float(variates.spacing[number]),
            [float(service_time) for service_time in variates.service_times[:, number]],
            passages=[[NAN, NAN, NAN] for _ in self.model.stages],
        )
        if made.arrived == math.inf:
            made.outcome, made.arrived = "no_show", NAN
        elif made.arrived > made.start + self.rules.window + self.rules.no_show_after:
            made.outcome = "too_late"
        return made

    def play(self) -> list[Truck]:
        standing = self.model.standing
        before = len(standing.since) if standing else 0
        for number in range(before):
            truck = self.trucks[number]
            truck.outcome = "unfinished"
            window, since = float(standing.window[number]), float(standing.since[number])
            behind = not math.isnan(window) and bool(standing.behind[number])
            joined = int(standing.joined[number])
            truck.lets_pass = None if joined == NO_ROUND else joined
            self.enqueue(truck, window, since, behind=behind)
        for truck in self.trucks[before:]:
            if truck.outcome == "unfinished":
                self.env.process(self.arrives(truck))
        for at in self.marks():
            self.env.process(self.looks(at))
        self.env.run()
        return self.trucks

    def marks(self) -> list[float]:
        """Every instant at which something opens or closes."""
        marks = {truck.start for truck in self.trucks if truck.start >= 0.0} | {0.0}
        steps = [self.model.accepted, self.model.calls.per_hour]
        steps += [stage.lanes for stage in self.model.stages]
        return sorted(marks.union(*(one.at for one in steps if one)))

    def until(self, at: float) -> simpy.Event:
        assert self.env.now + (at - self.env.now) == at, (
            "instants are on a grid that loses no digit"
        )
        return self.env.timeout(at - self.env.now)

    def happens(self, kind: int, number: int, what: Callable[[], None]) -> None:
        self.happened.append((kind, number, what))
        if len(self.happened) == 1:
            instant = self.env.event()
            instant._ok, instant._value = True, None
            instant.callbacks.append(lambda _: self.instant())
            self.env.schedule(instant, priority=LAST)

    def instant(self) -> None:
        happened, self.happened = sorted(self.happened, key=lambda one: one[:2]), []
        for _, _, what in happened:
            what()
        self.settle()

    def looks(self, at: float):
        yield self.until(at)
        self.happens(LEAVES, -1, lambda: None)

    def arrives(self, truck: Truck):
        yield self.until(truck.arrived)
        self.happens(ARRIVES, truck.number, lambda: self.at_the_area(truck))

    def at_the_area(self, truck: Truck) -> None:
        if self.room_in_the_area():
            self.joins(truck)
        else:
            self.outside.append(truck)

    def room_in_the_area(self) -> bool:
        places = self.model.waiting_places
        return places is None or len(self.line) < places

    def joins(self, truck: Truck) -> None:
        truck.joined = now = self.env.now
        truck.lets_pass = self.round_to_pass(truck)
        late = now > truck.start + self.rules.window + self.rules.keeps_place_for
        self.enqueue(truck, now if late else truck.start, now, behind=late)

    def enqueue(self, truck: Truck, window: float, since: float, *, behind: bool) -> None:
        place = 0.0 if math.isnan(window) else EPOCH + window
        # Equal instants: by number, but in the order of arrival where several get in from the road.
        self.stood += 1
        key = (place, int(behind), EPOCH + since, self.stood)
        self.line[truck.number] = Turn(
            truck.number, self.rules.classes[truck.of], key, truck.lets_pass
        )

    def entries(self) -> list[QueueEntry]:
        at = EPOCH + self.env.now
        return line_up(self.line.values(), self.cycle, self.cursor, at, in_round=self.in_round)

    def round_to_pass(self, truck: Truck) -> int | None:
        waits = truck.of in self.rules.next_round
        joins = Joins.NEXT_ROUND if waits else Joins.AT_ONCE
        rule = SimpleNamespace(name=self.rules.classes[truck.of], joins=joins)
        return round_to_pass(self.entries(), rule, self.in_round)

    def settle(self) -> None:
        while self.drives_in(0) or self.calls():
            pass
        for place in range(1, len(self.queues)):
            while self.drives_in(place):
                pass
        accepted = self.model.accepted
        while self.leaving:
            now = self.env.now
            if accepted:
                if now < self.next_exit or accepted.now(now) == 0.0:
                    break
                self.next_exit = later(accepted, now, 1.0)
                self.look_again(self.next_exit)
            truck = self.trucks[self.leaving.pop(0)[1]]
            truck.left, truck.outcome = now, "crossed"

    def look_again(self, at: float) -> None:
        if at < math.inf:
            self.env.process(self.looks(at))

    def calls(self) -> bool:
        """One call, if the gate has room, the pace allows it and somebody's window is open."""
        limit, now = self.model.calls.per_hour, self.env.now
        if self.on_the_way + len(self.queues[0]) >= self.model.calls.wip_limit:
            return False
        if limit and (now < self.next_call or limit.now(now) == 0.0):
            return False
        entries = self.entries()
        if not entries or not entries[0].open:
            return False
        self.cursor, self.in_round = entries[0].cursor, entries[0].in_round
        truck = self.trucks[entries[0].turn.number]
        del self.line[truck.number]
        truck.called = now
        if limit:
            self.next_call = later(limit, now, truck.spacing)
            self.look_again(self.next_call)
        if self.outside and self.room_in_the_area():
            self.joins(self.outside.pop(0))
        if truck.misses == 0 and truck.travel == 0.0:
            self.queues_at(truck, 0)
        else:
            self.on_the_way += 1
            self.env.process(self.sets_out(truck))
        return True

    def sets_out(self, truck: Truck):
        if truck.misses:
            truck.misses -= 1
            yield self.env.timeout(self.rules.call_for)
            self.happens(COMES, truck.number, lambda: self.misses(truck))
        else:
            yield self.env.timeout(truck.travel)
            self.happens(COMES, truck.number, lambda: self.comes(truck))

    def comes(self, truck: Truck) -> None:
        self.on_the_way -= 1
        self.queues_at(truck, 0)

    def misses(self, truck: Truck) -> None:
        self.on_the_way -= 1
        truck.missed += 1
        if truck.missed > self.rules.misses_max:
            truck.outcome = "out"
            return
        truck.joined = now = self.env.now
        booked = not math.isnan(truck.start)
        self.enqueue(truck, now if booked else NAN, now, behind=booked)

    def queues_at(self, truck: Truck, place: int) -> None:
        """Into the queue of the next stage that the truck does not pass by, or of those who leave."""
        now = self.env.now
        if place == len(self.queues):
            bisect.insort(self.leaving, (now, truck.number))
        elif truck.service_times[place] < 0.0:
            self.queues_at(truck, place + 1)
        else:
            truck.passages[place][0] = now
            if place == 0:
                self.queues[0].append((now, truck.number))
            else:
                bisect.insort(self.queues[place], (now, truck.number))

    def drives_in(self, place: int) -> bool:
        queue = self.queues[place]
        if not queue or self.busy[place] >= self.model.stages[place].lanes.now(self.env.now):
            return False
        truck = self.trucks[queue.pop(0)[1]]
        self.busy[place] += 1
        truck.passages[place][1] = self.env.now
        self.env.process(self.is_seen_to(truck, place))
        return True

    def is_seen_to(self, truck: Truck, place: int):
        yield self.env.timeout(truck.service_times[place])
        self.happens(LEAVES, truck.number, lambda: self.leaves(truck, place))

    def leaves(self, truck: Truck, place: int) -> None:
        self.busy[place] -= 1
        truck.passages[place][2] = self.env.now
        self.queues_at(truck, place + 1)


def later(steps: Steps, now: float, trucks: float) -> float:
    """When `trucks` have passed since `now` at `steps` trucks an hour."""
    left = trucks * 3600.0
    for end in [*(at for at in steps.at if at > now), math.inf]:
        rate = steps.now(now)
        if rate and now + left / rate <= end:
            return now + left / rate
        left -= rate * (end - now) if rate else 0.0
        now = end
    return math.inf
