"""`kezek board`: the public board in the terminal, from a running server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.frame.fault import Failed
from kezek.cli.frame.output import answer, json_option, wants_json
from kezek.cli.frame.remote import get, server_of, server_option

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

SECONDS = 2.0
DAYS = 7
WIDTH_UNWATCHED = 120
# A bar of free places: height, not hue.
_BARS = "▁▂▃▄▅▆▇█"


@click.command(short_help="Show the network board of a running server.")
@click.option("--once", is_flag=True, help="Print the board once instead of keeping it live.")
@click.option("--all", "everything", is_flag=True, help="Also checkpoints without a queue.")
@server_option
@json_option
def board(*, once: bool, everything: bool, server: str | None) -> None:
    """Show the network board of a running server: places, trucks waiting, called, crossed."""
    address = server_of(server)
    shown = BoardTable(address, everything=everything)
    if once or wants_json(click.get_current_context()):
        body = shown.read()
        answer(body, lambda: _console().print(shown.table(body)))
        return
    _keep_live(shown)


def _console() -> Console:
    from rich.console import Console

    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH_UNWATCHED)


class BoardTable:
    """The board of one server as a table."""

    def __init__(self, server: str, *, everything: bool) -> None:
        self._server, self._everything = server, everything
        self._names: dict[str, str] = {}

    def read(self) -> dict[str, Any]:
        """The board now, with the names of its posts."""
        body: dict[str, Any] = get(self._server, "/api/v1/board")
        if not self._names:
            self._names = {
                post["id"]: post["name_en"]
                for post in get(self._server, "/api/v1/checkpoints?limit=100")["items"]
            }
        for row in body["items"]:
            row["name"] = self._names.get(row["checkpoint"], row["checkpoint"])
        return body

    def table(self, body: dict[str, Any], stale: str = "") -> Table:
        """Posts with a line, the fullest waiting areas first."""
        from rich.table import Table

        shown = [row for row in body["items"] if self._everything or row["waiting"] is not None]
        shown.sort(key=lambda row: (-(row["waiting"] or 0), row["name"]))
        mark = ", simulated trucks" if body["simulated"] else ""
        table = Table(
            box=None,
            pad_edge=False,
            header_style="bold",
            title_justify="left",
            caption_justify="left",
            title=f"Kezek: the network as of {_second(body['as_of'])}{mark}",
            caption=stale or None,
        )
        table.add_column("checkpoint")
        table.add_column("state")
        for name in ("waiting", "hour runs", "called", "at gate", "crossed today", "an hour"):
            table.add_column(name, justify="right")
        table.add_column("next free")
        table.add_column("free, 7 days")
        for row in shown:
            table.add_row(*_cells(row))
        return table


def _cells(row: dict[str, Any]) -> list[str]:
    pace = "" if row["pace"] is None else f"{row['pace']:.1f}"
    names = ("waiting", "waiting_due", "called", "admitted", "crossed_today")
    # A server of the release before does not split those who wait.
    counts = (row.get(name) for name in names)
    return [
        row["name"],
        row["state"].replace("_", " "),
        *("" if count is None else str(count) for count in counts),
        pace,
        row["next_free"] or "",
        bars(row["days"][:DAYS]),
    ]


def bars(days: list[int | None]) -> str:
    """Free places day by day as heights; a dot is none, a cross a closed day."""
    most = max((free for free in days if free), default=0)
    marks = []
    for free in days:
        if free is None:
            marks.append("×")
        elif not free:
            marks.append("·")
        else:
            marks.append(_BARS[min(len(_BARS) - 1, free * len(_BARS) // (most + 1))])
    return "".join(marks)


def _keep_live(shown: BoardTable) -> None:
    from rich.live import Live

    body = shown.read()
    with Live(shown.table(body), console=_console(), screen=True, auto_refresh=False) as live:
        while True:
            time.sleep(SECONDS)
            try:
                body = shown.read()
                live.update(shown.table(body), refresh=True)
            except Failed as fault:
                # A board that has lost its server says so and keeps what it showed last.
                stale = f"STALE, as of {_second(body['as_of'])}: {fault.message}"
                live.update(shown.table(body, stale), refresh=True)


def _second(moment: str) -> str:
    """A moment as people read it."""
    return moment.partition(".")[0].rstrip("Z") + "Z"
