"""One server process of the rehearsal: the real use cases, wired as `bootstrap` wires them.

Only what reaches for the machine is another one: the clock, chance, the thread of the desk, the folder
of heads.  Pages, sockets and passwords are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from kezek.app.checkpoint.checkpoint import Network
from kezek.app.desk.desk import Desk
from kezek.app.desk.timer import Timer
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.feed.event_relay import EventRelay
from kezek.app.feed.time import LogTime
from kezek.app.log.ledger import Ledger
from kezek.app.port import Store
from kezek.app.slot.availability import Availability
from kezek.app.turn.board import BoardRows
from kezek.app.turn.queue import Queues
from kezek.crypto.log.head_signer import LogNotary
from kezek.crypto.signing import SigningKey
from kezek.domain.decide import Command
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.instant import Moment
from kezek.domain.log.head import Head
from kezek.system.chance import SeededChance
from tests.rehearsal.breach import hold
from tests.world import rules

KEY = SigningKey(bytes(range(32)))
ORIGIN = "queue.example"


class Shelf:
    """The folder of published heads, which outlives every process."""

    def __init__(self, step: Callable[[str], None]) -> None:
        self.notes: list[str] = []
        self._step = step

    def newest(self) -> str | None:
        return self.notes[-1] if self.notes else None

    def put(self, head: Head, note: str) -> None:
        self._step("shelf")
        if note not in self.notes[-3:]:
            self.notes.append(note)

    def put_key(self, pem: str, vkey: str) -> None:
        """Nobody here asks for it."""


def on_no_thread(_work: Callable[[], None]) -> Callable[[], None]:
    """The rehearsal itself commits when it is time."""
    return lambda: None


class Process:
    """Lives until it is killed.  `offset` is how wrong its clock is, in milliseconds."""

    def __init__(
        self,
        store: Store,
        true_time: Callable[[], int],
        shelf: Shelf,
        seed: int,
        step: Callable[[str], None],
    ) -> None:
        self._true_time, self._step = true_time, step
        self.offset = 0
        self.inbox: list[tuple[Any, Future]] = []
        self.busy = False
        self.store = store
        watch = self.watch = ChangeFeed()
        last = store.reader.last_event()
        if last is not None:
            watch.position, watch.at = last.position, last.at
        self._heard = watch.position
        watch.hook(self._told)
        self.clock = LogTime(self, watch)
        self.relay = EventRelay(store, watch.announce, watch.position)
        self.network = Network(store, rules(), watch)
        self.queues, self.availability = Queues(store, watch), Availability(store, watch)
        self.boards = BoardRows(self.network, self.availability, self.queues)
        self.timer = Timer(store, rules(), self.clock)
        notary, chance = LogNotary(KEY), SeededChance(seed)
        self.ledger = Ledger(store, self.clock, chance, notary, shelf, ORIGIN)
        self.desk = Desk(store, rules(), self.clock, self._announce, begin=on_no_thread)

    def now(self) -> Moment:
        """The machine's clock, as wrong as it is."""
        at = self._true_time() + self.offset
        return Moment(at, at)

    def _announce(self, events: Sequence[Logged]) -> None:
        self._step("announce")
        self.relay.tell(events)

    def _told(self, events: Sequence[Logged]) -> None:
        for event in events:
            self._heard += 1
            hold("I18", event.position == self._heard, "announced out of order", event.position)

    def take(self, asked: Any, command: Command) -> None:
        """Into the next batch."""
        self.inbox.append((asked, self.desk.hand_in(command)))

    def commit(self) -> list[tuple[Any, Future]]:
        """One batch; who asked, with the answer."""
        taken, self.inbox = self.inbox, []
        if taken:
            self.desk.commit_next()
        self._step("answer")
        return taken
