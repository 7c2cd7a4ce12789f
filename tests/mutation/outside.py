"""Planted faults that only real processes can show: played on the rig, or by a test that must fail."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.cli.program import NotServed
from tests.mutation.plant import PlantedFault, environment

RIG = "rig-"
FAILED = 1
PATIENCE_SECONDS = 8.0


def outside(fault: PlantedFault) -> bool:
    """Whether the fault is found from outside of the process that has it."""
    return fault.ground.startswith((RIG, "tests/"))


def found_outside(fault: PlantedFault) -> dict[str, Any] | None:
    """The promise that was broken, and who found it; None when nobody did."""
    return _by_the_rig(fault) if fault.ground.startswith(RIG) else _by_its_test(fault)


def _by_the_rig(fault: PlantedFault) -> dict[str, Any] | None:
    # Only now: rehearsals need nothing of it.
    from tests.rig.rig import RigPlan, run

    ground, faults = fault.ground.removeprefix(RIG), frozenset(fault.faults)
    # Nobody has to be waited for who asks in vain because of the fault.
    plan = RigPlan(
        ground, fault.seed, fault.kills, faults, planted=fault.name, patience=PATIENCE_SECONDS
    )
    with tempfile.TemporaryDirectory(prefix="kezek-mutation-") as folder:
        try:
            outcome = run(plan, Path(folder) / "run")
        except NotServed as ended:
            # A start that was told a change is kept, and does not find it, stops by its own assertion.
            if ended.code != "our_mistake":
                raise
            by = "the server's own assertion"
            return {"promise": fault.promises[0], "by": by, "told": str(ended)}
    broken = [verdict for verdict in outcome.verdicts if verdict.breaches]
    for verdict in sorted(broken, key=lambda v: v.name not in fault.checkers):
        told = {"promise": verdict.promise, "by": f"rig, {verdict.name}"}
        return told | {"told": verdict.breaches[0]}
    for stuck in outcome.broken:
        return {"promise": stuck.split()[0], "by": "rig, not in peace", "told": stuck}
    return None


def _by_its_test(fault: PlantedFault) -> dict[str, Any] | None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", fault.ground]
    ran = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | environment(fault.name),
    )
    said = ran.stdout[-2000:]
    assert ran.returncode in (0, FAILED), f"{fault.ground} was not played:\n{said}{ran.stderr}"
    assert " error" not in said.splitlines()[-1], f"{fault.ground} did not come to its end:\n{said}"
    if ran.returncode != FAILED:
        return None
    test = fault.ground.rpartition("::")[2]
    return {"promise": fault.promises[0], "by": test, "told": said}
