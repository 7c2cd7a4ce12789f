"""The invented world on a store that is handed in, with the read models that a server has."""

from __future__ import annotations

from itertools import count

from kezek.app.booking.ticket import Tickets, TicketView
from kezek.app.checkpoint.checkpoint import Network, ServedLine
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.port import Store
from kezek.app.slot.availability import Availability, LinePlaces
from kezek.app.turn.queue import Queue, Queues
from kezek.domain.kernel.instant import Moment
from kezek.domain.regulation.regulations import Regulations
from tests.world import BEGIN, A, World, begin, rules


class StoredWorld(World):
    """The world on any store; read models are made anew for every look, so that nothing is kept."""

    def __init__(self, store: Store, regulations: Regulations | None = None) -> None:
        begin(store)
        self.store = store
        self.rules = regulations or rules()
        self.now = Moment(BEGIN, BEGIN)
        self.keys = (f"key {n}" for n in count(1))

    def network(self) -> Network:
        return Network(self.store, self.rules, ChangeFeed())

    def served(self, line: str = A) -> ServedLine:
        return self.network().served()[line]

    def queue(self, line: str = A) -> Queue:
        return Queues(self.store, ChangeFeed()).of(self.served(line), self.now.at)

    def places(self, served: ServedLine) -> LinePlaces:
        return Availability(self.store, ChangeFeed()).of(served, self.now.at)

    def views(self, numbers: list[int]) -> list[TicketView]:
        network, queues = self.network(), Queues(self.store, ChangeFeed())
        return list(Tickets(self.store, network, queues).views(numbers, self.now.at))

    def ticket(self, number: int) -> TicketView:
        return self.views([number])[0]
