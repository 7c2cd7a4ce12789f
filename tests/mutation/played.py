"""One planted fault played: in a process of its own by rehearsals, or outside; and what found it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

from tests.mutation.outside import found_outside, outside
from tests.mutation.plant import plant, table

SEEDS = 120


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
