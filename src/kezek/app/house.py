"""Everything the edges (API, pages, command line) may use, put together by `bootstrap`."""

from __future__ import annotations

from dataclasses import dataclass

from kezek.app.access import Access
from kezek.app.availability import Availability
from kezek.app.board import Boards
from kezek.app.checkpoint import Network
from kezek.app.desk.desk import Desk
from kezek.app.find import Finder
from kezek.app.find_ticket import LostTickets
from kezek.app.forecast import Forecasts
from kezek.app.ledger import Ledger
from kezek.app.newcomer import Newcomers, Registrations
from kezek.app.papers import Papers
from kezek.app.port import Chance, Clock, Store
from kezek.app.presence import Presence
from kezek.app.proof import Proofs
from kezek.app.queue import Queues
from kezek.app.rate import Familiar, Proxies, Rates
from kezek.app.readiness import Readiness
from kezek.app.streams import Streams
from kezek.app.tally import Pulse, Traffic
from kezek.app.ticket import Tickets
from kezek.app.timer import Timer
from kezek.app.vigil import Vigil
from kezek.app.watch import Watch
from kezek.app.what_if import WhatIfs
from kezek.domain.kernel.instant import MINUTE, Instant
from kezek.domain.regulation.regulation import Regulations
from kezek.settings import Settings


@dataclass(frozen=True, slots=True)
class Demo:
    """A demonstration: the instant it began with, how much faster it runs, and its seed."""

    began: Instant
    factor: int
    seed: int


@dataclass(frozen=True, slots=True)
class House:
    """One installation.  `demo` is None outside a demonstration."""

    settings: Settings
    rules: Regulations
    store: Store
    clock: Clock
    chance: Chance
    watch: Watch
    desk: Desk
    network: Network
    availability: Availability
    queues: Queues
    boards: Boards
    forecasts: Forecasts
    what_ifs: WhatIfs
    tickets: Tickets
    finder: Finder
    lost_tickets: LostTickets
    access: Access
    papers: Papers
    timer: Timer
    ledger: Ledger
    proofs: Proofs
    rates: Rates
    newcomers: Newcomers
    registrations: Registrations
    proxies: Proxies
    familiar: Familiar
    streams: Streams
    presence: Presence
    traffic: Traffic
    pulse: Pulse
    vigil: Vigil
    readiness: Readiness
    demo: Demo | None

    def now(self) -> Instant:
        """Domain time."""
        return self.clock.now().at

    def delay(self) -> Instant:
        """How long a returned place is held back this time."""
        low, high = self.settings.return_minutes_min, self.settings.return_minutes_max
        return self.chance.between(low, max(low, high)) * MINUTE
