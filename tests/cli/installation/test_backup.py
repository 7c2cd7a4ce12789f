"""`kezek backup` and `kezek restore`: what was there comes back, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import msgspec
import pytest

from kezek.app.desk.batch import Done
from kezek.app.installation.copy import refuse_different
from kezek.app.installation.file import APPLICATION
from kezek.app.installation.fingerprint import Fingerprint
from kezek.app.installation.manifest import File, Manifest
from kezek.app.installation.promise import PlacePromise
from kezek.app.port import Session
from kezek.app.recovery.withdrawal import Withdrawal, Withdrawn, withdrawals_of
from kezek.bootstrap import close_application, open_application
from kezek.domain.account.account import Account, ApiKey, Grant, Login
from kezek.domain.account.actor import Actor, Role
from kezek.domain.account.decide import CloseAccount, GrantRole, RevokeKey, SetPassword
from kezek.domain.booking.booking import Booking, Particulars
from kezek.domain.log.leaf import Salt
from kezek.settings import Settings
from kezek.storage.backup import manifest as manifests
from kezek.storage.migrations.head import HEAD
from kezek.storage.migrations.script import script
from kezek.storage.postgres.store import PostgresStore
from kezek.storage.sqlite.store import SqliteStore
from tests.app.installation.fingerprints import fingerprint
from tests.cli.conftest import Call
from tests.cli.installation.test_copy import live
from tests.cli.program import Running, environment, kezek, until
from tests.cli.server.test_serve import carrier, truck
from tests.keys import lay_keys
from tests.ledger.book import KEY, OTHER_KEY
from tests.storage.postgres.cluster import cluster
from tests.world import PEOPLE, World

# The shift of the codes is not restored, and this promise reads counters.
SHIFTED = {"counter", PlacePromise.promise}
ENTRY = Session("d" * 64, 3, "session", 5, 2**50)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("live")
    live(folder / "kezek.db")
    keys = folder / "keys"
    (keys / "accepted").mkdir(mode=0o700, parents=True)
    lay_keys(folder, KEY)
    (keys / "accepted" / "old.pem").write_bytes(OTHER_KEY.public.pem())
    (keys / "accepted" / "old.pem").chmod(0o644)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """An installation of the test's own, with somebody signed in."""
    copied = tmp_path / "site"
    shutil.copytree(made, copied)
    store = SqliteStore(str(copied / "kezek.db"))
    store.keep_session(ENTRY)
    store.close()
    return copied


