"""`kezek restore`: a backup put back into an empty database."""

from __future__ import annotations

from pathlib import Path

import click

from kezek.cli.frame.installation import folder_option, make_folder
from kezek.cli.frame.output import json_option, say
from kezek.cli.frame.progress import watched
from kezek.cli.installation.backup import described
from kezek.cli.installation.copy import KEYS_APART, fingerprint_fields, finish, print_fingerprint
from kezek.settings import read_settings

_WITHDRAWN = {
    "account": "accounts were closed after the backup, and are closed again.",
    "key": "API keys were revoked after the backup, and are revoked again.",
    "password": "passwords were changed after the backup: the old ones open nothing, and their owners "
    "set new ones by a link (kezek user password).",
    "role": "roles were withdrawn after the backup, and are withdrawn again.",
}


@click.command(short_help="Put a backup into an empty database.")
@click.argument("backup", type=click.Path(path_type=Path))
@click.option(
    "--to",
    "target",
    metavar="URL",
    help="Address of an empty database; else the one that the settings name.",
)
@click.option(
    "--with-keys", is_flag=True, help="Put the backup's keys into the installation's folder first."
)
@click.option(
    "--erased",
    "lists",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="An erased.jsonl or an export of the log: what it says is erased is erased in the backup's "
    "rows too. The folder's own erased.jsonl is read by itself. May be repeated.",
)
@click.option(
    "--withdrawn",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A withdrawn.jsonl: accounts, keys, roles and passwords that were withdrawn after the backup "
    "stay so. The folder's own is read by itself. May be repeated.",
)
@folder_option
@json_option
def restore(
    backup: Path,
    *,
    target: str | None,
    with_keys: bool,
    lists: tuple[Path, ...],
    withdrawn: tuple[Path, ...],
    folder: Path | None,
) -> None:
    """Put the folder BACKUP into an empty database: everything or nothing.

    A backup that is damaged is found before anything is changed. What was decided after it was made is
    not in it: numbers go on far above those that may have been given out, and where heads were published
    since, the server takes no booking before `kezek log continue`. Everybody signs in again.
    """
    from kezek.maintenance import restore_backup

    settings = read_settings(folder=folder, database=target)
    if target is None or with_keys:
        make_folder(settings)
    with watched("steps") as bar:
        done = restore_backup(
            settings,
            backup,
            with_keys=with_keys,
            lists=lists,
            withdrawn=withdrawn,
            progress=bar,
        )
    body = {
        "backup": described(done.manifest),
        "fingerprint": fingerprint_fields(done.fingerprint),
        "erased": done.erased,
        "events": done.events,
        "published": done.published,
        "withdrawn": dict(done.withdrawn),
    }

    def people() -> None:
        print_fingerprint(done.fingerprint)
        if done.erased:
            say(f"{done.erased:,} bookings were erased after the backup, and are hidden again.")
        for kind, count in done.withdrawn.items():
            if count:
                say(f"{count:,} {_WITHDRAWN[kind]}")
        if done.published > done.events:
            say(
                f"The backup has {done.events:,} events, and a head of {done.published:,} was published:"
                " what came between is lost."
            )
            say("No booking is taken until you decide that the log goes on:  kezek log continue")
        say("Restored: what was written is what was backed up. Everybody signs in again.")
        if not with_keys:
            say(KEYS_APART)

    finish(done.fingerprint, body, people)
