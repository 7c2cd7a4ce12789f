"""The composition root: settings -> adapters -> use cases -> the application."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence

from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Receive, Scope, Send

from kezek.api.mount import Api
from kezek.api.server.health import PATHS, Health
from kezek.api.server.middleware import count_answers
from kezek.api.server.proxies import behind_proxies
from kezek.api.server.worker_metrics import WorkerMetrics
from kezek.app.account.access import PlainAccess, SignIns
from kezek.app.account.newcomer import Newcomers, Registrations
from kezek.app.application import Application, Demo
from kezek.app.booking.find import Finder
from kezek.app.booking.find_ticket import LostTickets
from kezek.app.booking.ticket import Tickets
from kezek.app.checkpoint.checkpoint import Network
from kezek.app.desk.desk import Desk
from kezek.app.desk.metrics import Heartbeat, HttpMetrics
from kezek.app.desk.timer import Timer
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.feed.consumer import Consumer
from kezek.app.feed.event_relay import EventRelay
from kezek.app.feed.feed import DurableFeed
from kezek.app.feed.time import LogTime
from kezek.app.forecast.forecast import LiveForecasts
from kezek.app.installation.snapshot import Setting, Whole
from kezek.app.log import end as log_end
from kezek.app.log.ledger import Ledger
from kezek.app.log.proof import Proofs
from kezek.app.port import Chance, Clock, Shared, Store, StoreFault
from kezek.app.regulation.served import must_serve
from kezek.app.regulation.version_file import shipped_regulations
from kezek.app.scenario.what_if import WhatIfs
from kezek.app.server.promise_monitor import PromiseMonitor
from kezek.app.server.rate import Daily, Familiar, Rates
from kezek.app.server.readiness import Readiness
from kezek.app.server.streams import Streams
from kezek.app.slot.availability import Availability
from kezek.app.turn.board import BoardRows
from kezek.app.turn.presence import Presence
from kezek.app.turn.queue import Queues
from kezek.crypto.account.credential_hasher import SystemLocks
from kezek.crypto.keyring import (
    Keyring,
    KeyringRefused,
    missing_keys,
    open_keyring,
    read_keyring,
    read_token,
)
from kezek.crypto.log.checkpoint_note import origin_of
from kezek.crypto.log.head_signer import LogNotary, open_witnesses
from kezek.crypto.log.published import PublishedHeads
from kezek.crypto.recovery import erasures
from kezek.crypto.recovery.withdrawals import Withdrawals
from kezek.crypto.ticket.papers import SignedPapers
from kezek.domain.booking.booking import SALT_BYTES, salt_of
from kezek.domain.kernel.event import Logged
from kezek.domain.log.leaf import Salt
from kezek.domain.regulation.regulations import Regulations
from kezek.i18n import names
from kezek.settings import Settings
from kezek.storage.migrations.phase import last as last_step
from kezek.storage.open import open_snapshot, open_store
from kezek.system.chance import SystemChance
from kezek.system.clock import DemoClock, WallClock
from kezek.system.file_descriptor import streams_max
from kezek.system.planner import SpawnedPlanner
from kezek.system.shelf import FolderShelf
from kezek.system.simulator import SpawnedSimulator
from kezek.web.app import build_pages
from kezek.web.server.bodiless import bodiless
from kezek.web.submit.retry_page import asked_again

log = logging.getLogger("kezek.start")

DEMO_SETTING = "demo"
# Which key signs this installation's tickets, by its id.
TICKET_KEY = "ticket_key"


def open_application(
    settings: Settings, rules: Regulations | None = None, *, serves: bool = True
) -> Application:
    """Open the installation that the settings name; StoreFault or TrustFault say what to do.

    RegulationFault where the rules cannot serve its lines.  Without `serves` they need not: the log,
    its consumers and the accounts are kept by no rule of a line.
    """
    store = open_store(settings.store_url)
    try:
        rules = rules or shipped_regulations()
        if serves:
            must_serve(store.reader, rules)
        return furnish(settings, store, rules)
    except BaseException:
        store.close()
        raise


def furnish(settings: Settings, store: Whole, rules: Regulations) -> Application:
    """Build every use case on an open store."""
    names.learn_classes(rules.labels)
    demo, last = demo_of(store), store.reader.last_event()
    chance, watch = SystemChance(), ChangeFeed()
    if last is not None:
        watch.position, watch.at = last.position, last.at
    wall = DemoClock(max(demo.began, watch.at), demo.factor) if demo else WallClock()
    clock = LogTime(wall, watch)
    network = Network(store, rules, watch)
    relay = EventRelay(store, watch.announce, watch.position)
    queues, availability = Queues(store, watch), Availability(store, watch)
    tickets = Tickets(store, network, queues)
    keyring = _keyring(settings, store, chance, begun=last is not None)
    papers = SignedPapers(keyring, settings.issuer, store)
    ledger = _ledger(settings, store, clock, chance, keyring)
    _begin(settings, store, ledger, keyring, watch)
    rates = Rates(lambda: clock.now().real)
    desk, pulse = _desk(store, rules, clock, chance, relay, ledger), Heartbeat()
    consumers = _consumers(ledger)
    vigil = _vigil(store, clock, wall, ledger, desk, consumers)
    if isinstance(store, Shared):
        store.follow(watch.position, relay.tell)
    return Application(
        settings=settings,
        rules=rules,
        store=store,
        clock=clock,
        chance=chance,
        watch=watch,
        desk=desk,
        network=network,
        availability=availability,
        queues=queues,
        boards=BoardRows(network, availability, queues),
        what_ifs=_what_ifs(settings, chance),
        forecasts=LiveForecasts(store, network, queues, clock, watch, _planner(settings)),
        tickets=tickets,
        finder=Finder(store, tickets, papers.read_qr, rules.known.plates),
        lost_tickets=LostTickets(store, tickets, rules.known.plates),
        access=_access(settings, store, clock, chance, watch),
        papers=papers,
        timer=Timer(store, rules, clock),
        ledger=ledger,
        feed=DurableFeed(store, consumers, pulse.beat),
        proofs=Proofs(store),
        rates=rates,
        newcomers=Newcomers(desk, rates, settings.rate_book),
        registrations=Registrations(desk, Daily(lambda: clock.now().real), settings.accounts_day),
        familiar=Familiar(),
        streams=Streams(each_max=settings.streams_each, all_max=streams_max()),
        presence=Presence(lambda: clock.now().real),
        traffic=HttpMetrics(),
        pulse=pulse,
        vigil=vigil,
        readiness=Readiness(
            vigil, ledger, pulse, lambda: missing_keys(settings.keys), lambda: watch.closed
        ),
        demo=demo,
    )


def _consumers(ledger: Ledger) -> tuple[Consumer, ...]:
    """Who is told every event of the log, each on a thread of its own (CONTRIBUTING: Add a channel)."""
    return (ledger,)


def _vigil(
    store: Whole,
    clock: LogTime,
    wall: DemoClock | WallClock,
    ledger: Ledger,
    desk: Desk,
    consumers: Sequence[Consumer],
) -> PromiseMonitor:
    step = int(last_step())
    return PromiseMonitor(
        store, clock, ledger, desk.tally, lambda: max(wall.doubt, clock.behind), step, consumers
    )


def _keyring(settings: Settings, store: Whole, chance: Chance, *, begun: bool) -> Keyring:
    """A log that has begun has had its keys: new ones would void its tickets, links and heads."""
    if not begun:
        return open_keyring(settings.keys, chance.secret)
    keyring = read_keyring(settings.keys)
    _refuse_strange(store, keyring)
    return keyring


def _what_ifs(settings: Settings, chance: Chance) -> WhatIfs:
    folder = settings.folder / "what-if"
    return WhatIfs(FolderShelf(folder), SpawnedSimulator(folder), chance)


def _desk(
    store: Store,
    rules: Regulations,
    clock: Clock,
    chance: Chance,
    relay: EventRelay,
    ledger: Ledger,
) -> Desk:
    return Desk(
        store,
        rules,
        clock,
        relay.tell,
        salt=lambda: salt_of(chance.secret(SALT_BYTES)),
        withheld=lambda: ledger.behind is not None,
    )


def _ledger(
    settings: Settings, store: Store, clock: Clock, chance: Chance, keyring: Keyring
) -> Ledger:
    return Ledger(
        store,
        clock,
        chance,
        LogNotary(keyring.log, open_witnesses(settings.keys)),
        PublishedHeads(settings.heads),
        origin_of(settings.issuer),
    )


def _access(
    settings: Settings, store: Store, clock: Clock, chance: Chance, watch: ChangeFeed
) -> SignIns:
    return SignIns(
        PlainAccess(
            store,
            SystemLocks(chance.secret),
            clock,
            watch,
            session_hours=settings.session_hours,
            one_time_hours=settings.one_time_hours,
            unconfirmed_max=settings.unconfirmed_live,
        )
    )


def _begin(
    settings: Settings, store: Store, ledger: Ledger, keyring: Keyring, watch: ChangeFeed
) -> None:
    """What is held against the files beside the database before anything is decided."""
    watch.hook(Withdrawals(settings.folder).tell)
    if strays := log_end.begin(store):
        log.error("events %s were added to the log while no server ran", strays)
    ledger.look()
    _erase_again(settings, store, ledger, keyring)


def _erase_again(settings: Settings, store: Store, ledger: Ledger, keyring: Keyring) -> None:
    """What the list beside the database says is erased, although the database is an older one."""
    numbers = erasures.listed(settings.folder, keyring.log.public)
    for number, salt in store.reader.many(Salt, numbers).items():
        if not salt.erased:
            assert isinstance(number, int), "a salt's key is a number"
            ledger.erase(number)
            log.warning("an erasure that the database did not know was repeated")


def _planner(settings: Settings) -> SpawnedPlanner | None:
    return SpawnedPlanner() if settings.planner else None


def _refuse_strange(store: Store, keyring: Keyring) -> None:
    """The key that signs tickets is the one that has signed them so far, or has taken over from it."""
    own = keyring.signing.public.id.hex()
    noted = store.setting(TICKET_KEY)
    if noted not in (None, *(key.id.hex() for key in keyring.accepted)):
        raise KeyringRefused(
            f"The key that signs tickets is not that of this database, which was {noted}: put the right "
            f"ticket-signing.pem back. If it was changed on purpose, lay the former public key into "
            "keys/accepted, so that tickets out there stay good."
        )
    if noted != own:
        store.set_setting(TICKET_KEY, own)


def make_app(application: Application, neighbours: WorkerMetrics | None = None) -> Litestar:
    """The pages, the API and what watches them as one ASGI application."""
    pages = build_pages(application)
    app = Litestar(
        route_handlers=pages.routes,
        exception_handlers={HTTPException: pages.failed, Exception: pages.failed},
        openapi_config=None,
        logging_config=None,
    )
    # Outside the router: it has answered 405 before any middleware is asked.
    token = read_token(application.settings.keys)
    health = Health(application, neighbours or WorkerMetrics(), token)
    whole = _beside(Api(application), health, asked_again(bodiless(app.asgi_handler)))
    settings = application.settings
    known = behind_proxies(whole, listed=settings.proxies, header=settings.proxy_header)
    app.asgi_handler = count_answers(known, application.traffic)
    return app


def _beside(api: ASGIApp, health: ASGIApp, pages: ASGIApp) -> ASGIApp:
    """The API below /api, what watches at its three addresses, the pages everywhere else."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        # Another version than ours is a program's mistake too, and is answered as one.
        if path.startswith("/api/"):
            await api(scope, receive, send)
        else:
            await (health if path in PATHS else pages)(scope, receive, send)

    return asked


def demo_of(store: Store) -> Demo | None:
    """The demonstration that a database was made for, None for a real one."""
    text = store.setting(DEMO_SETTING)
    return Demo(**json.loads(text)) if text else None


def holds_real(settings: Settings) -> bool:
    """Whether a log has begun that is no demonstration's; looks without changing anything.

    What cannot be read is for whoever opens it to name.
    """
    try:
        with open_snapshot(settings.store_url) as snapshot:
            kept = (row.name for block in snapshot.blocks(Setting) for row in block)
            return snapshot.count(Logged) > 0 and DEMO_SETTING not in kept
    except StoreFault:
        return False


def make_demo(store: Store, demo: Demo) -> None:
    """Mark an empty database as a demonstration, for good."""
    body = {"began": demo.began, "factor": demo.factor, "seed": demo.seed}
    store.set_setting(DEMO_SETTING, json.dumps(body))


def close_application(application: Application) -> None:
    """Finish what was taken in, then release the database."""
    application.desk.stop()
    application.store.close()