@pytest.fixture
def backup(folder: Path, call: Call, tmp_path: Path) -> Path:
    target = tmp_path / "backup"
    assert call("backup", target, "--folder", folder).code == 0
    return target


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of a PostgreSQL database with nothing in it."""
    name = cluster().empty()
    yield cluster().url(name)
    cluster().drop(name)


def of(path: Path) -> Fingerprint:
    store = SqliteStore(str(path))
    try:
        return fingerprint(store)
    finally:
        store.close()


def test_a_backup_comes_back_as_it_was_and_nobody_is_signed_in(
    folder: Path, backup: Path, call: Call, tmp_path: Path
):
    restored = tmp_path / "restored.db"
    answer = call("restore", backup, "--to", f"sqlite:{restored}", "--json").answer
    refuse_different(of(restored), of(folder / "kezek.db"), passed=SHIFTED)
    before, after = (one["fingerprint"]["tables"] for one in (answer["backup"], answer))
    assert before.pop("counter")["count"] == after.pop("counter")["count"] + 1
    assert before == after
    assert not any(one["broken"] for one in answer["fingerprint"]["promises"])
    assert answer["backup"]["schema"] == HEAD
    store = SqliteStore(str(restored))
    assert store.session(ENTRY.digest) is None
    store.close()
    assert restored.stat().st_mode & 0o777 == 0o600


def test_a_backup_is_for_its_owner_alone_and_holds_no_keys_unless_asked(
    folder: Path, backup: Path, call: Call, tmp_path: Path
):
    assert {path.name for path in backup.iterdir()} == {"kezek.db", "manifest.json"}
    whole = tmp_path / "whole"
    called = call("backup", whole, "--with-keys", "--folder", folder)
    assert "The keys are in it" in called.out
    for path in (backup, whole, *backup.rglob("*"), *whole.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    manifest = json.loads((whole / "manifest.json").read_bytes())
    keys = {"log-signing.pem", "ticket-signing.pem", "ticket-link.key", "accepted/old.pem"}
    assert manifest["files"].keys() == {"kezek.db", *(f"keys/{name}" for name in keys)}
    assert ENTRY.digest.encode() not in (backup / "kezek.db").read_bytes()


def test_keys_come_back_and_never_over_other_ones(folder: Path, call: Call, tmp_path: Path):
    whole, new = tmp_path / "whole", tmp_path / "new"
    call("backup", whole, "--with-keys", "--folder", folder)
    assert call("restore", whole, "--with-keys", "--folder", new).code == 0
    assert (new / "keys" / "log-signing.pem").read_bytes() == KEY.pem()
    assert (new / "keys" / "log-signing.pem").stat().st_mode & 0o777 == 0o600
    refuse_different(of(new / "kezek.db"), of(folder / "kezek.db"), passed=SHIFTED)
    other = tmp_path / "other"
    (other / "keys").mkdir(parents=True)
    (other / "keys" / "log-signing.pem").write_bytes(OTHER_KEY.pem())
    called = call("restore", whole, "--with-keys", "--folder", other, "--json")
    assert (called.code, called.document["problem"]["code"]) == (4, "keys_there")
    assert not (other / "kezek.db").exists()
    assert (other / "keys" / "log-signing.pem").read_bytes() == OTHER_KEY.pem()


def test_the_way_through_postgresql_changes_nothing(
    folder: Path, backup: Path, empty: str, call: Call, tmp_path: Path
):
    again, back = tmp_path / "again", tmp_path / "back.db"
    assert call("restore", backup, "--to", empty).code == 0
    # As long as somebody works on it: the backup is of one moment.
    store = PostgresStore(empty)
    ran = kezek("backup", again, "--folder", folder, extra={"KEZEK_DATABASE": empty})
    assert ran.code == 0, ran
    store.close()
    manifest = json.loads((again / "manifest.json").read_bytes())
    assert manifest["store"] == "postgresql"
    assert {path.name for path in again.iterdir()} == {"kezek.db", "manifest.json"}
    assert call("restore", again, "--to", f"sqlite:{back}").code == 0
    refuse_different(of(back), of(folder / "kezek.db"), passed=SHIFTED)


def test_a_server_goes_on_while_it_is_backed_up(network: Path, call: Call, tmp_path: Path):
    """Bookings come from four sides; a backup has all that were acknowledged before it began."""
    site = tmp_path / "served"
    shutil.copytree(network, site)
    key = carrier(call, site)
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    starts = [f"{hour + timedelta(hours=30 + n):%Y-%m-%dT%H:%M:%SZ}" for n in range(200)]
    told: list[int] = []
    stopped = threading.Event()

    def book(side: int) -> None:
        for n in range(side, 900, 4):
            if stopped.is_set():
                return
            body = {"checkpoint": "kz_syrym", "start": starts[n % 200], "vehicle": truck(n)}
            status, made = server.post("/api/v1/bookings", body, key)
            if status == 201:
                told.append(made["number"])

    before: list[set[int]] = []
    with Running("serve", "--folder", site) as server, ThreadPoolExecutor(4) as sides:
        try:
            for side in range(4):
                sides.submit(book, side)
            for n in range(3):
                until(lambda n=n: len(told) > 20 * (n + 1))
                before.append(set(told))
                ran = kezek("backup", tmp_path / f"b{n}", "--folder", site, "--json")
                assert ran.code == 0, ran
            # It is the server's: nobody copies it, and nobody puts anything into it.
            url, to = f"sqlite:{site / 'kezek.db'}", f"sqlite:{tmp_path / 'to.db'}"
            moved = kezek("copy", "--from", url, "--to", to, "--json")
            assert moved.document["problem"]["code"] == "served"
        finally:
            stopped.set()
    for n, acknowledged in enumerate(before):
        assert acknowledged
        to = tmp_path / f"to{n}.db"
        answer = call("restore", tmp_path / f"b{n}", "--to", f"sqlite:{to}", "--json").answer
        assert not any(one["broken"] for one in answer["fingerprint"]["promises"])
        store = SqliteStore(str(to))
        assert acknowledged <= {b.number for b in store.reader.all(Booking)}
        store.close()


DAMAGES = {
    "cut off": lambda path: os.truncate(path, path.stat().st_size - 9),
    "changed": lambda path: path.write_bytes(
        path.read_bytes()[:5000] + b"\x00\x01" + path.read_bytes()[5002:]
    ),
    "gone": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("name", ["kezek.db", "manifest.json"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_before_anything_is_changed(
    backup: Path, call: Call, tmp_path: Path, name: str, damage: str
):
    path = backup / name
    if (name, damage) == ("manifest.json", "changed"):
        path.write_bytes(path.read_bytes().replace(b'"position": ', b'"position": 1'))
    else:
        DAMAGES[damage](path)
    called = call("restore", backup, "--to", f"sqlite:{tmp_path / 'to.db'}", "--json")
    assert (called.code, called.document["problem"]["code"]) == (4, "damaged")
    assert not (tmp_path / "to.db").exists()


def test_a_manifest_that_points_elsewhere_is_refused(backup: Path, call: Call, tmp_path: Path):
    (tmp_path / "outside").write_bytes(b"")
    read = manifests.read(backup)
    told = manifests.measured(tmp_path / "backup")["kezek.db"]
    for name in ("../outside", "/etc/hostname"):
        strange = msgspec.structs.replace(read, files={"kezek.db": told, name: File(0, "0" * 64)})
        (backup / "manifest.json").unlink()
        manifests.write(backup, strange)
        called = call("restore", backup, "--to", f"sqlite:{tmp_path / 'to.db'}", "--json")
        assert called.document["problem"]["code"] == "damaged"


def test_what_is_there_is_never_written_over(
    folder: Path, backup: Path, call: Call, tmp_path: Path
):
    before = {path: path.read_bytes() for path in backup.iterdir()}
    assert (
        call("backup", backup, "--folder", folder, "--json").document["problem"]["code"] == "taken"
    )
    assert {path: path.read_bytes() for path in backup.iterdir()} == before
    database = (folder / "kezek.db").read_bytes()
    called = call("restore", backup, "--folder", folder, "--json")
    assert called.document["problem"]["code"] == "not_empty"
    assert (folder / "kezek.db").read_bytes() == database
    called = call("backup", tmp_path / "no" / "such", "--folder", folder)
    assert called.code == 4
    assert "see that its folder exists" in called.err
    called = call("backup", tmp_path / "b", "--folder", tmp_path / "nowhere")
    assert "there is no database" in called.err
    assert not (tmp_path / "b").exists()


def old(path: Path) -> None:
    """A database of the first schema, with one booking number given out."""
    connection = apsw.Connection(str(path))
    connection.pragma("application_id", APPLICATION)
    with connection:
        connection.execute(script("", "0001")).fetchall()
        connection.execute("INSERT INTO counter (name, last) VALUES ('account', 7)")
    connection.close()


def test_another_schema_is_refused_by_a_backup_and_migrated_by_a_restore(
    call: Call, tmp_path: Path
):
    site = tmp_path / "site"
    site.mkdir()
    old(site / "kezek.db")
    before = (site / "kezek.db").read_bytes()
    called = call("backup", tmp_path / "b", "--folder", site, "--json")
    assert called.document["problem"]["code"] == "wrong_version"
    assert (site / "kezek.db").read_bytes() == before
    called = call("restore", tmp_path / "b", "--folder", site, "--json")
    assert called.document["problem"]["code"] == "damaged", "there is no such backup"

    older = tmp_path / "older"
    older.mkdir()
    old(older / "kezek.db")
    none = of(tmp_path / "none.db")
    files = manifests.measured(older)
    told = manifests.write(older, Manifest(1, "0.0.1", "0001", "sqlite", 5, files, none))
    assert call("restore", older, "--to", f"sqlite:{tmp_path / 'to.db'}").code == 0
    assert of(tmp_path / "to.db").tables["counter"].count == 1
    assert (older / "kezek.db").read_bytes() == before

    (older / "manifest.json").unlink()
    manifests.write(older, msgspec.structs.replace(told, form=2))
    called = call("restore", older, "--to", f"sqlite:{tmp_path / 'to2.db'}", "--json")
    assert called.document["problem"]["code"] == "wrong_version"


@pytest.mark.parametrize("known", ["by the folder's own list", "by another list", "by an export"])
def test_what_was_erased_after_the_backup_stays_erased(
    folder: Path, backup: Path, call: Call, tmp_path: Path, known: str
):
    assert call("log", "erase", "5", "--folder", folder).code == 0
    export = tmp_path / "log.jsonl"
    call("log", "export", export, "--folder", folder)
    new = tmp_path / "new"
    new.mkdir()
    shutil.copytree(folder / "keys", new / "keys")
    told: list[str | Path] = []
    if known == "by the folder's own list":
        shutil.copy(folder / "erased.jsonl", new)
    elif known == "by another list":
        told = ["--erased", folder / "erased.jsonl"]
    else:
        told = ["--erased", export]
    answer = call("restore", backup, *told, "--folder", new, "--json").answer
    assert answer["erased"] == 1
    store = SqliteStore(str(new / "kezek.db"))
    assert store.reader.get(Salt, 5).erased
    assert not store.reader.get(Salt, 4).erased
    assert store.reader.get(Particulars, 4)
    store.close()
    (new / "log.pem").write_bytes(KEY.public.pem())
    checked = call("verify", "--database", new / "kezek.db", "--key", new / "log.pem", "--json")
    assert checked.answer["hidden"] > 0


def test_what_was_withdrawn_after_the_backup_stays_withdrawn(
    network: Path, call: Call, tmp_path: Path
):
    site, new = tmp_path / "site", tmp_path / "new"
    shutil.copytree(network, site)
    may = ("--role", "carrier", "--place", "*")
    for login in ("closed", "stays"):
        assert call("user", "add", login, *may, "--folder", site).code == 0
        assert call("user", "key", login, *may, "--folder", site).code == 0
    assert call("backup", tmp_path / "b", "--folder", site).code == 0
    application = open_application(Settings(folder=site))
    boss = Actor(0, "test", frozenset({(Role.ADMINISTRATOR, "*")}))
    ids = {a.login: a.id for a in application.store.reader.all(Account)}
    for command in (
        CloseAccount("", boss, ids["closed"]),
        RevokeKey("", boss, 2),
        GrantRole("", boss, ids["stays"], "carrier", "*", withdraw=True),
    ):
        assert isinstance(application.desk.ask(command), Done)
    close_application(application)
    new.mkdir()
    shutil.copytree(site / "keys", new / "keys")
    shutil.copy(site / "withdrawn.jsonl", new)
    answer = call("restore", tmp_path / "b", "--folder", new, "--json").answer
    assert answer["withdrawn"] == {"account": 1, "key": 1, "password": 0, "role": 1}
    store = SqliteStore(str(new / "kezek.db"))
    accounts = {a.login: a for a in store.reader.all(Account)}
    assert accounts["closed"].closed_at is not None
    assert accounts["stays"].closed_at is None
    assert [login.login for login in store.reader.all(Login)] == ["stays"]
    assert store.reader.get(ApiKey, 2).revoked_at is not None
    assert not store.reader.rows(Grant, ids["stays"])
    store.close()
    listed = new / "withdrawn.jsonl"
    os.truncate(listed, listed.stat().st_size - 9)
    told = ("--to", f"sqlite:{tmp_path / 'to.db'}", "--folder", new, "--json")
    problem = call("restore", tmp_path / "b", *told).document["problem"]
    assert problem["code"] == "withdrawals_refused"
    assert f"line 3 of {listed}" in problem["sentence"]


def test_a_password_that_was_changed_opens_nothing_again():
    """The old one is empty where the change is behind the backup's log, and only there."""
    w = World()
    carrier = PEOPLE["carrier"].account
    before = w.store.reader.last_position()
    w.done(SetPassword("", PEOPLE["carrier"], carrier, "another hash"))
    noted = withdrawals_of(w.events())
    for events, password in ((before, ""), (before + 1, "another hash")):
        with w.store.snapshot() as snapshot:
            restored = Withdrawn(snapshot, noted, events)
            rows = {row.id: row for block in restored.blocks(Account) for row in block}
        assert rows[carrier].password == password
        assert rows[PEOPLE["rival"].account].password == "hash"


