"""Migrations as a script: Alembic writes the SQL, the store runs it.

So a migration runs on the one writing connection, by the driver that the server uses, in one
transaction: a step that fails leaves the database as it was.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError

from kezek.storage.migrations import head, phase

FOLDER = Path(__file__).parent
STEPS = (FOLDER / "versions",)


class UnknownVersion(Exception):
    """The step that a database names is not among ours."""


def config(output: io.StringIO | None = None, *, dialect: str = "sqlite") -> Config:
    """Alembic's configuration, without a file."""
    made = Config(output_buffer=output)
    made.set_main_option("script_location", _literal(FOLDER))
    made.set_main_option("path_separator", "os")
    made.set_main_option("version_locations", os.pathsep.join(map(_literal, STEPS)))
    made.set_main_option("dialect", dialect)
    return made


def script(version: str, to: str = "", *, dialect: str = "sqlite") -> str:
    """The SQL that migrates a database from a version (empty for a new one) to `to`, by default that of
    a start; UnknownVersion when the first is not one of ours.
    """
    output, to = io.StringIO(), to or head.HEAD
    made = config(output, dialect=dialect)
    steps = ScriptDirectory.from_config(made)
    if version:
        try:
            steps.get_revision(version)
        except (ResolutionError, CommandError):
            raise UnknownVersion from None
    command.upgrade(made, f"{version}:{to}" if version else to, sql=True)
    since = getattr(steps.get_revision(to).module, "since", "")
    return output.getvalue() + (phase.remember(since) if since else "")


def _literal(path: Path) -> str:
    return str(path).replace("%", "%%")
