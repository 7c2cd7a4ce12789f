"""`kezek serve`: the server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kezek.cli.frame.installation import (
    folder_option,
    fresh_key,
    moved_to,
    opened_with,
    operator,
    refusal,
)
from kezek.cli.frame.output import answer, json_option, say
from kezek.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from kezek.app.application import Application

WORKERS_MAX = 64
FIRST_LOGIN = "administrator"


@click.command(short_help="Run the server until Ctrl-C or SIGTERM.")
@click.option("--host", help="Address to listen on; else the setting KEZEK_HOST.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help="Port to listen on, 0 for any free one; else the setting KEZEK_PORT.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, WORKERS_MAX),
    help="Server processes on that port; more than one needs PostgreSQL. Else the setting "
    "KEZEK_WORKERS.",
)
@folder_option
@json_option
def serve(host: str | None, port: int | None, workers: int | None, folder: Path | None) -> None:
    """Run the server until Ctrl-C or SIGTERM; what was accepted is finished first.

    At the first start it prints a one-time link with which the first administrator is made.
    """
    from kezek.cli.server.log_line import start_logging
    from kezek.system.file_descriptor import raise_limit

    raise_limit()
    settings = read_settings(host=host, port=port, workers=workers, folder=folder)
    start_logging(settings)
    if settings.workers > 1:
        _serve_together(settings)
    else:
        _serve_alone(settings)


def _serve_alone(settings: Settings) -> None:
    from kezek.cli.server.serving import listen, run_server

    with listen(settings.host, settings.port) as sock:
        settings = moved_to(settings, port=sock.getsockname()[1])
        with opened_with(settings) as application:
            run_server(application, sock, started=_announcement(application))


def _serve_together(settings: Settings) -> None:
    from kezek.cli.server.workers import listen_together, refuse_alone, run_workers

    refuse_alone(settings)
    with listen_together(settings.host, settings.port, settings.workers) as sockets:
        settings = moved_to(settings, port=sockets[0].getsockname()[1])
        # Schema and keys are made here, once, before several would make them at the same moment.
        with opened_with(settings) as application:
            announce = _announcement(application)
        run_workers(settings, sockets, started=announce)


def links(application: Application) -> dict[str, str]:
    """The doors of a running server."""
    issuer = application.settings.issuer
    pages = {"board": "/", "book": "/book", "console": "/console", "agency": "/agency"}
    return {name: issuer + path for name, path in pages.items()} | {"api": f"{issuer}/api/v1/docs"}


def first_administrator(application: Application) -> str:
    """A one-time link for the first administrator; empty once somebody has set a password, and where
    another server that starts now has made one.
    """
    from kezek.domain.account.account import Account, Login
    from kezek.domain.account.actor import ANYWHERE, Role
    from kezek.domain.account.decide import AddAccount
    from kezek.domain.kernel.refusal import Reason, Refused

    accounts = [a for a in application.store.reader.all(Account) if a.closed_at is None]
    if any(account.password for account in accounts):
        return ""
    first = next((a.id for a in accounts if a.login == FIRST_LOGIN), 0)
    if not first:
        made = AddAccount(
            fresh_key(application), operator(), FIRST_LOGIN, "", "", Role.ADMINISTRATOR, ANYWHERE
        )
        decided = application.desk.ask(made)
        if isinstance(decided, Refused) and decided.reason is not Reason.LOGIN_TAKEN:
            raise refusal(decided)
        # Another server may have been quicker; the account is the same.
        taken = application.store.reader.get(Login, FIRST_LOGIN)
        assert taken is not None, "the login is taken by now, by whomever"
        first = taken.account
    link = application.access.plain.first_link(first)
    return f"{application.settings.issuer}/password/{link}" if link else ""


def _announcement(application: Application) -> Callable[[], None]:
    """What is printed once the server serves; the application need not be open any more then."""
    doors, link, empty = (
        links(application),
        first_administrator(application),
        not application.network.posts(),
    )
    hours = application.settings.one_time_hours

    def people() -> None:
        say("Kezek is running. Ctrl-C stops it.")
        for name, url in doors.items():
            say(f"  {name:8} {url}")
        if empty:
            say("There are no checkpoints yet: stop the server and run `kezek network load`.")
        if link:
            say(
                f"Nobody administers this installation yet. Set the password of {FIRST_LOGIN!r} here,"
            )
            say(f"once, within {hours} hours:")
            say(f"  {link}")

    return lambda: answer({"links": doors, "first_administrator": link}, people)
