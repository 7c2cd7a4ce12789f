"""A yard that the last release has left in the middle of its day goes on in this one, and back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kezek.app.installation.fingerprint import fingerprint_of
from kezek.app.installation.snapshot import Unwatched
from kezek.domain.booking.booking import Booking
from kezek.domain.turn.call import Call
from kezek.storage.migrations.head import HEAD
from kezek.storage.open import migrate, open_snapshot, open_store
from tests.migration import release, yard
from tests.storage.postgres.cluster import cluster
from tests.world import PEOPLE, A


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    name = cluster().fresh() if request.param == "postgresql" else ""
    yield cluster().url(name) if name else f"sqlite:{tmp_path / 'kezek.db'}"
    if name:
        cluster().drop(name)


def by_the_release_before(source: Path, url: str, *first: str) -> dict[str, list[int]]:
    """What its lines are after a turn of its own."""
    (source.parent / "yard.py").write_text(Path(yard.__file__).read_text())
    ran = subprocess.run(
        [sys.executable, str(source.parent / "yard.py"), url, *first],
        env=os.environ | {"PYTHONPATH": f"{source}{os.pathsep}{source.parent}"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_a_yard_of_the_release_before_goes_on_and_back(url: str, tmp_path: Path):
    source = release.before(tmp_path / "before")
    left = by_the_release_before(source, url)
    store = open_store(url)
    w = yard.world(store, "upgraded")
    assert yard.lines(w) == left, "the line stands as it stood"
    (proposed,) = (b.number for b in store.reader.all(Booking) if b.exception == "proposed")
    assert proposed == left[A][-1]
    w.done(Call(w.key(), PEOPLE["second"], A, proposed, yard.PROPOSED))
    assert w.booking(proposed).called_at, "a second person agrees to what was proposed before"
    yard.later(store, 6)
    store.close()
    sound(url)

    by_the_release_before(source, url, "8")
    sound(url)
    assert migrate(url, contracted=True) >= HEAD
    sound(url)


def sound(url: str) -> None:
    """Every promise that rows and log can show holds, among them that rows stand as the log says."""
    with open_snapshot(url) as snapshot:
        assert fingerprint_of(snapshot, Unwatched()).broken == []
