"""`kezek copy`: an installation moved from one database to another, proved by its fingerprint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kezek.cli.frame.command import CliCommand
from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.output import answer, json_option, print_table, say
from kezek.cli.frame.progress import watched

if TYPE_CHECKING:
    from kezek.app.installation.fingerprint import Fingerprint


@click.command(cls=CliCommand, short_help="Copy a stopped installation into an empty database.")
@click.option(
    "--from", "source", metavar="URL", required=True, help="Address of the database to copy."
)
@click.option(
    "--to", "target", metavar="URL", required=True, help="Address of an empty database to write."
)
@json_option
def copy(source: str, target: str) -> None:
    """Copy an installation that is not served into an empty database: everything or nothing.

    An address is sqlite:PATH or postgresql://USER@HOST/DATABASE. What was written is read again and
    must have the same fingerprint. The keys are files beside the database and are not copied.
    """
    from kezek.maintenance import copy_store

    with watched("steps") as bar:
        fingerprint = copy_store(source, target, bar)

    def people() -> None:
        print_fingerprint(fingerprint)
        say("Copied: what was written is what was read. Everybody signs in again.")
        say(KEYS_APART)

    finish(fingerprint, {"fingerprint": fingerprint_fields(fingerprint)}, people)


KEYS_APART = (
    "The folder `keys` is not in the database: take it along, or no printed ticket can be checked."
)


def fingerprint_fields(fingerprint: Fingerprint) -> dict[str, Any]:
    """A fingerprint as JSON."""
    from dataclasses import asdict

    return asdict(fingerprint)


def print_fingerprint(fingerprint: Fingerprint) -> None:
    """The promises with their verdicts, and what the log ends with."""
    print_table(
        ("promise", "looked at", "verdict"),
        [
            (
                v.promise,
                f"{v.seen:,}",
                "holds" if v.holds else f"BROKEN {v.broken:,} times: {v.first[0]}",
            )
            for v in fingerprint.promises
        ],
    )
    say(
        f"{fingerprint.rows:,} rows, {fingerprint.position:,} events, {fingerprint.size:,} sealed"
        f" under {fingerprint.root[:16]}…"
    )


def finish(fingerprint: Fingerprint, body: dict[str, Any], people: Any) -> None:
    """The command's end: done, or done with promises that were broken before it began."""
    code = ExitCode.FOUND if fingerprint.broken else ExitCode.DONE
    answer(body, people, exit_code=code)
    click.get_current_context().exit(code)
