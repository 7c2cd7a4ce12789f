"""The rig from outside: `make rig KILLS=1000`, or `python -m tests.rig --ground sqlite --seed 7`.

Each run is one installation of real processes which is broken at random moments, and then judged from
its history and its tables.  A run that breaks a promise is told with the command that plays its faults
again.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from tests.rig.fault.clock import Missing
from tests.rig.fault.incidents import FAULTS
from tests.rig.load.grounds import SHAPES
from tests.rig.rig import RigPlan, run
from tests.rig.tell import tell

FOLDER = Path("build/rig")
A_RUN = 50


def main() -> int:
    asked = arguments()
    # Whoever stops the rig stops what it has started, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    code = 0
    for plan in plans(asked):
        try:
            outcome = run(plan, asked.folder / f"{plan.ground}-{plan.seed}")
        except Missing as missing:
            print(f"the rig cannot run: {missing}", file=sys.stderr)
            return 2
        tell(outcome)
        code |= bool(outcome.broken)
    return code


def plans(asked: argparse.Namespace) -> list[RigPlan]:
    """The kills spread over the grounds, in runs that are short enough to be looked through."""
    grounds = [asked.ground] if asked.ground else list(SHAPES)
    faults = frozenset(asked.faults.split(","))
    found: list[RigPlan] = []
    for n, ground in enumerate(grounds):
        left = asked.kills // len(grounds) + (n < asked.kills % len(grounds))
        seed = asked.seed
        while left > 0:
            found.append(RigPlan(ground, seed, min(left, A_RUN), faults, planted=asked.planted))
            left, seed = left - A_RUN, seed + 1
    return found


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.rig", description=__doc__)
    parser.add_argument("--ground", choices=sorted(SHAPES), help="only this one")
    parser.add_argument("--kills", type=int, default=30, help="how many, over all grounds")
    parser.add_argument("--seed", type=int, default=1, help="of the faults and of the crowd")
    parser.add_argument(
        "--faults", default=",".join(FAULTS), help="some of kill,stop,disk,clock,link"
    )
    parser.add_argument(
        "--planted", default="", help="a fault of the product to be found, from tests/mutation"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the runs are kept")
    asked = parser.parse_args()
    unknown = set(asked.faults.split(",")) - set(FAULTS)
    if unknown:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
