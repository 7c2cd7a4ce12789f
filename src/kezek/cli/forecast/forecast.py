"""`kezek forecast`: the group of commands about waits to come."""

from __future__ import annotations

import click

from kezek.cli.frame.command import CliGroup


@click.group(cls=CliGroup)
def forecast() -> None:
    """Waits to come as ranges, learned from a table of past waits."""
