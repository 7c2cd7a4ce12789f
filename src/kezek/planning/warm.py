"""Every kernel called once, with arguments of the types that it is given in earnest.

What is compiled here is loaded from disk later: `kezek warm` calls this after an installation, and the
planner at its start.  Nothing compiles within a request.  A new kernel needs a line in `WARMED`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path


def warm() -> Iterator[str]:
    """Compile what is not compiled yet; the name of each group of kernels once it is there."""
    from kezek.planning.cache import forget_old
    from kezek.planning.kernel import CACHE

    for name, call in WARMED.items():
        call()
        yield name
    forget_old(CACHE)


def kept_in() -> Path:
    """The folder in which this version's kernels are kept."""
    from kezek.planning.kernel import CACHE

    return CACHE


def _queue() -> None:
    import numpy as np

    from kezek.planning.simulation.chance import exponential
    from kezek.planning.simulation.queue import queue_starts, run_queue

    law = exponential(1.0)
    run_queue(law, law, lanes=2, customers=1, seed=0)
    queue_starts(np.zeros(1), np.ones(1), 1)


def _room() -> None:
    import numpy as np

    from kezek.planning.simulation.chance import exponential
    from kezek.planning.simulation.room import room_starts, run_room

    law = exponential(1.0)
    run_room(law, law, lanes=1, room=2, customers=1, seed=0)
    room_starts(np.zeros(1), np.ones(1), 1, 1)


def _vacation() -> None:
    from kezek.planning.simulation.chance import exponential
    from kezek.planning.simulation.vacation import run_vacation

    law = exponential(1.0)
    run_vacation(law, law, law, customers=1, seed=0)


def _day() -> None:
    import numpy as np

    from kezek.planning.simulation.chance import exponential
    from kezek.planning.simulation.day import run_day

    noon = np.ones(1)
    run_day(noon, 1.0, exponential(1.0), lanes=1, instants_s=noon, days=1, seed=0)


def _tandem() -> None:
    import numpy as np

    from kezek.planning.simulation.chance import exponential
    from kezek.planning.simulation.tandem import run_tandem, tandem_starts

    law, one = exponential(1.0), np.ones(1, np.int64)
    run_tandem((law,), (law,), lanes=(1,), customers=1, seed=0)
    tandem_starts(np.zeros(1), one - 1, np.ones((1, 1)), one)


# Each imports what it needs itself, so that this list can be read without numerics.
WARMED: Mapping[str, Callable[[], None]] = {
    "queue": _queue,
    "room": _room,
    "vacation": _vacation,
    "day": _day,
    "tandem": _tandem,
}
