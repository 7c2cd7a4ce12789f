"""A yard in the middle of its day, for whichever release this runs on: `python yard.py URL [FIRST]`.

Only what both releases have is used.
"""

from __future__ import annotations

import json
import sys

from kezek.app.port import Store
from kezek.domain.turn import call
from kezek.domain.turn.arrive import Arrive
from kezek.storage.open import open_store
from tests.world import GUARDS, PEOPLE, POSTS, TODAY, A, D, World

try:
    from kezek.app.checkpoint.checkpoint import Network
    from kezek.app.feed.change_feed import ChangeFeed
    from kezek.app.turn.queue import Queues
    from tests.rehearsal.people.scene import fill
except ModuleNotFoundError:  # the release before had no rooms; at the next release this goes
    from kezek.app.checkpoint import Network
    from kezek.app.queue import Queues
    from kezek.app.watch import Watch as ChangeFeed
    from tests.rehearsal.scene import fill

PROPOSED = "perishable"


def world(store: Store, turn: str) -> World:
    """Somebody for every task on a store, in the morning; keys of one turn are its own."""
    made = World()
    made.store = store
    made.keys = (f"{turn} {n}" for n in range(1_000))
    return made


def morning(store: Store) -> World:
    """Bookings to come, trucks and walk-ins in two lines, one of them proposed as an exception."""
    fill(store, TODAY, tuple(POSTS))
    w = world(store, "morning")
    for line in (A, D):
        guard = PEOPLE[GUARDS[line]]
        for n in (1, 2, 3):
            truck = n + 10 * (line == D)
            number = w.book(truck, line=line, start=w.window(line, hour=12), country="DE")
            if n > 1:
                w.done(Arrive(w.key(), guard, number))
        for n in (4, 5):
            w.walk_in(n + 10 * (line == D), line=line)
    w.done(call.Approve(w.key(), PEOPLE["officer"], lines(w)[A][-1], PROPOSED))
    return w


def later(store: Store, first: int) -> World:
    """Each release goes on with what the other one has left; `first` numbers its first truck."""
    w = world(store, f"later {first}")
    w.until(w.window(A, hour=12) + first * 60_000)
    for line in (A, D):
        w.done(call.Call(w.key(), PEOPLE[GUARDS[line]], line))
        w.walk_in(first + 10 * (line == D), line=line)
    w.book(first + 1, start=w.window(A, day=1), country="DE")
    return w


def lines(w: World) -> dict[str, list[int]]:
    """Who waits, in order, in the two lines."""
    watch = ChangeFeed()
    network, queues = Network(w.store, w.rules, watch), Queues(w.store, watch)
    found = {line: queues.of(network.of_line(line), w.now.at) for line in (A, D)}
    return {line: [one.seen.number for one in queue.waiting] for line, queue in found.items()}


if __name__ == "__main__":
    url, *first = sys.argv[1:]
    store = open_store(url)
    print(json.dumps(lines(later(store, int(*first)) if first else morning(store))))
    store.close()
