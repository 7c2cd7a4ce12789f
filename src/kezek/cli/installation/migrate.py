"""`kezek migrate`: the schema made ready before a server starts, and contracted after an upgrade."""

from __future__ import annotations

from pathlib import Path

import click

from kezek.cli.frame.installation import folder_option, refuse_missing
from kezek.cli.frame.output import answer, json_option, say
from kezek.settings import read_settings


@click.command(short_help="Bring the database's schema to this release.")
@click.option(
    "--contract",
    is_flag=True,
    help="Also remove what only the previous release needed. No server of it may run any more.",
)
@folder_option
@json_option
def migrate(*, contract: bool, folder: Path | None) -> None:
    """Bring the database's schema to this release: what a start would do, at a time of your choice.

    Servers of the previous release go on working. After --contract they cannot, so run it last, when
    all servers are of this release and nobody wants to go back.
    """
    from kezek.maintenance import migrate_store

    settings = read_settings(folder=folder)
    refuse_missing(settings)
    step, waiting = migrate_store(settings, contracted=contract)

    def people() -> None:
        say(f"The schema is at step {step}.")
        if waiting:
            say(f"Steps that wait until all servers are of this release: {', '.join(waiting)}.")
            say("Then run:  kezek migrate --contract")

    answer({"schema": step, "waiting": waiting}, people)
