"""A short run of the ordinary tests, with what to do when it breaks a promise."""

from __future__ import annotations

from pathlib import Path

from tests.rig.rig import RigPlan, run
from tests.rig.tell import tell


def keeps_every_promise(plan: RigPlan, folder: Path) -> None:
    """Fails with the breaches and the command that plays the faults again."""
    outcome = run(plan, folder / "run")
    tell(outcome)
    told = "\n".join(outcome.broken)
    assert not outcome.broken, f"{told}\nits faults again:  {plan.command}"
    assert outcome.kills == plan.kills
