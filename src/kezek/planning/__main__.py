"""`python -m kezek.planning`: a planner on standard input and output, started by a server."""

from __future__ import annotations

import os
import sys

from kezek.planning.forecast.twin import forecast
from kezek.planning.planner import serve, warm

# Whatever else wants the processor goes first.
NICE = 19


def main() -> None:
    """Warm up, then answer; what a library prints must not get between the frames."""
    os.nice(NICE)
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as told:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        warm(forecast)
        serve(sys.stdin.buffer, told, forecast)


if __name__ == "__main__":
    main()
