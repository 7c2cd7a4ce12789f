"""Whatever somebody changes by hand in a real database file, an outside verifier finds and names."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import apsw
import pytest

from kezek.app.installation.copy_audit import audit_copy
from kezek.app.log.audit import AuditReport, SourcedNote, audit_export, read_heads
from kezek.app.log.export import lines, read_note
from kezek.crypto.log.head_signer import LogKey
from kezek.crypto.log.published import read_published
from kezek.domain.log.leaf import Salt
from kezek.maintenance import open_copy
from kezek.storage.sqlite.store import SqliteStore
from tests.ledger.book import KEY, OTHER_KEY, Book

EVENTS, SIGNED = 9_000, 8_997
READS = LogKey(KEY.public)


@cache
def honest() -> Path:
    """A folder with a log of some minutes; booking 7's salt is erased, as it may be."""
    folder = Path(mkdtemp(prefix="ledger-"))
    store = SqliteStore(str(folder / "kezek.db"))
    book = Book(store, folder)
    book.grow(1, 700, 2, 3_000, 294, 5_000)
    assert book.ledger.erase(7)
    book.append(2)
    book.ledger.tick()
    book.append(1)
    book.export(folder / "log.jsonl")
    store.close()
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(honest(), tmp_path / "copy"))


def kept(folder: Path) -> list[SourcedNote]:
    return [SourcedNote(name, note) for name, note in read_published(folder / "heads")]


def audited(folder: Path, heads: list[SourcedNote] | None = None) -> AuditReport:
    report = AuditReport()
    with open_copy(folder / "kezek.db") as copy:
        audit_copy(copy, kept(folder) if heads is None else heads, READS, report)
    return report


def found(report: AuditReport) -> set[tuple[str, int]]:
    return {(finding.row, finding.at) for finding in report.findings}


def attack(folder: Path, *statements: str) -> None:
    """Somebody who owns the file: the fences go first."""
    connection = apsw.Connection(str(folder / "kezek.db"))
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_an_honest_file_is_found_honest(folder: Path):
    report = audited(folder)
    assert report.findings == []
    assert (report.events, report.signed, report.heads) == (EVENTS - 1, SIGNED, 6)
    assert (report.hidden, report.unsealed) == (3, 1)
    assert audited(folder, []).findings == []


FORGED = "zeroblob(32)"

