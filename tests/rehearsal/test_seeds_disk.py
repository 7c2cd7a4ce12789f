"""Seeds of the ordinary test run with SQLite on a disk that fails, tears and forgets.

With those of `test_seeds_memory` they are a thousand; `make rehearse ARGS="--ground sqlite"` plays more.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.rehearsal.breach import Broken
from tests.rehearsal.ground.grounds import Embedded
from tests.rehearsal.kept import keeps_every_promise, quietly
from tests.rehearsal.play import play

SEEDS, PIECE = 350, 35


@pytest.mark.parametrize("first", range(1_000, 1_000 + SEEDS, PIECE))
def test_every_promise_is_kept_whatever_happens(first: int):
    keeps_every_promise(range(first, first + PIECE), "sqlite")


def test_a_disk_that_only_says_it_synced_is_caught():
    """The rehearsal would see a flush that is missing: here every one is."""
    with quietly(), pytest.raises(Broken):
        _play_without_syncs(range(20))


def _play_without_syncs(seeds: Iterable[int]) -> None:
    for seed in seeds:
        play(seed, Embedded(syncs=False))
