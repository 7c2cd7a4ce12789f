"""Answers as tables: CSV, or Parquet where pyarrow is installed.

Columns have their units in their names; `_error` is one standard error, empty where it is not known.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from kezek.planning.question import QUANTILES
from kezek.planning.scenario.answer.answer import TABLES, Figure, PostAnswer, ScenarioAnswer

Cell: TypeAlias = str | float | int | None
Row: TypeAlias = dict[str, Cell]

PARQUET_MISSING = (
    'Parquet needs pyarrow, which is not installed: "make install" in the project\'s folder brings'
    " it; or ask for CSV"
)


def tables(answers: Sequence[ScenarioAnswer]) -> Mapping[str, list[Row]]:
    """The rows of every table of `TABLES`; the paths of a sweep are the first columns."""
    found: dict[str, list[Row]] = {name: [] for name in TABLES}
    for answer in answers:
        paths = {path: _plain(value) for path, value in answer.change.items()}
        for world, posts in (("this", answer.posts), ("other", answer.other)):
            for post in posts:
                start: Row = {**paths, "world": world, "checkpoint": post.checkpoint}
                for name, rows in _post(post).items():
                    found[name] += [{**start, **row} for row in rows]
        found["differences"] += [
            {
                **paths,
                "checkpoint": d.checkpoint,
                "group": d.group,
                **_figure("minutes", d.minutes),
                "verdict": d.verdict,
            }
            for d in answer.differences
        ]
    return found


def as_csv(rows: Sequence[Row]) -> bytes:
    """A table in UTF-8 with a header; empty bytes for no rows."""
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue().encode()


def as_parquet(rows: Sequence[Row]) -> bytes:
    """A table as Parquet; raises ModuleNotFoundError with the command that installs pyarrow."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra: only who asks for Parquet needs it
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ModuleNotFoundError:
        raise ModuleNotFoundError(PARQUET_MISSING) from None
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows)), out)
    return out.getvalue()


def _post(post: PostAnswer) -> Mapping[str, list[Row]]:
    return {
        "summary": [
            {
                "load": post.load,
                "tight": post.tight,
                **_figure("trucks", post.trucks),
                **_figure("wait_minutes", post.wait),
                **_figure("worst_minutes", post.worst),
                **_figure("most_trucks_here", post.longest),
                **_figure("truck_hours", post.truck_hours),
                **_figure("no_shows", post.no_shows),
                **_figure("lost", post.lost),
                "booked": post.calendar.booked,
                "days_to_a_place": post.calendar.until_place,
                "without_a_place": post.calendar.left,
            }
        ],
        "groups": [
            {
                "group": group.name,
                **_figure("trucks", group.trucks),
                **_figure("wait_minutes_mean", group.mean),
                **_figure("beyond_own_time_minutes_mean", group.beyond),
                **_quantiles("wait_minutes", group.quantiles),
            }
            for group in post.groups
        ],
        "hours": [
            {
                "hour": hour.hour,
                "trucks": hour.trucks,
                **_quantiles("wait_minutes", hour.quantiles),
            }
            for hour in post.hours
        ],
        "lengths": [
            {"at": length.at, **dict(_named("trucks_here", length.quantiles))}
            for length in post.lengths
        ],
        "bands": [
            {"until_minutes": band.until, **_figure("trucks", band.trucks)} for band in post.bands
        ],
    }


def _figure(name: str, figure: Figure) -> Row:
    return {name: figure.value, f"{name}_error": figure.error}


def _quantiles(name: str, figures: Sequence[Figure]) -> Row:
    row: Row = {}
    for quantile, figure in zip(QUANTILES, figures, strict=True):
        row |= _figure(f"{name}_p{round(100 * quantile):02d}", figure)
    return row


def _named(name: str, values: Sequence[float]) -> Iterator[tuple[str, Cell]]:
    for quantile, found in zip(QUANTILES, values, strict=True):
        yield f"{name}_p{round(100 * quantile):02d}", found


def _plain(found: object) -> Cell:
    return found if isinstance(found, (str, int, float)) else str(found)
