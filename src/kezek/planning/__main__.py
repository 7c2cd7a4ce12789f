"""`python -m kezek.planning`: a planner on standard input and output, started by a server."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from kezek.planning.forecast.correction import corrected_forecast, learn
from kezek.planning.planner import Able, serve, warm

# Every other process goes first.
NICE = 19
# Where memory runs out the planner is ended first: it holds nothing that is not stored elsewhere.
OOM_SCORE = "800"


def main() -> None:
    """Warm up, then answer questions; the output of libraries goes to standard error."""
    os.nice(NICE)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE, encoding="ascii")
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as told:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        warm(corrected_forecast)
        serve(sys.stdin.buffer, told, Able(corrected_forecast, learn))


if __name__ == "__main__":
    main()