@pytest.mark.parametrize("order", [1, -1])
def test_the_latest_word_on_a_role_counts_in_whatever_order_it_is_read(order):
    w = World()
    before = w.store.reader.last_position()
    found = next(iter(w.store.reader.rows(Grant, PEOPLE["officer"].account)))
    told = [
        Withdrawal(kind, *found.key, position, at)
        for kind, position, at in (("role", before + 9, 1), ("granted", before + 3, 2))
    ]
    with w.store.snapshot() as snapshot:
        restored = Withdrawn(snapshot, told[::order], before)
        assert found in [row for block in restored.blocks(Grant) for row in block]


def test_an_erasure_is_not_lost_with_a_torn_line(
    folder: Path, backup: Path, call: Call, tmp_path: Path
):
    """The next erasure begins on a line of its own, and notes again what the list has lost."""
    listed = folder / "erased.jsonl"
    assert call("log", "erase", "5", "--folder", folder).code == 0
    os.truncate(listed, listed.stat().st_size - 30)
    assert call("log", "erase", "4", "--folder", folder).code == 0
    to = tmp_path / "to.db"
    told = ("--erased", listed, "--to", f"sqlite:{to}", "--folder", folder, "--json")
    assert call("restore", backup, *told).answer["erased"] == 2
    store = SqliteStore(str(to))
    assert store.reader.get(Salt, 5).erased
    assert store.reader.get(Salt, 4).erased
    store.close()