# What is done: the kind of row and the position or number that must be named.
ATTACKS: dict[str, tuple[tuple[str, ...], tuple[str, int]]] = {
    "event: body": (("UPDATE event SET body = '{}' WHERE position = 4711",), ("event", 4711)),
    "event: a space in its body": (
        ("UPDATE event SET body = body || ' ' WHERE position = 4711",),
        ("event", 4711),
    ),
    "event: at": (("UPDATE event SET at = at + 1 WHERE position = 5",), ("event", 5)),
    "event: real": (("UPDATE event SET real = real + 1 WHERE position = 1",), ("event", 1)),
    "event: kind": (("UPDATE event SET kind = 'moved' WHERE position = 702",), ("event", 702)),
    "event: actor": (("UPDATE event SET actor = 'timer' WHERE position = 8999",), ("event", 8999)),
    "event: line": (("UPDATE event SET line = 'kz_b.exit' WHERE position = 9",), ("event", 9)),
    "event: number": (("UPDATE event SET number = 3 WHERE position = 3000",), ("event", 3000)),
    "event: the first of many": (
        ("UPDATE event SET actor = 'timer' WHERE position >= 1234",),
        ("event", 1234),
    ),
    "event: deleted": (("DELETE FROM event WHERE position = 4711",), ("event", 4711)),
    "event: deleted, the rest closed up": (
        (
            "DELETE FROM event WHERE position = 4711",
            "UPDATE event SET position = -position WHERE position > 4711",
            "UPDATE event SET position = -position - 1 WHERE position < 0",
        ),
        ("event", 4711),
    ),
    "event: the first is gone": (("DELETE FROM event WHERE position = 1",), ("event", 1)),
    "event: the end is cut off": (("DELETE FROM event WHERE position > 8000",), ("event", 8001)),
    "event: put in, the rest pushed on": (
        (
            "UPDATE event SET position = -position WHERE position >= 500",
            "UPDATE event SET position = -position + 1 WHERE position < 0",
            (
                "INSERT INTO event SELECT 500, at, real, kind, actor, line, number, body"
                " FROM event WHERE position = 499"
            ),
        ),
        ("event", 500),
    ),
    "event: put in before the first": (
        (
            (
                "INSERT INTO event SELECT 0, at, real, kind, actor, line, number, body"
                " FROM event WHERE position = 1"
            ),
        ),
        ("event", 0),
    ),
    "event: two change places": (
        (
            "UPDATE event SET position = -1 WHERE position = 600",
            "UPDATE event SET position = 600 WHERE position = 601",
            "UPDATE event SET position = 601 WHERE position = -1",
        ),
        ("event", 600),
    ),
    "salt: changed": (
        ("UPDATE salt SET secret = zeroblob(16) WHERE number = 100",),
        ("event", 300),
    ),
    "salt: deleted": (("DELETE FROM salt WHERE number = 100",), ("salt", 300)),
    "salt: erased by hand": (
        ("UPDATE salt SET secret = zeroblob(64) WHERE number = 100",),
        ("salt", 300),
    ),
    "salt: another's erasure": (
        (
            (
                "UPDATE salt SET secret = (SELECT secret FROM salt WHERE number = 7)"
                " WHERE number = 100"
            ),
            "UPDATE event SET actor = 'nobody' WHERE number = 100",
        ),
        ("salt", 300),
    ),
    "tree: leaves changed": (
        (
            (
                "UPDATE tree SET hashes ="
                " (SELECT hashes FROM tree WHERE tier = 0 AND first = 1024)"
                " WHERE tier = 0 AND first = 1280"
            ),
        ),
        ("tree", 1281),
    ),
    "tree: a row deleted": (("DELETE FROM tree WHERE tier = 0 AND first = 256",), ("tree", 257)),
    "tree: the end deleted": (
        ("DELETE FROM tree WHERE tier = 0 AND first > 8000",),
        ("log", 8193),
    ),
    "tree: cut short": (
        (
            "PRAGMA ignore_check_constraints = 1",
            "UPDATE tree SET hashes = substr(hashes, 1, 40) WHERE tier = 0 AND first = 768",
        ),
        ("tree", 769),
    ),
    "tree: another row": (
        (f"INSERT INTO tree VALUES (0, 300, {FORGED})",),
        ("tree", 301),
    ),
    "tree: a row of the tier above changed": (
        (f"UPDATE tree SET hashes = {FORGED} WHERE tier = 1 AND first = 20",),
        ("tree", 5121),
    ),
    "tree: a row of the tier above deleted": (
        ("DELETE FROM tree WHERE tier = 1 AND first = 20",),
        ("tree", 5121),
    ),
    "tree: a tier that is not there": (
        (f"INSERT INTO tree VALUES (5, 0, {FORGED})",),
        ("tree", 1),
    ),
    "tree: rows change places": (
        (
            "UPDATE tree SET first = -1 WHERE tier = 1 AND first = 3",
            "UPDATE tree SET first = 3 WHERE tier = 1 AND first = 4",
            "UPDATE tree SET first = 4 WHERE tier = 1 AND first = -1",
        ),
        ("tree", 769),
    ),
    "head: size": (("UPDATE head SET size = size - 1 WHERE number = 3",), ("head", 3)),
    "head: note": (
        ("UPDATE head SET note = replace(note, 'head 3', 'head 4') WHERE number = 3",),
        ("head", 0),
    ),
    "head: note of another": (
        ("UPDATE head SET note = (SELECT note FROM head WHERE number = 2) WHERE number = 3",),
        ("head", 3),
    ),
    "head: deleted": (("DELETE FROM head WHERE number = 3",), ("head", 3)),
    "head: the last deleted": (("DELETE FROM head WHERE number = 6",), ("head", 6)),
    "head: deleted, the rest closed up": (
        (
            "DELETE FROM head WHERE number = 3",
            "UPDATE head SET number = number - 1 WHERE number > 3",
        ),
        ("head", 3),
    ),
    "head: all deleted": (("DELETE FROM head",), ("head", 1)),
    "head: put in": (("INSERT INTO head VALUES (7, 8998, 'words')",), ("head", 0)),
    "cosignature: of no head": (
        ("INSERT INTO cosignature VALUES (99, 'w', 'line')",),
        ("head", 99),
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_change_by_hand_is_found_and_named(folder: Path, name: str):
    statements, wanted = ATTACKS[name]
    attack(folder, *statements)
    report = audited(folder)
    assert wanted in found(report), report.findings
    of_kind = [finding.at for finding in report.findings if finding.row == wanted[0]]
    assert min(of_kind) == wanted[1], "the first bad position is named"


def test_only_what_was_changed_is_named(folder: Path):
    attack(folder, "UPDATE event SET body = '{}' WHERE position IN (17, 4711)")
    assert found(audited(folder)) == {("event", 17), ("event", 4711)}


def test_values_of_wrong_types_are_found_too(folder: Path):
    """Columns of a table without types can be laid out so that they read like the old ones."""
    attack(
        folder,
        "CREATE TABLE other (position, at, real, kind, actor, line, number, body)",
        "INSERT INTO other SELECT * FROM event",
        "DROP TABLE event",
        "ALTER TABLE other RENAME TO event",
        "UPDATE event SET number = number || ',{\"n\":' || position || '}' WHERE position = 40",
        "UPDATE event SET at = NULL WHERE position = 50",
        "UPDATE event SET body = x'00' WHERE position = 60",
        "INSERT INTO event SELECT * FROM event WHERE position = 70",
    )
    assert {at for row, at in found(audited(folder))} == {40, 50, 60, 70}


def forked(folder: Path, real_events: int) -> None:
    """History written again from some position on, by somebody who has the key of the log."""
    old = folder / "kezek.db"
    for path in folder.glob("kezek.db*"):
        path.unlink()
    store = SqliteStore(str(old))
    mallory = Book(store, folder / "mallory", seed=99)
    mallory.grow(1, 700, 2)
    mallory.append(real_events)
    mallory.minute()
    store.close()


def test_a_log_that_was_cut_off_whole_is_found_by_a_kept_head(folder: Path):
    heads = kept(folder)
    attack(
        folder,
        "DELETE FROM event WHERE position > 703",
        "DELETE FROM tree WHERE tier > 0 AND first >= 2",
        "DELETE FROM tree WHERE tier = 0 AND first >= 703",
        "DELETE FROM head WHERE number > 3",
    )
    assert audited(folder, []).findings == [], "by itself it is a smaller, honest log"
    report = audited(folder, heads)
    assert ("log", 704) in found(report)
    assert ("head", 4) in found(report)


def test_a_fork_with_signed_heads_is_found_by_a_kept_head(folder: Path):
    heads = kept(folder)
    forked(folder, 9_000)
    assert audited(folder, []).findings == [], "by itself it is an honest log"
    told = {(f.row, f.at): f.sentence for f in audited(folder, heads).findings}
    assert ("head", 1) in told
    assert "two signed heads" in told["head", 1]
    assert any(row == "log" for row, _ in told)


def test_another_key_proves_nothing(folder: Path):
    report = AuditReport()
    with open_copy(folder / "kezek.db") as copy:
        audit_copy(copy, [], LogKey(OTHER_KEY.public), report)
    assert any("not signed by this log's key" in f.sentence for f in report.findings)
    assert report.signed == 0


def test_erasing_particulars_and_salts_leaves_every_proof(folder: Path):
    store = SqliteStore(str(folder / "kezek.db"))
    book = Book(store, folder, real=Book(store, folder).real + 10**9)
    assert book.ledger.erase(50)
    store.sweep(answers_before=2**60, particulars_before="9999-12-31")
    store.close()
    report = audited(folder)
    assert report.findings == []
    assert report.hidden == 6


# The same log as an export.


def exported(folder: Path, change: Callable[[list[str]], None] = lambda _: None) -> AuditReport:
    rows = (folder / "log.jsonl").read_text("utf-8").splitlines(keepends=True)
    change(rows)
    notes = [note for row in rows if (note := read_note(row.encode())) is not None]
    report = AuditReport()
    heads = read_heads(
        [*kept(folder), *(SourcedNote("export", note) for note in notes)], READS, report
    )
    events = [row.encode() for row in rows if read_note(row.encode()) is None]
    audit_export(events, heads, READS, report)
    return report


def test_an_honest_export_is_found_honest(folder: Path):
    report = exported(folder)
    assert report.findings == []
    assert (report.events, report.signed, report.hidden) == (EVENTS - 1, SIGNED, 3)


def line_at(position: int) -> int:
    return 6 + position - 1  # after six heads


CHANGES: dict[str, Callable[[list[str]], None]] = {
    "a value": lambda rows: rows.__setitem__(
        line_at(800), rows[line_at(800)].replace("kz_a", "kz_b")
    ),
    "a salt": lambda rows: rows.__setitem__(
        line_at(800), '{"salt":"' + "0" * 32 + rows[line_at(800)][41:]
    ),
    "a line left out": lambda rows: rows.__delitem__(line_at(800)),
    "a line twice": lambda rows: rows.insert(line_at(800), rows[line_at(800)]),
    "two change places": lambda rows: rows.insert(line_at(800), rows.pop(line_at(801))),
    "the end left out": lambda rows: rows.__delitem__(slice(line_at(800), None)),
    "a false erasure": lambda rows: rows.__setitem__(
        line_at(800),
        rows[line_at(22)].replace("[22,", "[800,").replace('"erasure":"', '"erasure":"00')[:-5]
        + '"}\n',
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_export_is_found(folder: Path, name: str):
    report = exported(folder, CHANGES[name])
    assert report.findings
    assert report.signed <= 703


def test_an_export_holds_what_the_log_holds(folder: Path):
    store = SqliteStore(str(folder / "kezek.db"))
    told = "".join(lines(Book(store, folder).proofs))
    assert told == (folder / "log.jsonl").read_text("utf-8")
    secret = store.reader.get(Salt, 100).secret.hex()
    store.close()
    assert secret not in told, "only salts of single events are told"
