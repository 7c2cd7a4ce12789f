"""The application run as a server: one loop, the timer beside it, a stop that loses nothing."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

import uvicorn
import uvloop

from kezek.app.log.end import note_end
from kezek.app.port import Fault
from kezek.app.server.promise_monitor import SHORT_SECONDS
from kezek.cli.account.local_socket import offered
from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.server.protocol import GatheringProtocol

if TYPE_CHECKING:
    from kezek.api.server.worker_metrics import WorkerMetrics
    from kezek.app.application import Application
    from kezek.app.desk.metrics import Heartbeat

log = logging.getLogger("kezek.serve")

BACKLOG = 2_048
# Answers under way are finished; open streams are cut after this many seconds.
GRACE_SECONDS = 5
# Whoever stops a server waits no longer than this, whatever the disk or the database does.
STOP_SECONDS = 30
# How often a stop tries to seal the log's end, once a tick, while the database is away as in a failover.
SEAL_TRIES = 8
TICK_SECONDS = 1.0
FORECAST_AGAIN_SECONDS = 30.0
COLLECT_AFTER = (50_000, 20, 100)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def listen(host: str, port: int) -> socket.socket:
    """The socket, opened before anything else: a port in use must not touch the database."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as fault:
        raise Failed(
            ExitCode.WORLD,
            "port_unusable",
            f"cannot listen on {host} port {port}: {_why(fault)}.",
        ) from fault


