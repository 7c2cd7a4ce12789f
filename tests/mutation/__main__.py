"""Plays the product with one planted fault until a promise is found broken: in rehearsals, or outside.

    python -m tests.mutation [FAULT …] [--all] [--seeds N]

Exits with 0 when every fault was caught.  Each is played in a process of its own: a fault stays planted.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from tests.mutation.plant import table
from tests.mutation.played import SEEDS, caught, played


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


if __name__ == "__main__":
    sys.exit(main())
