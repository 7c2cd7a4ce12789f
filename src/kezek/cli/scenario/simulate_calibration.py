"""`kezek simulate --calibrate`: the shipped network's scenario, read from the board that ships.

What it prints is `src/kezek/scenario/network.toml`; a test fails when the file has fallen behind the
board, or behind the reading of it in `planning/scenario/world/calibration.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping

from kezek.app.checkpoint import network as files
from kezek.app.checkpoint.load import by_post
from kezek.planning.scenario.world.calibration import BoardReading, entry, read_post

HEAD = """\
# Written by `kezek simulate --calibrate`: the load board of 13 June 2026, 17:23, and crossings.csv.
# Each number has its basis: the board, a table, or ours (an assumption of this project).
title = "The network of 13 June 2026"
question = "What do the posts of the real board look like from inside, if nothing is changed?"
from = 2026-06-15
until = 2026-06-29
warm_up_days = 3
seed = 20260613
replications = 20

[notes]
demand = "trucks a day that book; read from how full the board's days are, so a lower bound"
walk_ins = "ours: none beside the bookings, where booking is the law"
no_show = "ours: 5 in 100 bookings never come"
arrival = "ours: an hour early in the mean, give or take an hour and a half"
classes = "ours: all in turn; no board tells who else books"
counterpart = "unknown: no limit is set; the other side may be the narrower one"
"""


def network_scenario() -> str:
    """The whole file."""
    return HEAD + "".join("\n" + text for text in _entries())


def _entries() -> Iterator[str]:
    rows = files.read_checkpoints(files.shipped_checkpoints()).rows
    lanes = {row.id: row.checkpoint.lanes for row in rows}
    board = files.read_board(files.shipped_board(), rows).rows
    on, hour = files.SHIPPED_BOARD_ON, files.SHIPPED_BOARD_CLOCK.hour
    for post, days in sorted(by_post(board).items()):
        read = read_post(days, seen_on=on, seen_hour=hour)
        if read is not None:
            yield _table(entry(read, lanes[post]))
    for row in csv.DictReader(files.shipped("lines.csv").read_text("utf-8").splitlines()):
        capacity = int(row["capacity"])
        ours = BoardReading(row["checkpoint"], capacity, round(0.9 * capacity, 1), 0.0, 0.0, 0)
        demand = "ours: nine tenths of a capacity that is ours too"
        yield _table(entry(ours, lanes[row["checkpoint"]], basis=row["basis"], demand=demand))


def _table(entry: Mapping[str, object]) -> str:
    stages = entry["stage"]
    basis = entry["basis"]
    demand = entry["demand"]
    assert isinstance(stages, list), "stages are a list of tables"
    assert isinstance(basis, dict), "bases are a table"
    assert isinstance(demand, dict), "demand is a table"
    lines = [
        "[[checkpoint]]",
        f'id = "{entry["id"]}"',
        f"capacity_per_day = {entry['capacity_per_day']}",
        f"demand.per_day = {demand['per_day']}",
    ]
    for stage in stages:
        lines.append("[[checkpoint.stage]]")
        lines += [f"{key} = {_value(value)}" for key, value in stage.items()]
    lines.append("[checkpoint.basis]")
    lines += [f'"{key}" = "{value}"' for key, value in basis.items()]
    return "\n".join(lines) + "\n"


def _value(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