def test_a_file_put_back_by_hand_is_erased_anew_by_the_start(
    folder: Path, call: Call, tmp_path: Path
):
    shutil.copy(folder / "kezek.db", tmp_path / "old.db")
    assert call("log", "erase", "5", "--folder", folder).code == 0
    shutil.copy(tmp_path / "old.db", folder / "kezek.db")
    assert call("log", "--folder", folder).code == 0
    store = SqliteStore(str(folder / "kezek.db"))
    assert store.reader.get(Salt, 5).erased
    assert not store.reader.get(Salt, 4).erased
    store.close()


@pytest.mark.parametrize(
    "line", [b'{"erased":5,"erasu', b'{"er', b'{"erased":5,"erasure":"00"}\n', b"\0" * 99]
)
def test_an_erasure_that_cannot_be_read_is_named(
    folder: Path, backup: Path, call: Call, tmp_path: Path, line: bytes
):
    assert call("log", "erase", "4", "--folder", folder).code == 0
    listed = folder / "erased.jsonl"
    listed.write_bytes(listed.read_bytes() + line)
    told = (
        "--erased",
        listed,
        "--to",
        f"sqlite:{tmp_path / 'to.db'}",
        "--folder",
        folder,
        "--json",
    )
    problem = call("restore", backup, *told).document["problem"]
    assert problem["code"] == "erasure_refused"
    assert f"line 2 of {listed}" in problem["sentence"]
    assert ("booking 5" in problem["sentence"]) == (b'"erased":5,' in line)


