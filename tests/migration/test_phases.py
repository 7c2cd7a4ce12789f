"""The schema changes in two phases: what a start adds troubles nobody, what is taken away waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from alembic.script import ScriptDirectory

from kezek.app.installation.snapshot import Whole
from kezek.storage import open as opening
from kezek.storage.fault import WrongVersion
from kezek.storage.migrations import head, phase, script
from kezek.storage.migrations.phase import CONTRACT, EXPAND, FIRST, fits
from kezek.storage.open import open_snapshot, open_store
from kezek.storage.table import TABLES
from tests.migration.release import STEPS
from tests.storage.postgres.cluster import cluster
from tests.storage.rows import booking, save

REFUSED = WrongVersion
# Where the constants are kept by those who read them.
READERS = (
    "kezek.storage.migrations.head",
    "kezek.storage.migrations.phase",
    "kezek.storage.sqlite.store",
    "kezek.storage.postgres.schema",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of this release, with one booking."""
    name = cluster().fresh() if request.param == "postgresql" else ""
    made = cluster().url(name) if name else f"sqlite:{tmp_path / 'kezek.db'}"
    with_store(made, lambda store: save(store, [booking(1)]))
    yield made
    if name:
        cluster().drop(name)


def with_store(url: str, work=lambda _store: None) -> Whole:
    store = open_store(url)
    try:
        work(store)
    finally:
        store.close()
    return store


class Release:
    """What a release knows: the step of its start, and those that it contracts when told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch

    def __call__(self, newest: str, *contracts: str) -> None:
        for name in READERS:
            for constant, value in (("HEAD", newest), ("CONTRACTS", contracts)):
                self._patch.setattr(f"{name}.{constant}", value, raising=False)
        steps = (script.FOLDER / "versions", *([STEPS] if newest > "9" else []))
        self._patch.setattr(script, "STEPS", steps)


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Release:
    return Release(monkeypatch)


THIS = head.HEAD


def database_of(url: str) -> str:
    return urlsplit(url).path.strip("/")


def remarks(url: str) -> list[tuple]:
    """The column of the new step, past the product; None where there is no such column."""
    if url.startswith("sqlite:"):
        import apsw

        connection = apsw.Connection(url.removeprefix("sqlite:"))
        try:
            return connection.execute("SELECT remark FROM booking ORDER BY number").fetchall()
        except apsw.SQLError:
            return []
        finally:
            connection.close()
    return cluster().sql(database_of(url), "SELECT remark FROM booking ORDER BY number")


def test_the_release_before_works_on_what_the_next_one_added(url: str, release: Release):
    release("9001", "9002")
    with_store(url)
    assert remarks(url) == [("",)], "what was there is filled in"
    release(THIS)
    with_store(url, lambda store: save(store, [booking(2)]))
    with open_snapshot(url) as snapshot:
        assert snapshot.count(type(booking(1))) == 2, "backups and copies read it too"
    assert remarks(url) == [("",), (None,)], "the release before knows nothing of the column"
    release("9001", "9002")
    with_store(url, lambda store: save(store, [booking(3)]))


def test_what_is_taken_away_waits_until_it_is_told(url: str, release: Release):
    release("9001", "9002")
    with_store(url)
    assert opening.migrate(url, contracted=False) == "9001"
    release(THIS)
    with_store(url, lambda store: save(store, [booking(2)]))
    release("9001", "9002")
    assert opening.migrate(url, contracted=True) == "9002"
    assert opening.migrate(url, contracted=True) == "9002", "again is nothing"
    assert remarks(url) == [("",), ("",)]
    with_store(url, lambda store: save(store, [booking(3)]))
    release(THIS)
    with pytest.raises(REFUSED, match=r"schema 9002.*install that version"):
        open_store(url)
    with pytest.raises(REFUSED), open_snapshot(url):
        pass
    release("9001", "9002")
    with_store(url)


def test_the_next_releases_start_ends_the_phase_before(url: str, release: Release):
    """A release later the contracting step is one among those that a start takes."""
    release("9002")
    with_store(url)
    assert opening.migrate(url, contracted=False) == "9002"
    release("9001", "9002")
    with_store(url)


def test_a_newer_schema_that_says_nothing_is_refused(url: str, release: Release):
    release("9001", "9002")
    with_store(url)
    if url.startswith("sqlite:"):
        import apsw

        connection = apsw.Connection(url.removeprefix("sqlite:"))
        connection.execute(f"DROP TABLE {phase.TABLE}")
        connection.close()
    else:
        cluster().sql(database_of(url), f"DROP TABLE {phase.TABLE}")
    release(THIS)
    with pytest.raises(REFUSED):
        open_store(url)


@pytest.mark.parametrize(
    ("newest", "contracts", "version", "since", "right"),
    [
        ("0003", (), "0003", "", True),
        ("0003", ("0004",), "0004", "0003", True),
        ("0003", (), "0002", "", False),  # to be migrated
        ("0002", (), "0003", "0002", True),
        ("0002", (), "0003", "0001", True),
        ("0002", (), "0004", "0003", False),
        ("0002", (), "0003", "", False),
        ("0002", (), "0001", "0001", False),
        ("0002", (), "", "", False),
    ],
)
def test_a_release_fits(
    monkeypatch: pytest.MonkeyPatch, newest: str, contracts: tuple, version: str, since: str, right
):
    monkeypatch.setattr(phase, "HEAD", newest)
    monkeypatch.setattr(phase, "CONTRACTS", contracts)
    assert fits(version, lambda: since) is right


def steps() -> list:
    """From the newest to the oldest."""
    return list(ScriptDirectory.from_config(script.config()).walk_revisions())


def test_every_step_says_its_phase_and_who_can_work_with_it():
    numbers = [step.revision for step in steps()]
    for step in steps():
        assert step.revision.isdecimal(), "the order of steps is that of their numbers"
        if step.revision < FIRST:
            continue
        assert step.module.phase in (EXPAND, CONTRACT), step.revision
        assert step.module.since in numbers, step.revision
        # Whom an expanding step leaves at work is older than it; a contracting one's is not itself.
        assert step.module.since < step.revision


def test_a_start_goes_to_the_last_step_that_expands():
    phases = {step.revision: getattr(step.module, "phase", EXPAND) for step in steps()}
    expanding = [number for number, kind in phases.items() if kind == EXPAND]
    assert max(expanding) == head.HEAD
    assert tuple(sorted(n for n in phases if n > head.HEAD)) == head.CONTRACTS


def test_the_name_of_a_file_says_the_phase_of_its_step():
    for step in steps():
        contracts = getattr(step.module, "phase", EXPAND) == CONTRACT
        name = Path(step.module.__file__).name
        assert name.startswith(f"{step.revision}_contract_" if contracts else f"{step.revision}_")
        assert contracts == name.startswith(f"{step.revision}_contract_")


def test_what_the_schema_remembers_is_no_table_of_the_installation():
    assert phase.TABLE not in {table.name for table in TABLES.values()}
