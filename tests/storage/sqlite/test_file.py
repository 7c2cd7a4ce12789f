"""What only a file can do: be shared, locked, full, damaged, closed to us, or another's."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from kezek.app.installation.file import lock_of
from kezek.app.installation.snapshot import Served
from kezek.app.port import StoreFault
from kezek.domain.account.account import ApiKey
from kezek.domain.booking.booking import Booking, Claim, Particulars
from kezek.storage.fault import Closed, Damaged, Failing, Full, NotADatabase
from kezek.storage.open import UnknownAddress, open_snapshot, open_store
from kezek.storage.sqlite import files
from kezek.storage.sqlite import store as module
from kezek.storage.sqlite.fault import Away, ReadOnly
from kezek.storage.sqlite.store import SqliteStore
from tests.storage.rows import (
    answered,
    booking,
    claim,
    driver,
    event,
    particulars,
    save,
)


def filled(path: Path, count: int = 500) -> None:
    made = SqliteStore(str(path))
    save(
        made,
        [row for n in range(1, count) for row in (booking(n), particulars(n), driver(n))],
        [event(n, number=n) for n in range(1, count)],
    )
    made.close()


# One server a file.


def test_a_second_server_on_the_file_is_refused(file: SqliteStore, path: Path):
    with pytest.raises(Served, match=rf"process {os.getpid()} already works on") as refused:
        SqliteStore(str(path))
    assert refused.value.permanent
    save(file, [booking(1)])
    assert file.reader.get(Booking, 1) == booking(1)


def test_a_start_waits_for_the_lock_of_a_server_that_is_just_ending(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A killed process has its locks until the system has cleared its memory away."""
    ending = os.open(lock_of(path), os.O_CREAT | os.O_RDWR)
    fcntl.flock(ending, fcntl.LOCK_EX)
    waits: list[float] = []

    def gone_at_last(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            os.close(ending)

    monkeypatch.setattr(files, "sleep", gone_at_last)
    SqliteStore(str(path)).close()
    assert waits == [files.TRY_SECONDS] * 2


def test_a_second_name_of_the_file_does_not_help(file: SqliteStore, path: Path):
    other = path.parent / "elsewhere"
    other.mkdir()
    (other / "link.db").symlink_to(path)
    with pytest.raises(Served):
        SqliteStore(str(other / "link.db"))


def test_a_hard_link_is_refused_at_the_start_and_stops_who_serves(file: SqliteStore, path: Path):
    other = path.with_name("other.db")
    other.hardlink_to(path)
    with pytest.raises(Away, match="2 names"):
        SqliteStore(str(other))
    with pytest.raises(Away, match="2 names"):
        file.set_setting("a", "b")
    assert file.setting("a") is None, "reads go on"
    other.unlink()
    file.set_setting("a", "b")
    assert file.setting("a") == "b"


ASK = "import sys; from kezek.storage.open import open_store; open_store(sys.argv[1]).close()"


def test_removing_the_lock_file_lets_nobody_in_and_is_seen(file: SqliteStore, path: Path):
    """The database itself is locked too, whatever name it is reached by."""
    lock_of(path).unlink()
    refused = subprocess.run(
        [sys.executable, "-c", ASK, f"sqlite:{path}"], check=False, capture_output=True, text=True
    )
    assert "already works on" in refused.stderr
    with pytest.raises(Away, match="removed or replaced under the running server"):
        file.set_setting("a", "b")
    assert file.setting("a") is None


def test_the_lock_of_the_database_outlives_every_look_at_it(file: SqliteStore, path: Path):
    """Nothing that a serving process does with the file may drop SQLite's own locks."""
    save(file, [booking(1)])
    with open_snapshot(f"sqlite:{path}") as snapshot:
        assert snapshot.count(Booking) == 1
    with file.snapshot() as inside:
        assert inside.count(Booking) == 1
    held = {
        line.split()[1]
        for line in Path("/proc/locks").read_text().splitlines()
        if line.split()[5].endswith(f":{path.stat().st_ino}")
        and line.split()[4] == str(os.getpid())
    }
    assert held == {"FLOCK", "POSIX"}
    with path.open("rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_SH | fcntl.LOCK_NB)


def test_a_second_process_is_refused_until_the_first_has_closed(file: SqliteStore, path: Path):
    ask = f"from kezek.storage.open import open_store; open_store({f'sqlite:{path}'!r}).close()"
    refused = subprocess.run(
        [sys.executable, "-c", ask], check=False, capture_output=True, text=True
    )
    assert refused.returncode == 1
    assert "already works on" in refused.stderr
    file.close()
    assert subprocess.run([sys.executable, "-c", ask], check=False).returncode == 0


def test_all_files_are_for_their_owner_alone(file: SqliteStore, path: Path):
    save(file, [booking(1)])
    modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in path.parent.iterdir()}
    assert modes == dict.fromkeys(
        ["kezek.db", "kezek.db-wal", "kezek.db-shm", "kezek.db-lock"], 0o600
    )


def test_closing_leaves_one_file_with_everything(file: SqliteStore, path: Path):
    save(file, [booking(1)])
    file.close()
    assert sorted(f.name for f in path.parent.iterdir()) == ["kezek.db", "kezek.db-lock"]
    again = SqliteStore(str(path))
    assert again.reader.get(Booking, 1) == booking(1)
    again.close()


def test_a_closed_store_says_so(file: SqliteStore):
    reader = file.reader
    file.close()
    with pytest.raises(Closed):
        save(file, [booking(1)])
    with pytest.raises(Closed):
        reader.get(Booking, 1)
    with pytest.raises(Closed):
        in_a_thread(lambda: file.reader)
    with pytest.raises(Closed):
        file.set_setting("name", "value")


def in_a_thread(do: Callable[[], object]) -> object:
    result: list[object] = []

    def run() -> None:
        try:
            result.append(do())
        except Exception as error:  # noqa: BLE001 - handed to the thread that asked
            result.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(result[0], Exception):
        raise result[0]
    return result[0]


# No room, no right, no sense.


def test_a_full_disk_stops_one_change_and_nothing_else(file: SqliteStore):
    save(file, [booking(1)], [event(1)])
    pages = file._writer.pragma("page_count")
    file._writer.pragma("max_page_count", pages + 2)
    with pytest.raises(Full, match="free some space") as full:
        save(file, [particulars(n) for n in range(1, 2_000)], [event(2)], [answered(b"a")])
    assert not full.value.permanent
    assert file.reader.all(Particulars) == []
    assert file.reader.last_position() == 1
    file._writer.pragma("max_page_count", 1 << 30)
    save(file, [particulars(n) for n in range(1, 2_000)], [event(2)], [answered(b"a")])
    assert len(file.reader.all(Particulars)) == 1_999
    assert file._writer.pragma("integrity_check") == "ok"


FULL_FOR_REAL = """
import resource, sys
from kezek.app.port import StoreFault
from kezek.domain.booking.booking import Booking
from kezek.storage.sqlite.store import SqliteStore
from tests.storage.rows import booking, event, save
store = SqliteStore(sys.argv[1])
save(store, [booking(1)], [event(1)])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
kept, failed = 1, 0
while failed < 3:
    rows = [booking(n) for n in range(kept * 1_000, kept * 1_000 + 200)]
    try:
        save(store, rows, [event(kept + 1)])
        kept += 1
    except StoreFault as fault:
        assert not fault.permanent, fault
        failed += 1
        assert store.reader.last_position() == kept
        assert store.reader.get(Booking, kept * 1_000) is None
assert kept > 2, kept
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
save(store, rows, [event(kept + 1)])
assert store.reader.last_position() == kept + 1
assert store._writer.pragma("integrity_check") == "ok"
store.close()
print("done", kept + 1)
"""


def test_a_disk_that_takes_no_more_bytes_is_survived(path: Path):
    ran = subprocess.run(
        [sys.executable, "-c", FULL_FOR_REAL, str(path)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.stdout.startswith("done"), ran.stderr
    again = SqliteStore(str(path))
    assert again.reader.last_position() == int(ran.stdout.split()[1])
    again.close()


def test_a_checkpoint_that_fails_takes_nothing_back(
    file: SqliteStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(module, "CHECKPOINT_PAGES", 1)

    class Refusing:
        def __init__(self, connection: apsw.Connection) -> None:
            self.connection = connection

        def wal_checkpoint(self, **_how: object) -> None:
            raise apsw.IOError

        def __getattr__(self, name: str) -> object:
            return getattr(self.connection, name)

    monkeypatch.setattr(file, "_writer", Refusing(file._writer))
    save(file, [booking(1)])
    assert file.reader.get(Booking, 1) == booking(1)
    assert "will be tried again" in caplog.text


def test_the_log_of_writes_is_copied_when_it_is_long(
    file: SqliteStore, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "CHECKPOINT_PAGES", 50)
    wal = Path(f"{file.path}-wal")
    for n in range(200):
        save(file, [booking(n + 1), particulars(n + 1)], [event(n + 1)])
    assert wal.stat().st_size < 100 * 5_000
    assert file.path.stat().st_size > 20_000


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach: a superuser is refused nothing."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def as_nobody(do: Callable[[], None]) -> str:
    """What an ordinary user is told: the fault's kind, permanence and words."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        told = "nothing"
        try:
            if os.geteuid() == 0:
                os.setgid(65_534)
                os.setuid(65_534)
            do()
        except StoreFault as fault:
            told = f"{type(fault).__name__} {fault.permanent} {fault}"
        except BaseException as error:  # noqa: BLE001 - the child must tell, whatever it is
            told = repr(error)
        os.write(write, told.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told


def test_a_folder_that_may_not_be_written(open_folder: Path):
    told = as_nobody(lambda: SqliteStore(str(open_folder / "kezek.db")))
    assert told.startswith("ReadOnly True")
    assert "the right to write" in told
    assert list(open_folder.iterdir()) == []


def test_a_file_that_may_only_be_read(open_folder: Path):
    path = open_folder / "kezek.db"
    filled(path, 5)
    for file in open_folder.iterdir():
        file.chmod(0o444)
    (open_folder / "kezek.db-lock").chmod(0o666)
    before = path.read_bytes()
    told = as_nobody(lambda: SqliteStore(str(path)))
    assert told.startswith("ReadOnly True")
    assert path.read_bytes() == before


@pytest.mark.parametrize("place", ["missing/kezek.db", "."], ids=["no folder", "a folder"])
def test_a_place_where_no_file_can_be(tmp_path: Path, place: str):
    with pytest.raises(Away) as away:
        SqliteStore(str(tmp_path / place))
    assert away.value.permanent


@pytest.mark.parametrize("url", ["", "sqlite:", "memory:", "postgres:x", "kezek.db"])
def test_an_address_that_names_no_store(url: str):
    with pytest.raises(UnknownAddress):
        open_store(url)


def test_a_file_of_something_else_is_left_as_it_is(path: Path):
    words = b"Dear diary, " * 1_000
    path.write_bytes(words)
    with pytest.raises(NotADatabase):
        SqliteStore(str(path))
    assert path.read_bytes() == words


def test_another_programs_database_is_left_as_it_is(path: Path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipes (cake)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(NotADatabase, match="belongs to another program"):
        SqliteStore(str(path))
    assert path.read_bytes() == before


def test_after_a_refusal_the_file_can_be_opened_by_the_right_program(path: Path):
    """A store that could not be opened holds no lock."""
    path.write_bytes(b"Dear diary, " * 1_000)
    with pytest.raises(NotADatabase):
        SqliteStore(str(path))
    path.unlink()
    SqliteStore(str(path)).close()


def test_a_damaged_file_is_named_as_such(path: Path):
    filled(path)
    whole = path.read_bytes()
    # Everything after the first page, which holds the list of tables.
    middle = b"\xa5" * (len(whole) - 3 * 4_096)
    path.write_bytes(whole[: 3 * 4_096] + middle)

    def read() -> None:
        store = SqliteStore(str(path))
        try:
            store.reader.all(Particulars)
            save(store, [booking(n) for n in range(1, 500)])
        finally:
            store.close()

    with pytest.raises(Damaged, match="restore the last backup") as damaged:
        read()
    assert damaged.value.permanent


def test_a_file_that_was_cut_off_is_damaged(path: Path):
    filled(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    def read() -> None:
        store = SqliteStore(str(path))
        try:
            store.reader.all(Particulars)
            store.reader.all(Booking)
        finally:
            store.close()

    with pytest.raises(Damaged):
        read()


# The last fences.


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET body = 'other' WHERE position = 1",
        "DELETE FROM event WHERE position = 1",
        "INSERT OR REPLACE INTO event VALUES (1, 0, 0, 'x', 'x', 'x', 0, '{}')",
        "INSERT INTO event VALUES (3, 0, 0, 'x', 'x', 'x', 0, '{}')",
    ],
)
def test_the_log_is_append_only_even_for_sql(file: SqliteStore, statement: str):
    save(file, events=[event(1)])
    with pytest.raises(AssertionError, match="the log"):
        file._write(statement, ())
    assert file.reader.events(0, 9) == [event(1)]


def test_a_held_claim_changes_hands_only_when_its_booking_has_ended(file: SqliteStore):
    save(file, [booking(1), claim(1)])
    with pytest.raises(AssertionError, match="one active booking per vehicle"):
        save(file, [booking(2), claim(2)])
    assert file.reader.get(Claim, claim(1).key).number == 1
    assert file.reader.get(Booking, 2) is None
    ended = booking(1, ended_at=5, outcome="cancelled", look_at=None)
    save(file, [claim(2), booking(2), ended])
    assert file.reader.get(Claim, claim(1).key).number == 2


def test_a_secret_opens_one_key(file: SqliteStore):
    keys = [ApiKey(n, n, "ab" * 32, "", "carrier", "*", 60, 5, None) for n in (1, 2)]
    save(file, keys[:1])
    with pytest.raises(AssertionError, match=r"api_key\.digest"):
        save(file, keys[1:])
    save(file, [replace(keys[0], revoked_at=9)])
    assert file.reader.all(ApiKey) == [replace(keys[0], revoked_at=9)]


def test_readers_cannot_write(file: SqliteStore):
    with pytest.raises(ReadOnly):
        file.reader._found("DELETE FROM booking", ())


def test_the_promised_settings_hold(file: SqliteStore):
    reader = file._new_reader()._cursor.connection
    for connection in (file._writer, reader):
        assert connection.pragma("journal_mode") == "wal"
        assert connection.pragma("mmap_size") == 0
        assert connection.pragma("wal_autocheckpoint") == 0
    assert file._writer.pragma("synchronous") == 2
    assert file._writer.pragma("secure_delete") == 1
    assert reader.pragma("query_only") == 1
    assert reader.readonly("main")


def test_no_fault_quotes_a_value(file: SqliteStore):
    """Particulars must not come into logs by the back door of an error's text."""
    broken = [
        [particulars(1, plate="SECRET1", purpose="")],
        [particulars(1, plate="SECRET2", erase_on=None)],
        [booking(2), claim(2, "SECRET3")],
        [particulars(1, phone=b"SECRET5")],
        [replace(particulars(1), number="SECRET6")],
    ]
    save(file, [booking(1), claim(1, "SECRET3")])
    texts = []
    for rows in broken:
        try:
            save(file, rows)
        except (AssertionError, StoreFault) as fault:
            texts.append(
                f"{fault!r} {fault} {fault.__notes__ if hasattr(fault, '__notes__') else ''}"
            )
    assert len(texts) == len(broken)
    assert not [text for text in texts if "SECRET" in text]


def test_a_reader_keeps_its_thread_and_dies_with_it(file: SqliteStore):
    here = file.reader
    assert file.reader is here
    there = in_a_thread(lambda: id(file.reader))
    assert there != id(here)
    assert len(file._readers) == 1


def test_what_was_erased_cannot_be_read_from_the_file(file: SqliteStore, path: Path):
    save(file, [particulars(1, plate="ERASEDPLATE", erase_on="2026-01-01"), particulars(2)])
    file.sweep(answers_before=0, particulars_before="2026-06-01")
    file.close()
    assert b"ERASEDPLATE" not in path.read_bytes()


def test_failing_disks_have_a_fault_of_their_own():
    from kezek.storage.sqlite.fault import fault_of

    assert isinstance(fault_of(apsw.IOError()), Failing)
    assert not fault_of(apsw.IOError()).permanent
    assert type(fault_of(apsw.SQLError())) is StoreFault
