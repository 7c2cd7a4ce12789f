"""One of several server processes, as `kezek serve --workers` starts it."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kezek.cli.frame.installation import opened_with
from kezek.settings import read_settings

if TYPE_CHECKING:
    from kezek.app.application import Application

# What it says once it serves.
READY = b"ready\n"


@click.command(hidden=True)
@click.argument("descriptor", type=click.IntRange(3))
@click.argument("name")
@click.argument("figures", type=click.Path(path_type=Path))
def worker(descriptor: int, name: str, figures: Path) -> None:
    """Serve on an open socket until the input ends; started by `kezek serve --workers`."""
    from kezek.api.server.worker_metrics import WorkerMetrics
    from kezek.cli.server.log_line import start_logging
    from kezek.cli.server.serving import run_server

    settings = read_settings()
    start_logging(settings)
    with socket.socket(fileno=descriptor) as sock, opened_with(settings) as application:
        run_server(
            application,
            sock,
            started=_say_ready,
            beside=lambda: _parent_left(application),
            neighbours=WorkerMetrics(name, figures),
        )


def _say_ready() -> None:
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()


async def _parent_left(application: Application) -> None:
    """Until the input ends: the parent wants it so, or is no more."""
    loop = asyncio.get_running_loop()
    left = loop.create_future()
    # Nothing is ever written to it: that it can be read means that it has ended.
    loop.add_reader(sys.stdin.fileno(), _once, left)
    try:
        await left
    finally:
        loop.remove_reader(sys.stdin.fileno())
    # Open streams end now, so that nobody waits for them.
    application.watch.close()


def _once(left: asyncio.Future[None]) -> None:
    if not left.done():
        left.set_result(None)
