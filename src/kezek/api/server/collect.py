"""What one worker measures, as plain values that can be handed to its neighbours."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from kezek.api.server.metric import FOUND
from kezek.app.application import Application

# The values of a metric's labels, then the value: a number, or a histogram's counts and sum.
Sample: TypeAlias = tuple[list[str], list[float]]
MetricValues: TypeAlias = dict[str, list[Sample]]

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_SELF = Path("/proc/self")


def measure(application: Application) -> MetricValues:
    """Every metric of this process now.  Nothing here waits, and nothing asks the database."""
    found = application.vigil.found
    measured: MetricValues = {
        metric.name: [([], [float(found[name])])]
        for metric in FOUND
        if (name := metric.name.removeprefix("kezek_")) in found
    }
    for name, labels, values in _own(application):
        measured.setdefault(f"kezek_{name}", []).append((labels, values))
    return measured


def _own(application: Application) -> Iterator[tuple[str, list[str], list[float]]]:
    for name, value in _singles(application).items():
        if math.isfinite(value):
            yield name, [], [value]
    for task, age in application.pulse.ages().items():
        yield "beat_age_seconds", [task], [age]
    for (route, status), count in tuple(application.traffic.answers.items()):
        yield "answers_total", [route, str(status)], [count]
    for kind, seconds in tuple(application.traffic.seconds.items()):
        yield "answer_seconds", [kind], seconds.plain()
    for standing in application.vigil.standings:
        yield "consumer_unread_events", [standing.name], [standing.unread]
        yield "consumer_unread_seconds", [standing.name], [standing.age]
    tally = application.desk.tally
    for reason, count in tuple(tally.refusals.items()):
        yield "refused_commands_total", [reason], [count]
    for fault, count in tuple(tally.faults.items()):
        yield "failed_batches_total", [fault], [count]
    yield "batch_commands", [], tally.batches.plain()
    yield "batch_seconds", [], tally.batch_seconds.plain()
    yield "commit_seconds", [], tally.commit_seconds.plain()


def _singles(application: Application) -> dict[str, float]:
    tally, found = application.desk.tally, application.vigil.found
    # Another process may have written what this one has not heard of; never the other way round.
    last = max(found.get("log_events", 0), application.watch.position)
    return {
        "unknown_answers_total": tally.unknown,
        "fence_stops_total": tally.fenced,
        "unsealed_events": max(0, found.get("log_events", 0) - found.get("tree_events", 0)),
        "board_lag_events": last - application.watch.position,
        "known_schema_steps": application.vigil.schema,
        "look_age_seconds": application.vigil.age,
        "ailments": len(application.readiness.ailments()),
        "accepted_commands_total": tally.accepted,
        "waiting_commands": application.desk.waiting,
        "open_streams": application.streams.count,
        "memory_bytes": _resident_bytes(),
        "cpu_seconds_total": time.process_time(),
        "open_files": sum(1 for _ in (_SELF / "fd").iterdir()),
        "age_seconds": 0,
    }


def _resident_bytes() -> int:
    return int((_SELF / "statm").read_text().split()[1]) * _PAGE_BYTES
