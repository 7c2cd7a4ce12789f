"""`kezek backup`: a backup of an installation, whether it is served or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.frame.installation import folder_option
from kezek.cli.frame.output import json_option, say
from kezek.cli.frame.progress import watched
from kezek.cli.installation.copy import KEYS_APART, fingerprint_fields, finish, print_fingerprint
from kezek.settings import read_settings

if TYPE_CHECKING:
    from kezek.app.installation.manifest import Manifest


@click.command(short_help="Write a backup; the server may run meanwhile.")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--with-keys",
    is_flag=True,
    help="Take the folder of keys along: whoever has the backup can then sign tickets.",
)
@folder_option
@json_option
def backup(target: Path, *, with_keys: bool, folder: Path | None) -> None:
    """Write a backup into the new folder TARGET; the server may run meanwhile.

    It holds everything as it was when the backup began, in one SQLite file whatever the database is,
    and a manifest that shows damage. Sign-ins are left out.
    """
    from kezek.maintenance import make_backup

    with watched("steps") as bar:
        made = make_backup(read_settings(folder=folder), target, with_keys=with_keys, progress=bar)
    size = sum(file.bytes for file in made.files.values())

    def people() -> None:
        print_fingerprint(made.fingerprint)
        files = "one file" if len(made.files) == 1 else f"{len(made.files)} files"
        say(f"{target} holds {files}, {size / 1e6:,.1f} MB.")
        say(KEYS_TAKEN if with_keys else KEYS_APART)

    finish(made.fingerprint, {"backup": str(target), **described(made)}, people)


KEYS_TAKEN = "The keys are in it: keep it as safe as the keys themselves."


def described(made: Manifest) -> dict[str, Any]:
    """A manifest as JSON."""
    return {
        "made_at": made.made_at,
        "store": made.store,
        "schema": made.schema,
        "kezek": made.kezek,
        "files": {name: {"bytes": f.bytes, "sha256": f.sha256} for name, f in made.files.items()},
        "fingerprint": fingerprint_fields(made.fingerprint),
    }
