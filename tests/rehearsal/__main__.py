"""The rehearsal: `make rehearse SEEDS=100000`, or `python -m tests.rehearsal --seed N --trace`.

Each seed is one run of the whole product against simulated users, networks, clocks and crashes.  A seed
that breaks a promise is told with the one command that plays it again.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain

from tests.rehearsal.breach import Broken
from tests.rehearsal.ground.grounds import GROUNDS
from tests.rehearsal.play import Played, play

PIECE = 25
TOLD_MAX = 20


def main() -> int:
    asked = arguments()
    logging.disable(logging.CRITICAL)
    if asked.seed is not None:
        return one(asked.seed, asked.ground, trace=asked.trace)
    began, runs, broken = time.perf_counter(), [], []
    for found in every(asked):
        (runs if isinstance(found, Played) else broken).append(found)
    seconds = time.perf_counter() - began
    for seed, told in broken[:TOLD_MAX]:
        print(f"seed {seed}: {told}\n  {again(seed, asked.ground)}")
    print(
        f"{len(runs)} of {len(runs) + len(broken)} seeds kept every promise: "
        f"{sum(r.commands for r in runs):,} commands, {sum(r.events for r in runs):,} events, "
        f"{sum(r.boards for r in runs):,} boards compared; "
        f"{(len(runs) + len(broken)) / seconds:.1f} seeds a second on {asked.workers} processes"
    )
    return 1 if broken else 0


def every(asked: argparse.Namespace) -> Iterator[Played | tuple[int, str]]:
    """What became of every seed, in their order."""
    past = asked.first + asked.seeds
    pieces = [(n, min(n + PIECE, past), asked.ground) for n in range(asked.first, past, PIECE)]
    if asked.workers == 1:
        return chain.from_iterable(map(some, pieces))
    pool = ProcessPoolExecutor(asked.workers)
    return chain.from_iterable(pool.map(some, pieces))


def some(piece: tuple[int, int, str]) -> list[Played | tuple[int, str]]:
    """A piece of the seeds, in one process."""
    logging.disable(logging.CRITICAL)
    first, past, ground = piece
    found: list[Played | tuple[int, str]] = []
    for seed in range(first, past):
        try:
            found.append(play(seed, ground))
        except (Broken, Exception) as broken:  # noqa: BLE001 - told with its seed, whatever it was
            found.append((seed, f"{type(broken).__name__}: {broken}"))
    return found


def one(seed: int, ground: str, *, trace: bool) -> int:
    """One seed, with all that happened in it."""
    lines: list[tuple] = []
    try:
        played = play(seed, ground, trace=lines)
    except Broken as broken:
        told, code = str(broken), 1
    else:
        told, code = str(played), 0
    if trace:
        begun = lines[0][0] if lines else 0
        for at, *words in lines:
            print(f"{(at - begun) / 1000:12.3f}", *words)
    print(told)
    return code


def again(seed: int, ground: str) -> str:
    """The command that plays a seed again, to the byte."""
    on = "" if ground == "memory" else f" --ground {ground}"
    return f"python -m tests.rehearsal --seed {seed}{on} --trace"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.rehearsal", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--trace", action="store_true", help="with --seed: tell all that happened")
    parser.add_argument(
        "--ground", choices=sorted(GROUNDS), default="memory", help="where the store lies"
    )
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes to play in"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
