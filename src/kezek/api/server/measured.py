"""What one worker measures, as plain values that can be handed to its neighbours."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from kezek.api.server.metric import FOUND
from kezek.app.application import House

# The values of a metric's labels, then the value: a number, or a histogram's counts and sum.
Sample: TypeAlias = tuple[list[str], list[float]]
Measured: TypeAlias = dict[str, list[Sample]]

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_SELF = Path("/proc/self")


def measure(house: House) -> Measured:
    """Every metric of this process now.  Nothing here waits, and nothing asks the database."""
    found = house.vigil.found
    measured: Measured = {
        metric.name: [([], [float(found[name])])]
        for metric in FOUND
        if (name := metric.name.removeprefix("kezek_")) in found
    }
    for name, labels, values in _own(house):
        measured.setdefault(f"kezek_{name}", []).append((labels, values))
    return measured


def _own(house: House) -> Iterator[tuple[str, list[str], list[float]]]:
    for name, value in _singles(house).items():
        if math.isfinite(value):
            yield name, [], [value]
    for task, age in house.pulse.ages().items():
        yield "beat_age_seconds", [task], [age]
    for (route, status), count in tuple(house.traffic.answers.items()):
        yield "answers_total", [route, str(status)], [count]
    for kind, seconds in tuple(house.traffic.seconds.items()):
        yield "answer_seconds", [kind], seconds.plain()
    tally = house.desk.tally
    for reason, count in tuple(tally.refusals.items()):
        yield "refused_commands_total", [reason], [count]
    for fault, count in tuple(tally.faults.items()):
        yield "failed_batches_total", [fault], [count]
    yield "batch_commands", [], tally.batches.plain()
    yield "batch_seconds", [], tally.batch_seconds.plain()
    yield "commit_seconds", [], tally.commit_seconds.plain()


def _singles(house: House) -> dict[str, float]:
    tally, found = house.desk.tally, house.vigil.found
    # Another process may have written what this one has not heard of; never the other way round.
    last = max(found.get("log_events", 0), house.watch.position)
    return {
        "unknown_answers_total": tally.unknown,
        "fence_stops_total": tally.fenced,
        "unsealed_events": max(0, found.get("log_events", 0) - found.get("tree_events", 0)),
        "board_lag_events": last - house.watch.position,
        "known_schema_steps": house.vigil.schema,
        "look_age_seconds": house.vigil.age,
        "ailments": len(house.readiness.ailments()),
        "accepted_commands_total": tally.accepted,
        "waiting_commands": house.desk.waiting,
        "open_streams": house.streams.count,
        "memory_bytes": _resident_bytes(),
        "cpu_seconds_total": time.process_time(),
        "open_files": sum(1 for _ in (_SELF / "fd").iterdir()),
        "age_seconds": 0,
    }


def _resident_bytes() -> int:
    return int((_SELF / "statm").read_text().split()[1]) * _PAGE_BYTES