def test_an_erasure_that_nobody_can_believe_restores_nothing(
    folder: Path, backup: Path, call: Call, tmp_path: Path
):
    call("log", "erase", "5", "--folder", folder)
    told = ("--erased", folder / "erased.jsonl", "--to", f"sqlite:{tmp_path / 'to.db'}", "--json")
    for keys, words in ((b"", "put the keys back first"), (OTHER_KEY.pem(), "is not signed")):
        other = tmp_path / "other"
        (other / "keys").mkdir(parents=True, exist_ok=True)
        if keys:
            (other / "keys" / "log-signing.pem").write_bytes(keys)
        called = call("restore", backup, *told, "--folder", other)
        assert called.document["problem"]["code"] == "erasure_refused"
        assert words in called.document["problem"]["sentence"]
        assert of(tmp_path / "to.db").rows == 0


# Does one thing and is killed, or finds the disk full, at each step that it is told: every time in a
# fork of its own, so that the product is loaded once.
MISHAP = """
import os, resource, signal, sys
from dataclasses import replace
from pathlib import Path
import kezek.storage.migrations.script, kezek.storage.postgres.store, kezek.storage.sqlite.store
from kezek.settings import Settings
from kezek.maintenance import copy_store, make_backup, restore_backup

what, how, folder, target = sys.argv[1:]
folder = Path(folder)

class Progress:
    def __init__(self, left): self.left = left
    def expect(self, steps): pass
    def advance(self, steps):
        self.left -= 1
        if self.left == 0 and how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.left == 0:
            _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))

def begin(progress):
    settings = Settings(folder=folder)
    if what == "copy":
        copy_store(settings.store_url, target, progress)
    elif what == "backup":
        make_backup(settings, Path(target), with_keys=True, progress=progress)
    else:
        new = replace(settings, database=target)
        restore_backup(new, folder.parent / "backup", with_keys=False, lists=[], progress=progress)

for step in sys.stdin:
    child = os.fork()
    if child == 0:
        begin(Progress(int(step)))
        sys.exit()
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@contextmanager
def mishap(what: str, how: str, folder: Path, target: str | Path) -> Iterator[Callable[[int], int]]:
    """Begins it and lets the mishap happen at a step, as often as it is called; how that ended."""
    command = [sys.executable, "-c", MISHAP, what, how, str(folder), str(target)]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, text=True, env=environment(), **pipes) as child:

        def at(step: int) -> int:
            child.stdin.write(f"{step}\n")
            child.stdin.flush()
            return int(child.stdout.readline())

        yield at
        _, said = child.communicate()
    assert "AssertionError" not in said, said


STEPS = (1, 9, 17, 23, 30)
ENDS = {"killed": -signal.SIGKILL, "full": 1}


@pytest.mark.parametrize("what", ["copy", "restore"])
@pytest.mark.parametrize(
    ("kind", "how"),
    # Where PostgreSQL writes is not ours to fill: its own tests have its disk full.
    [("sqlite", "killed"), ("sqlite", "full"), ("postgresql", "killed")],
)
def test_whatever_happens_midway_the_target_stays_empty(
    folder: Path, backup: Path, empty: str, call: Call, *, what: str, kind: str, how: str
):
    target = empty if kind == "postgresql" else f"sqlite:{backup.parent / 'to.db'}"
    with mishap(what, how, folder, target) as ended_at:
        for step in STEPS:
            assert ended_at(step) == ENDS[how]
            assert found(target).rows == 0, step
    again = ("copy", "--from", f"sqlite:{folder / 'kezek.db'}", "--to", target)
    assert call(*again).code == 0
    assert found(target) == of(folder / "kezek.db")


def found(url: str) -> Fingerprint:
    store = PostgresStore(url) if url.startswith("postgresql") else SqliteStore(url[7:])
    try:
        return fingerprint(store)
    finally:
        store.close()


@pytest.mark.parametrize("how", ["killed", "full"])
def test_a_backup_that_was_not_finished_is_not_there(
    folder: Path, tmp_path: Path, call: Call, how: str
):
    target = tmp_path / "b"
    with mishap("backup", how, folder, target) as ended_at:
        for step in (1, 2, 9, 17):
            assert ended_at(step) == ENDS[how]
            assert not target.exists()
            assert (tmp_path / ".b.part").exists() == (how == "killed")
    assert call("backup", target, "--folder", folder).code == 0
    assert not (tmp_path / ".b.part").exists()
    to = f"sqlite:{tmp_path / 'to.db'}"
    assert call("restore", target, "--to", to).code == 0
    refuse_different(found(to), of(folder / "kezek.db"), passed=SHIFTED)


def test_a_broken_promise_is_backed_up_and_told(folder: Path, call: Call, tmp_path: Path):
    connection = apsw.Connection(str(folder / "kezek.db"))
    connection.execute("DELETE FROM claim WHERE number = 5")
    connection.close()
    called = call("backup", tmp_path / "b", "--folder", folder)
    assert called.code == 7
    assert "BROKEN 2 times: booking 5 without its claim" in called.out
    # It is all there is: it can be put back, and says so again.
    called = call("restore", tmp_path / "b", "--to", f"sqlite:{tmp_path / 'to.db'}")
    assert called.code == 7
    assert found(f"sqlite:{tmp_path / 'to.db'}").tables["booking"].count == 7


def test_what_runs_beside_is_waited_for(empty: str, folder: Path, call: Call, tmp_path: Path):
    assert call("copy", "--from", f"sqlite:{folder / 'kezek.db'}", "--to", empty).code == 0
    serving = PostgresStore(empty)
    called = call("copy", "--from", empty, "--to", f"sqlite:{tmp_path / 'to.db'}", "--json")
    assert called.document["problem"]["code"] == "served"
    assert not (tmp_path / "to.db").exists()
    assert serving.reader.get(Booking, 1)
    serving.close()
    assert call("copy", "--from", empty, "--to", f"sqlite:{tmp_path / 'to.db'}").code == 0
