"""How far a long command has come: a bar for whoever watches, nothing for a program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kezek.cli.frame.output import wants_json

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class ProgressBar:
    """Implements `app.installation.snapshot.Progress`."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def expect(self, steps: int) -> None:
        self._progress.update(self._task, total=steps + (self._progress.tasks[0].total or 0))

    def advance(self, steps: int) -> None:
        self._progress.advance(self._task, steps)


@contextmanager
def watched(what: str) -> Iterator[ProgressBar]:
    """A bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True, highlight=False)
    seen = console.is_terminal and not wants_json(click.get_current_context())
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not seen) as progress:
        yield ProgressBar(progress, progress.add_task(what, total=None))
