"""`kezek feed`: who is told every event of the log, how far each has come, and how to set one back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.frame.installation import folder_option, opened, refuse_missing
from kezek.cli.frame.output import answer, json_option, print_table, say
from kezek.settings import read_settings


@click.group(short_help="List who is told every event of the log, or set one back.")
def feed() -> None:
    """Consumers are told every event of the log, in order and at least once, such as the ledger.

    Each stands at the position of the last event that it is done with.
    """


@feed.command("list", short_help="List the consumers and what they have not read.")
@folder_option
@json_option
def list_consumers(folder: Path | None) -> None:
    """List every consumer with its position and what it has not read; a server may run meanwhile."""
    from kezek.maintenance import consumers_of

    settings = read_settings(folder=folder)
    refuse_missing(settings)
    found = consumers_of(settings)

    def people() -> None:
        print_table(
            ("consumer", "position", "unread", "oldest unread"),
            [(s.name, f"{s.position:,}", f"{s.unread:,}", f"{s.age:,.0f} s") for s in found],
        )

    answer([asdict(one) for one in found], people)


@feed.command(
    "set",
    short_help="Set a consumer back, or ahead past an event.",
    # A number below zero is no option; it is refused by name.
    context_settings={"ignore_unknown_options": True},
)
@click.argument("name")
@click.argument("position", type=int)
@folder_option
@json_option
def set_consumer(name: str, position: int, folder: Path | None) -> None:
    """Set the position of the consumer NAME while no server works as it.

    It is told the events behind POSITION, once more where it has heard them; 0 is the whole log. The
    ledger goes by its tree: its position is led back to where that ends.
    """
    from kezek.app.feed.consumer import PositionRefused, set_position

    with opened(folder, serves=False) as application:
        try:
            before = set_position(application.store, name, position)
        except PositionRefused as refused:
            raise Failed(ExitCode.REFUSED, refused.code, str(refused)) from None
    body = {"name": name, "before": before.position, "position": position}
    answer(body, lambda: say(f"{name} stood at {before.position:,} and stands at {position:,}."))
