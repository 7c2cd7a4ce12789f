"""Truck by truck, the compiled checkpoint is a plain SimPy program."""

from __future__ import annotations

import numpy as np
import pytest

from kezek.planning.simulation.checkpoint.checkpoint import play
from kezek.planning.simulation.checkpoint.checkpoint_record import OUTCOMES
from tests.planning.simulation.checkpoint.oracle import Oracle
from tests.planning.simulation.checkpoint.random_input import draws_of, plan_of

CONFIGURATIONS = 1_000
PARTS = 10


@pytest.mark.parametrize("part", range(PARTS))
def test_every_record_equals_simpy_on_shared_random_numbers(part: int):
    for number in range(part, CONFIGURATIONS, PARTS):
        model = plan_of(number)
        variates = draws_of(model, number)
        records = play(model, variates)
        trucks = Oracle(model, variates).play()
        for name in ("arrived", "joined", "called", "left"):
            theirs = np.array([getattr(truck, name) for truck in trucks])
            np.testing.assert_array_equal(records.trucks[name], theirs, f"{name} of plan {number}")
        outcomes = [OUTCOMES[outcome] for outcome in records.trucks["outcome"]]
        assert outcomes == [truck.outcome for truck in trucks], f"plan {number}"
        assert records.trucks["misses"].tolist() == [truck.missed for truck in trucks]
        passages = np.array([truck.passages for truck in trucks])
        for place, name in enumerate(("queued", "started", "ended")):
            np.testing.assert_array_equal(
                records.passages[name], passages[:, :, place], f"{name} of plan {number}"
            )
