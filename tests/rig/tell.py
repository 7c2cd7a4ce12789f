"""What a run of the rig tells whoever waits for it."""

from __future__ import annotations

from tests.rig.rig import Outcome

TOLD_MAX = 20


def tell(outcome: Outcome) -> None:
    """The history, the faults and every checker's verdict."""
    plan = outcome.plan
    print(f"{plan.ground}, seed {plan.seed}: {outcome.kills} kills in {outcome.seconds:.0f} s")
    print(f"  history   {outcome.summary}")
    told = ", ".join(f"{n} x {name}" for name, n in sorted(outcome.incidents.items()))
    print(f"  incidents {told}")
    for verdict in outcome.verdicts:
        print(f"  {verdict}")
    for broken in outcome.broken[:TOLD_MAX]:
        print(f"  BROKEN {broken}")
    if outcome.broken:
        print(f"  {len(outcome.broken)} breaches; its faults again:  {plan.command}")
