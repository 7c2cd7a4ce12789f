"""Everything the edges (API, pages, command line) may use, put together by `bootstrap`."""

from __future__ import annotations

from dataclasses import dataclass

from kezek.app.account.access import SignIns
from kezek.app.account.newcomer import Newcomers, Registrations
from kezek.app.booking.find import Finder
from kezek.app.booking.find_ticket import LostTickets
from kezek.app.booking.papers import Papers
from kezek.app.booking.ticket import Tickets
from kezek.app.checkpoint.checkpoint import Network
from kezek.app.desk.desk import Desk
from kezek.app.desk.metrics import Heartbeat, HttpMetrics
from kezek.app.desk.timer import Timer
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.feed.feed import DurableFeed
from kezek.app.forecast.forecast import LiveForecasts
from kezek.app.log.ledger import Ledger
from kezek.app.log.proof import Proofs
from kezek.app.port import Chance, Clock, Store
from kezek.app.scenario.what_if import WhatIfs
from kezek.app.server.promise_monitor import PromiseMonitor
from kezek.app.server.rate import Familiar, Rates
from kezek.app.server.readiness import Readiness
from kezek.app.server.streams import Streams
from kezek.app.slot.availability import Availability
from kezek.app.turn.board import BoardRows
from kezek.app.turn.presence import Presence
from kezek.app.turn.queue import Queues
from kezek.domain.kernel.instant import MINUTE, Instant
from kezek.domain.regulation.regulations import Regulations
from kezek.settings import Settings


@dataclass(frozen=True, slots=True)
class Demo:
    """A demonstration: the instant it began with, how much faster it runs, and its seed."""

    began: Instant
    factor: int
    seed: int


@dataclass(frozen=True, slots=True)
class Application:
    """One installation.  `demo` is None outside a demonstration."""

    settings: Settings
    rules: Regulations
    store: Store
    clock: Clock
    chance: Chance
    watch: ChangeFeed
    desk: Desk
    network: Network
    availability: Availability
    queues: Queues
    boards: BoardRows
    forecasts: LiveForecasts
    what_ifs: WhatIfs
    tickets: Tickets
    finder: Finder
    lost_tickets: LostTickets
    access: SignIns
    papers: Papers
    timer: Timer
    ledger: Ledger
    feed: DurableFeed
    proofs: Proofs
    rates: Rates
    newcomers: Newcomers
    registrations: Registrations
    familiar: Familiar
    streams: Streams
    presence: Presence
    traffic: HttpMetrics
    pulse: Heartbeat
    vigil: PromiseMonitor
    readiness: Readiness
    demo: Demo | None

    def now(self) -> Instant:
        """Domain time."""
        return self.clock.now().at

    def delay(self) -> Instant:
        """How long a returned place is held back this time."""
        low, high = self.settings.return_minutes_min, self.settings.return_minutes_max
        return self.chance.between(low, max(low, high)) * MINUTE
