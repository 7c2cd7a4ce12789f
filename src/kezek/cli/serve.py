"""`kezek serve`: the server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kezek.cli.installation import (
    ask,
    folder_option,
    fresh_key,
    moved_to,
    opened_with,
    operator,
)
from kezek.cli.output import answer, json_option, say
from kezek.settings import read_settings

if TYPE_CHECKING:
    from kezek.app.house import House

FIRST_LOGIN = "administrator"


@click.command()
@click.option("--host", help="Address to listen on; else the setting KEZEK_HOST.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    help="Port to listen on, 0 for any free one; else the setting KEZEK_PORT.",
)
@folder_option
@json_option
def serve(host: str | None, port: int | None, folder: Path | None) -> None:
    """Run the server until Ctrl-C or SIGTERM; what was accepted is finished first.

    At the first start it prints a one-time link with which the first administrator is made.
    """
    from kezek.cli.serving import listen, run_server

    start_logging()
    settings = read_settings(host=host, port=port, folder=folder)
    with listen(settings.host, settings.port) as sock:
        settings = moved_to(settings, port=sock.getsockname()[1])
        with opened_with(settings) as house:
            link = first_administrator(house)
            run_server(house, sock, started=lambda: _told(house, link))


def start_logging() -> None:
    """Warnings and worse, to standard error."""
    import logging

    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )


def links(house: House) -> dict[str, str]:
    """The doors of a running server."""
    issuer = house.settings.issuer
    pages = {"board": "/", "book": "/book", "console": "/console", "agency": "/agency"}
    return {name: issuer + path for name, path in pages.items()} | {"api": f"{issuer}/api/v1/docs"}


def first_administrator(house: House) -> str:
    """A one-time link for the first administrator, empty once somebody has set a password."""
    from kezek.domain.account.account import Account
    from kezek.domain.account.actor import ANYWHERE, Role
    from kezek.domain.account.decide import AddAccount

    accounts = [a for a in house.store.reader.all(Account) if a.closed_at is None]
    if any(account.password for account in accounts):
        return ""
    first = next((a.id for a in accounts if a.login == FIRST_LOGIN), 0)
    if not first:
        made = AddAccount(
            fresh_key(house), operator(), FIRST_LOGIN, "", "", Role.ADMINISTRATOR, ANYWHERE
        )
        first = int(ask(house, made)["account"])
    return f"{house.settings.issuer}/password/{house.access.plain.one_time_link(first)}"


def _told(house: House, link: str) -> None:
    doors = links(house)

    def people() -> None:
        say("Kezek is running. Ctrl-C stops it.")
        for name, url in doors.items():
            say(f"  {name:8} {url}")
        if not house.network.posts():
            say("There are no checkpoints yet: stop the server and run `kezek network load`.")
        if link:
            say(
                f"Nobody administers this installation yet. Set the password of {FIRST_LOGIN!r} here,"
            )
            say(f"once, within {house.settings.one_time_hours} hours:")
            say(f"  {link}")

    answer({"links": doors, "first_administrator": link}, people)