def _why(fault: OSError | OverflowError) -> str:
    """What the system says of an address, and what to do about it."""
    match getattr(fault, "errno", None):
        case errno.EADDRINUSE:
            return "another program listens there. Stop it, or choose another with --port"
        case errno.EACCES:
            return "only root may listen there. Choose one above 1023 with --port"
        case errno.EADDRNOTAVAIL:
            return "this machine has no such address. Choose another with --host"
        case _:
            return f"{fault}. Choose another with --host or --port"


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn raises them again after its stop, which would end the process
    before the desk has finished.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run_server(
    application: Application,
    sock: socket.socket,
    *,
    started: Callable[[], None] = lambda: None,
    beside: Callable[[], Awaitable[None]] | None = None,
    neighbours: WorkerMetrics | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; whatever was accepted is answered and durable afterwards.

    `beside` runs next to the server from its start and is cancelled when the server stops.
    `neighbours` are the other workers of this server, None when there are none.
    """
    from kezek.api.server.worker_metrics import WorkerMetrics
    from kezek.bootstrap import make_app

    neighbours = neighbours or WorkerMetrics()
    config = uvicorn.Config(
        make_app(application, neighbours),
        loop="none",
        http=GatheringProtocol,
        ws="none",
        lifespan="auto",
        access_log=False,
        # `behind_proxies` reads the header that the setting `proxy_header` names.
        proxy_headers=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=BACKLOG,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(application, _Server(config), sock, started, beside, neighbours))


async def _serve(
    application: Application,
    server: _Server,
    sock: socket.socket,
    started: Callable[[], None],
    beside: Callable[[], Awaitable[None]] | None,
    neighbours: WorkerMetrics,
) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        # The second signal is from somebody who does not want to wait for open streams.
        server.force_exit = server.should_exit
        server.should_exit = True
        # Open streams end now, so that nobody waits for them.
        application.watch.close()
        # By the system itself, which needs no thread of ours: what hangs was told to nobody as done.
        signal.setitimer(signal.ITIMER_REAL, STOP_SECONDS)

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    tasks = [
        asyncio.create_task(_keep_time(application)),
        asyncio.create_task(_keep_heads(application)),
        asyncio.create_task(_keep_vigil(application, neighbours)),
        *(asyncio.create_task(_keep_forecasts(work)) for work in _forecasting(application)),
        asyncio.create_task(_announce(server, started)),
    ]
    if beside is not None:
        tasks.append(asyncio.create_task(_alongside(server, beside)))
    application.feed.start()
    try:
        async with offered(application):
            await server.serve(sockets=[sock])
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        await _finish(application)
        for one in ended:
            if isinstance(one, Exception):
                raise one


async def _announce(server: _Server, started: Callable[[], None]) -> None:
    await server.ready.wait()
    # What the start has made stays to the end: leaving it out keeps the collector's pauses short.
    gc.collect()
    gc.freeze()
    # A batch of bookings makes thousands of small objects that refer to no other: with the default
    # of 700 the collector took a tenth of the desk's time.
    gc.set_threshold(*COLLECT_AFTER)
    started()


async def _alongside(server: _Server, beside: Callable[[], Awaitable[None]]) -> None:
    await server.ready.wait()
    try:
        await beside()
    finally:
        server.should_exit = True


async def _keep_time(application: Application) -> None:
    """What time alone makes due, once a second of real time."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        try:
            commands = await asyncio.to_thread(application.timer.due)
            # Together, so that they share a commit.
            await asyncio.gather(*(application.desk.submit(command) for command in commands))
            await asyncio.to_thread(application.timer.sweep)
            application.pulse.beat("timer")
        except Fault as fault:
            log.warning("the timer will try again: %s", fault)
        except Exception:
            # The queue must not stand still because of one row that the timer cannot digest.
            log.exception("the timer stumbled and will try again")


async def _keep_heads(application: Application) -> None:
    """A signed head once a minute of real time; the feed brings the log into its tree."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        await _signed(application.ledger.sign, application.pulse)


async def _keep_vigil(application: Application, neighbours: WorkerMetrics) -> None:
    """A look at what is promised, every few seconds of real time and off the path of requests."""
    while True:
        try:
            # Of the workers of one server one asks the long questions: the answers are the same for all.
            await asyncio.to_thread(
                application.vigil.look, long=None if neighbours.first else False
            )
            application.pulse.beat("look")
        except Fault as fault:
            log.warning("the server's look at its database failed: %s", fault)
        except Exception:
            # Nobody's booking depends on it; that nothing is seen any more shows by the figures' age.
            log.exception("the vigil stumbled and will try again")
        try:
            neighbours.lay_down(application)
        except OSError as fault:
            log.warning("the figures of a worker were not laid down: %s", type(fault).__name__)
        await asyncio.sleep(SHORT_SECONDS)


def _forecasting(application: Application) -> list[Callable[[], Awaitable[None]]]:
    """What was usual, which asks no planner; the planner's process, what is asked of it now, and what is
    asked of it again every night.
    """
    forecasts = application.forecasts
    if forecasts.planner is None:
        return [forecasts.read_usual]
    return [forecasts.read_usual, forecasts.planner.run, forecasts.keep, forecasts.score]


async def _keep_forecasts(work: Callable[[], Awaitable[None]]) -> None:
    """Bookings go on whatever becomes of forecasts."""
    while True:
        try:
            await work()
        except Exception:
            # The outermost edge of this task: the pages say that there is no forecast.
            log.exception("forecasts stumbled and will be tried again")
        await asyncio.sleep(FORECAST_AGAIN_SECONDS)


async def _finish(application: Application) -> None:
    """The desk's last batches, then all of the log into the tree and under a head.

    In this order: the timer and a request that was cut off leave commands at the desk, which are
    committed after whoever asked has gone.
    """
    await asyncio.to_thread(application.desk.stop)
    await asyncio.to_thread(application.feed.stop)
    for _ in range(SEAL_TRIES):
        if await _signed(application.ledger.tick, application.pulse, last=True):
            break
        await asyncio.sleep(TICK_SECONDS)
    try:
        await asyncio.to_thread(note_end, application.store)
    except Fault as fault:
        log.warning("the end of the log is not noted: %s", fault)


async def _signed(sign: Callable[..., object], pulse: Heartbeat, *, last: bool = False) -> bool:
    """Whether the ledger has signed what is due; False when trying again may help."""
    try:
        await asyncio.to_thread(sign, last=last)
        pulse.beat("heads")
    except Fault as fault:
        log.warning("no head of the log is signed: %s", fault)
        return fault.permanent
    except Exception:
        # Bookings go on; the proof of them is behind until this is mended.
        log.exception("the ledger stumbled and will try again")
    return True
