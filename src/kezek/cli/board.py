"""`kezek board`: the public board in the terminal, from a running server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.output import answer, json_option, wants_json
from kezek.cli.remote import get, server_of, server_option

if TYPE_CHECKING:
    from rich.table import Table

SECONDS = 2.0


@click.command()
@click.option("--once", is_flag=True, help="Print the board once instead of keeping it live.")
@server_option
@json_option
def board(*, once: bool, server: str | None) -> None:
    """Show the network board of a running server: places, trucks waiting, called, crossed."""
    address = server_of(server)
    body = get(address, "/api/v1/board")
    if once or wants_json(click.get_current_context()):
        answer(body, lambda: _print(body))
        return
    _keep_live(address, body)


def _print(body: dict[str, Any]) -> None:
    from rich.console import Console

    Console(highlight=False).print(table_of(body))


def _keep_live(address: str, body: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.live import Live

    from kezek.cli.fault import Failed

    with Live(
        table_of(body), console=Console(highlight=False), screen=True, auto_refresh=False
    ) as live:
        while True:
            time.sleep(SECONDS)
            try:
                body = get(address, "/api/v1/board")
            except Failed as fault:
                # A board that has lost its server says so and keeps its last picture.
                table = table_of(body)
                table.caption = f"stale: {fault.message}"
                live.update(table, refresh=True)
                continue
            live.update(table_of(body), refresh=True)


def table_of(body: dict[str, Any]) -> Table:
    """The board as a table; posts without a line stand last."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    table.title = f"Kezek: the network as of {body.get('as_of', '?')}"
    return table
