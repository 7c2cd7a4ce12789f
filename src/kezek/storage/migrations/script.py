"""Migrations as a script: Alembic writes the SQL, the store runs it.

So a migration runs on the one writing connection, by the driver that the server uses, in one
transaction: a step that fails leaves the database as it was.
"""

from __future__ import annotations

import io
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError

FOLDER = Path(__file__).parent


class UnknownVersion(Exception):
    """The step that a database names is not among ours."""


def config(output: io.StringIO | None = None, *, dialect: str = "sqlite") -> Config:
    """Alembic's configuration, without a file."""
    made = Config(output_buffer=output)
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.set_main_option("dialect", dialect)
    return made


def script(version: str, to: str = "head", *, dialect: str = "sqlite") -> str:
    """SQL that leads a database from a version (empty for a new one) to another; UnknownVersion when
    the first is not one of ours.
    """
    output = io.StringIO()
    made = config(output, dialect=dialect)
    if version:
        try:
            ScriptDirectory.from_config(made).get_revision(version)
        except (ResolutionError, CommandError):
            raise UnknownVersion from None
    command.upgrade(made, f"{version}:{to}" if version else to, sql=True)
    return output.getvalue()
