"""Calls every kernel once, with arguments of the types that it has in use.

Kernels compiled here are loaded from disk later, so that nothing compiles while somebody waits.  A new
kernel needs a line in `WARMED`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from kezek.planning import planner
from kezek.planning.cache import forget_old
from kezek.planning.forecast.correction import corrected_forecast
from kezek.planning.jit import FOLDERS
from kezek.planning.simulation.checkpoint.checkpoint import run
from kezek.planning.simulation.checkpoint.checkpoint_input import (
    Booked,
    Calls,
    Duration,
    Habit,
    ModelInput,
    ModelRules,
    ModelStage,
    WaitingTrucks,
    WalkInStream,
)
from kezek.planning.simulation.station.day import run_day
from kezek.planning.simulation.station.finite_queue import finite_queue_starts, run_finite_queue
from kezek.planning.simulation.station.multi_server_queue import queue_starts, run_queue
from kezek.planning.simulation.station.tandem import run_tandem, tandem_starts
from kezek.planning.simulation.station.vacation import run_vacation
from kezek.planning.simulation.variate.distribution import exponential
from kezek.planning.simulation.variate.steps import Steps

_LAW = exponential(1.0)


def warm() -> Iterator[str]:
    """Compile what is not compiled yet; yields the name of each group of kernels when it is ready."""
    for name, call in WARMED.items():
        call()
        yield name
    forget_old(set(FOLDERS.values()))


def kept_in() -> Path:
    """The folder of all cached kernels."""
    return next(iter(FOLDERS.values())).parent


def _queue() -> None:
    run_queue(_LAW, _LAW, lanes=2, customers=1, seed=0)
    queue_starts(np.zeros(1), np.ones(1), 1)


def _finite_queue() -> None:
    run_finite_queue(_LAW, _LAW, lanes=1, capacity=2, customers=1, seed=0)
    finite_queue_starts(np.zeros(1), np.ones(1), 1, 1)


def _vacation() -> None:
    run_vacation(_LAW, _LAW, _LAW, customers=1, seed=0)


def _day() -> None:
    noon = np.ones(1)
    run_day(noon, 1.0, _LAW, lanes=1, instants_s=noon, days=1, seed=0)


def _tandem() -> None:
    one = np.ones(1, np.int64)
    run_tandem((_LAW,), (_LAW,), lanes=(1,), customers=1, seed=0)
    tandem_starts(np.zeros(1), one - 1, np.ones((1, 1)), one)


def _checkpoint() -> None:
    """Play a model input with all its features."""
    some = Steps.constant(60.0)
    service_times, measured = (
        Duration("lognormal", 60.0, 1.0),
        Duration("measured", quantiles=(0.0, 60.0)),
    )
    stage = ModelStage("gate", some, (service_times,), (0.5,), (0.5,), measured)
    model = ModelInput(
        ModelRules(("ordinary",), (0,), 3600.0, 3600.0, 7200.0, 1800.0, 1),
        3600.0,
        (stage, stage),
        Booked.of([(0.0, 0, 4)]),
        (Habit(no_show=0.1, offset=service_times),),
        (WalkInStream(0, some),),
        Calls(service_times, missed=0.1, per_hour=some, spacing=Duration("gamma", 1.0, 0.5)),
        waiting_places=2,
        accepted=some,
        standing=WaitingTrucks(
            np.zeros(1, np.int64),
            np.zeros(1),
            np.zeros(1, np.bool_),
            np.zeros(1),
            np.zeros(1, np.int64),
        ),
    )
    run(model, seed=0)


def _twin() -> None:
    planner.warm(corrected_forecast)


WARMED: Mapping[str, Callable[[], None]] = {
    "queue": _queue,
    "finite_queue": _finite_queue,
    "vacation": _vacation,
    "day": _day,
    "tandem": _tandem,
    "checkpoint": _checkpoint,
    "twin": _twin,
}
