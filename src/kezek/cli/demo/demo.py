"""`kezek demo`: the real network with invented trucks, in one command."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.frame.installation import make_folder, moved_to, opened_with
from kezek.cli.frame.output import answer, json_option, say, wants_json
from kezek.cli.server.serve import links
from kezek.settings import Settings, read_settings

if TYPE_CHECKING:
    from kezek.app.application import Application

FOLDER = Path("var/demo")
# A call stands for twenty minutes: two real ones, in which a person can read a page.
FACTOR = 10


@click.command(short_help="Run the real network with invented trucks, on a fast clock.")
@click.option("--host", help="Address to listen on; else the setting KEZEK_HOST.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help="Port to listen on, 0 for any free one; else the setting KEZEK_PORT.",
)
@click.option(
    "--factor",
    type=click.IntRange(1, 3_600),
    help="How many times faster than real time the demo's clock runs. 60: a minute is an hour. "
    f"A new demo begins with {FACTOR}, a continued one keeps its own.",
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of all draws."
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=FOLDER,
    show_default=True,
    help="Folder of the demo's database and keys.",
)
@click.option("--fresh", is_flag=True, help="Delete the demo in the folder and start a new one.")
@click.option(
    "--trucks",
    type=click.IntRange(0),
    default=0,
    help="Most trucks that take places at the start; 0 means all.",
)
@json_option
def demo(
    *,
    host: str | None,
    port: int | None,
    factor: int | None,
    seed: int,
    folder: Path,
    fresh: bool,
    trucks: int,
) -> None:
    """Run the real network with invented trucks on an accelerated clock, until Ctrl-C.

    A new start continues where it stopped; `kezek serve --folder var/demo` opens the same database.
    """
    from kezek.cli.demo.traffic import DemoTraffic
    from kezek.cli.server.log_line import start_logging
    from kezek.cli.server.serving import listen, run_server

    settings = read_settings(host=host, port=port, folder=folder)
    start_logging(settings)
    with listen(settings.host, settings.port) as sock:
        settings = moved_to(settings, port=sock.getsockname()[1])
        make_ready(settings, factor=factor, seed=seed, fresh=fresh)
        with opened_with(settings) as application:
            traffic = DemoTraffic(application, trucks_max=trucks)
            run_server(
                application, sock, started=lambda: _announce(application), beside=traffic.run
            )
    if not wants_json(click.get_current_context()):
        _tell_end(folder)


def make_ready(settings: Settings, *, factor: int | None, seed: int, fresh: bool) -> None:
    """A prepared demonstration in the folder: a new one, or the one that is there."""
    from dataclasses import replace

    from kezek.app.application import Demo
    from kezek.bootstrap import make_demo
    from kezek.demo.opening import board_began, prepare

    make_folder(settings)
    _refuse_real(settings)
    if fresh:
        _forget(settings)
    with opened_with(settings) as application:
        kept = application.demo or Demo(board_began(), FACTOR, seed)
        kept = replace(kept, factor=factor or kept.factor)
        # While it is prepared the clock runs as on the wall: the first screen is the board's moment.
        make_demo(application.store, replace(kept, factor=1))
    with opened_with(settings) as application:
        prepare(application)
        make_demo(application.store, kept)


def _refuse_real(settings: Settings) -> None:
    from kezek.bootstrap import holds_real

    if holds_real(settings):
        raise Failed(
            ExitCode.REFUSED,
            "not_a_demo",
            f"the database in {settings.folder} is not a demo: name another folder with --folder",
        )


def _forget(settings: Settings) -> None:
    """Delete a demonstration's database, keys and published heads, and nothing else."""
    database = settings.file
    if not database.exists():
        return
    from kezek.crypto.keyring import LINK_FILE, LOG_FILE, SIGNING_FILE

    # Opened once: that is refused while a server runs on it.
    with opened_with(settings):
        pass
    doomed = [database.with_name(database.name + end) for end in ("", "-wal", "-shm")]
    for path in (*doomed, *(settings.keys / name for name in (SIGNING_FILE, LINK_FILE, LOG_FILE))):
        path.unlink(missing_ok=True)
    # Heads of a log that is gone would keep the new one from being signed.
    shutil.rmtree(settings.heads, ignore_errors=True)


def _announce(application: Application) -> None:
    from kezek.demo.opening import PASSWORD, casts_of

    doors, casts = links(application), casts_of(application)
    assert application.demo is not None, "make_ready has seen to it"
    body: dict[str, Any] = {
        "links": doors,
        "logins": [login for login, _ in casts],
        "password": PASSWORD,
        "factor": application.demo.factor,
    }

    def people() -> None:
        say(f"Kezek demo: the real network of 13 June 2026, {body['factor']} times faster.")
        say("Trucks and people are invented. Ctrl-C stops it; start it again and it goes on.")
        for name, url in doors.items():
            say(f"  {name:8} {url}")
        say(f"Sign in with the password {PASSWORD!r} as")
        for login, name in casts:
            say(f"  {login:20} {name}")
        say("The simulated officers leave a checkpoint to you while you are at it, and come back")
        say("some minutes after you have gone.")

    answer(body, people)


def _tell_end(folder: Path) -> None:
    at = f"--folder {shlex.quote(str(folder))}"
    again = "kezek demo" if folder == FOLDER else f"kezek demo {at}"
    say(f"The demo has stopped; all that happened is kept in {folder}.")
    say("To continue from here, or with --fresh to start a new one:")
    say(f"  {again}")
    say("To open it as it is, without new trucks:")
    say(f"  kezek serve {at}")


@click.command(hidden=True)
def traffic() -> None:
    """The demo's trucks and officers, in a process of their own; started by `kezek demo`."""
    from kezek.demo.traffic import run_traffic

    run_traffic(sys.stdin.buffer, sys.stdout)
