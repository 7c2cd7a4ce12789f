"""The databases of the benchmark are such as the product itself would have left.

Nothing else runs the seeder between two benchmarks, so a row with a new form would show only there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kezek.app.installation.fingerprint import Fingerprint, fingerprint_of
from kezek.app.installation.promise import (
    ActivePromise,
    CapacityPromise,
    OrderPromise,
    PlacePromise,
)
from kezek.app.installation.snapshot import Unwatched
from kezek.storage.open import open_snapshot
from tests.bench import seed

# The seeder's events are not in the order of their times: no figure depends on it.
OF_ROWS = (CapacityPromise, ActivePromise, OrderPromise, PlacePromise)


def fingerprint(site: seed.Site) -> Fingerprint:
    with open_snapshot(f"sqlite:{site.folder / 'kezek.db'}") as snapshot:
        return fingerprint_of(snapshot, Unwatched())


def test_the_rows_of_a_seeded_database_keep_their_promises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(seed, "BUILD", tmp_path)
    found = fingerprint(seed.seeded(60, 20))
    kept = {verdict.promise for verdict in found.promises if verdict.holds}
    assert kept >= {promise.promise for promise in OF_ROWS}


def test_a_grown_network_has_so_many_times_the_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(seed, "BUILD", tmp_path)
    monkeypatch.setattr(seed, "POSTS", 2)
    found = fingerprint(seed.grown(3))
    assert found.tables["line"].count == 6
