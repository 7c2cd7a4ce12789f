"""Plays the product with one planted fault until a promise is found broken: in rehearsals, or outside.

    python -m tests.mutation [FAULT …] [--all] [--seeds N]

Exits with 0 when every fault was caught.  Each is played in a process of its own: a fault stays planted.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
from typing import Any

from tests.mutation.outside import found_outside, outside
from tests.mutation.plant import plant, table

SEEDS = 120


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("faults", nargs="*", help="names from faults.toml")
    parser.add_argument("--all", action="store_true", help="those that are slow to find, too")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="rehearsals at most")
    parser.add_argument("--here", action="store_true", help="in this process; for one fault")
    asked = parser.parse_args()
    if asked.here:
        print(json.dumps(caught(asked.faults[0], asked.seeds)))
        return 0
    missed = 0
    wanted = asked.faults or [
        name for name, fault in table().items() if asked.all or not fault.slow
    ]
    for name in wanted:
        found = played(name, asked.seeds)
        missed += found is None
        print(f"{name:28} {table()[name].what}: {told(found)}", flush=True)
    print(f"{missed} not caught" if missed else "every one was caught")
    return 1 if missed else 0


def told(found: dict[str, Any] | None) -> str:
    if found is None:
        return "NOT CAUGHT"
    return f"{found['promise']} by {found['by']}\n    {found['told'].strip().splitlines()[-1]}"


def played(name: str, seeds: int = SEEDS) -> dict[str, Any] | None:
    """The promise that the fault broke and by whom that was found, None when nobody did."""
    if outside(table()[name]):
        return found_outside(table()[name])
    command = [sys.executable, "-m", "tests.mutation", name, "--here", "--seeds", str(seeds)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(ran.stdout)


def caught(name: str, seeds: int) -> dict[str, Any] | None:
    """As `played`, in this process, by a rehearsal."""
    fault = table()[name]
    plant(fault)
    # Only now: what they load has the fault.
    from tests.rehearsal.breach import Broken
    from tests.rehearsal.play import play

    logging.disable(logging.CRITICAL)
    for seed in range(seeds):
        try:
            play(seed, fault.ground)
        except Broken as broken:
            by = f"the rehearsal, seed {seed}"
            return {"promise": broken.promise, "by": by, "told": str(broken)[:400]}
    return None


if __name__ == "__main__":
    sys.exit(main())
