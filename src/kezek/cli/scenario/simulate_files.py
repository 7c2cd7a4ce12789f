"""What `kezek simulate --out` leaves in a folder: the answer, its pictures, its tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from kezek.planning.scenario.answer.answer import ScenarioAnswer
from kezek.planning.scenario.answer.chart import answer_chart, standalone
from kezek.planning.scenario.answer.export import as_csv as csv_of
from kezek.planning.scenario.answer.export import as_parquet, tables
from kezek.planning.scenario.sweep.atomic_file import write_whole


def write(out: Path, found: Sequence[ScenarioAnswer], *, as_csv: bool, parquet: bool) -> None:
    """Everything of one answer."""
    (answer,) = found
    write_whole(out / "answer.json", msgspec.json.encode(answer, order="deterministic") + b"\n")
    for at, post in enumerate(answer.posts):
        write_whole(out / f"{post.checkpoint}.svg", standalone(answer_chart(answer, at)).encode())
    write_tables(out, found, as_csv=as_csv, parquet=parquet)


def write_tables(
    out: Path, found: Sequence[ScenarioAnswer], *, as_csv: bool, parquet: bool
) -> None:
    """The tables of one answer or of a whole sweep, a file each."""
    for name, rows in tables(found).items():
        if as_csv and rows:
            write_whole(out / f"{name}.csv", csv_of(rows))
        if parquet and rows:
            write_whole(out / f"{name}.parquet", as_parquet(rows))
