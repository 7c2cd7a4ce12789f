"""`kezek verify` as an auditor runs it, on exports, on servers and on copies of the database."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from kezek.app.log.proof import Proofs
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call as CallNext
from kezek.storage.sqlite.store import SqliteStore
from tests.cli.conftest import Call, Called
from tests.cli.program import Running, kezek, until
from tests.cli.server.test_serve import carrier
from tests.keys import lay_keys
from tests.ledger.book import OTHER_KEY, Book
from tests.storage.network import loaded
from tests.world import PEOPLE, A, World


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An installation with a log of some minutes, its heads published."""
    store = SqliteStore(str(tmp_path / "kezek.db"))
    book = Book(store, tmp_path)
    lay_keys(tmp_path, book.key)
    book.grow(1, 300, 20)
    store.close()
    yield tmp_path


@pytest.fixture
def folder_of_a_day(tmp_path: Path) -> Path:
    """An installation whose queue has had a morning, sealed and signed."""
    folder = tmp_path / "day"
    folder.mkdir()
    world = World()
    world.store = store = SqliteStore(str(loaded(folder / "kezek.db")))
    start, officer = world.window(hour=10), PEOPLE["officer"]
    for truck in range(1, 5):
        world.book(truck, start=start)
    world.until(start)
    for number in range(1, 4):
        world.done(Arrive("", officer, number))
    world.done(CallNext("", officer, A))
    book = Book(store, folder, real=world.now.real)
    lay_keys(folder, book.key)
    book.minute()
    store.close()
    return folder


def verify(call: Call, folder: Path, *arguments: str | Path, heads: bool = True) -> Called:
    kept = ("--heads", folder / "heads") if heads else ()
    return call("verify", *arguments, "--key", folder / "log.pem", *kept, "--json")


def findings(told: Called) -> list[tuple[str, int]]:
    return [(one["row"], one["at"]) for one in told.document["answer"]["findings"]]


def test_an_export_is_written_and_found_honest(folder: Path, call: Call):
    file = folder / "log.jsonl"
    assert call("log", "export", file, "--folder", folder, "--json").document["answer"] == {
        "file": str(file),
        "events": 321,
    }
    told = verify(call, folder, "--log", file)
    assert told.code == 0, told
    assert told.document["answer"]["signed"] == 321
    assert call("verify", "--log", file, "--key", folder / "log.pem").out.endswith(
        "ok     nothing was changed up to position 321.\n"
    )


def test_a_copy_of_the_database_is_checked_and_left_as_it_is(
    folder: Path, call: Call, tmp_path: Path
):
    before = (folder / "kezek.db").read_bytes()
    assert verify(call, folder, "--database", folder / "kezek.db").code == 0
    assert (folder / "kezek.db").read_bytes() == before


def test_what_is_wrong_is_named_and_ends_with_seven(folder: Path, call: Call):
    connection = sqlite3.connect(folder / "kezek.db")
    with connection:
        connection.execute("DROP TRIGGER event_never_changed")
        connection.execute("UPDATE event SET actor = 'nobody' WHERE position = 77")
    connection.close()
    told = verify(call, folder, "--database", folder / "kezek.db")
    assert told.code == 7
    assert findings(told) == [("event", 77)]
    said = call("verify", "--database", folder / "kezek.db", "--key", folder / "log.pem")
    assert "WRONG  event 77: " in said.out


def test_a_row_that_the_boards_show_and_the_log_does_not_is_found(
    call: Call, folder_of_a_day: Path
):
    """A truck put first by hand: its window in the row is another one than in the log."""
    database = folder_of_a_day / "kezek.db"
    asked = ("--database", database, "--key", folder_of_a_day / "log.pem", "--json")
    assert call("verify", *asked).code == 0
    assert call("doctor", "--folder", folder_of_a_day).code == 0
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("UPDATE booking SET start = start - 3600000 WHERE number = 2")
    connection.close()
    told = call("verify", *asked)
    assert told.code == 7
    assert findings(told) == [("booking", 2)]
    said = call("doctor", "--folder", folder_of_a_day, "--json")
    assert said.code == 7
    wrong = [one for one in said.document["answer"]["findings"] if one["state"] == "wrong"]
    assert [one["what"] for one in wrong] == ["rows"]
    assert "booking 2: start is" in wrong[0]["found"]


def test_an_erased_booking_is_hidden_and_everything_else_proved(folder: Path, call: Call):
    assert call("log", "erase", "5", "--folder", folder).code == 0
    assert call("log", "erase", "9999", "--folder", folder).code == 3
    file = folder / "log.jsonl"
    call("log", "export", file, "--folder", folder)
    assert '"hidden":[15,5]' in file.read_text()
    assert ",5,{" not in file.read_text()
    for source in (("--log", file), ("--database", folder / "kezek.db")):
        told = verify(call, folder, *source)
        assert told.code == 0, told
        assert told.document["answer"]["hidden"] == 3


def test_files_that_are_none_say_so(folder: Path, call: Call):
    words = folder / "words"
    words.write_text("hello\n")
    assert verify(call, folder, "--log", words).code == 7
    assert verify(call, folder, "--log", folder / "missing").code == 4
    assert verify(call, folder, "--database", words).code == 4
    assert call("verify", "--log", words, "--key", words).code == 4
    assert call("verify", "--key", folder / "log.pem").code == 2
    other = folder / "other.pem"
    other.write_bytes(OTHER_KEY.public.pem())
    assert call("verify", "--database", folder / "kezek.db", "--key", other).code == 7


def test_a_running_server_is_checked_against_kept_heads(folder: Path, call: Call, tmp_path: Path):
    with Running("serve", "--folder", folder) as server:
        assert until(lambda: server.get("/api/v1/log/head")["size"] > 321)
        good = verify(call, folder, "--log", server.url)
        assert good.code == 0, good
        assert good.document["answer"]["signed"] > 321
    # Somebody who has the key writes another history; whoever kept a head sees it.
    kept = shutil.copytree(folder / "heads", tmp_path / "kept")
    for path in (*folder.glob("kezek.db*"),):
        path.unlink()
    shutil.rmtree(folder / "heads")
    store = SqliteStore(str(folder / "kezek.db"))
    Book(store, folder, seed=5).grow(2, 400, 20)
    store.close()
    with Running("serve", "--folder", folder) as server:
        assert until(lambda: server.get("/api/v1/log/head")["size"] > 321)
        assert verify(call, folder, "--log", server.url, heads=False).code == 0
        told = call(
            "verify", "--log", server.url, "--key", folder / "log.pem", "--heads", kept, "--json"
        )
        assert told.code == 7
        assert any("rewritten" in one["sentence"] for one in told.document["answer"]["findings"])


@pytest.mark.parametrize(("hidden", "first"), [({2}, 2), ({1, 2}, 1)])
def test_a_head_that_a_list_leaves_out_is_missed(
    folder: Path, call: Call, monkeypatch: pytest.MonkeyPatch, hidden: set[int], first: int
):
    """By a server that hides it, and by an export from which somebody has taken its line."""
    file, cut = folder / "log.jsonl", folder / "cut.jsonl"
    assert call("log", "export", file, "--folder", folder).code == 0
    lines = file.read_text().splitlines(keepends=True)
    assert all('"head":' in line for line in lines[:3])
    cut.write_text("".join(line for n, line in enumerate(lines, 1) if n not in hidden))
    assert ("head", first) in findings(verify(call, folder, "--log", cut))
    notes = [json.loads(line)["head"] for line in lines[:3]]

    def get(_server: str, path: str, *_: str) -> dict[str, object]:
        if "/heads" in path:
            shown = [note for n, note in enumerate(notes, 1) if n not in hidden]
            return {"items": [{"note": note} for note in shown[::-1]], "next": None}
        asked = dict(parse_qsl(urlsplit(path).query))
        proof = Proofs(store).consistency(int(asked["from"]), int(asked["to"]))
        return {"path": [one.hex() for one in proof]}

    monkeypatch.setattr("kezek.cli.frame.remote.get", get)
    monkeypatch.setattr("kezek.cli.log.export.get", get)
    with closing(SqliteStore(str(folder / "kezek.db"))) as store:
        told = verify(call, folder, "--log", "https://queue.example", heads=False)
    assert findings(told) == [("head", first)]


def test_a_killed_server_goes_on_where_it_was(tmp_path: Path):
    """Events without leaves, leaves without a head, a head without its file: all are made up for."""
    folder = tmp_path / "installation"
    sizes = []
    for turn in range(3):
        server = Running("serve", "--folder", folder)
        until((folder / "heads" / "latest").exists)
        # Somewhere between a second's sealing and the next.
        time.sleep(0.4 * turn)
        server.stop(signal.SIGKILL)
        assert kezek("user", "add", f"person{turn}", "--folder", folder).code in (0, 2, 3)
    with Running("serve", "--folder", folder) as server:
        sizes.append(server.get("/api/v1/log/head")["size"])
    key = folder / "heads" / "log.pem"
    told = kezek(
        "verify", "--database", folder / "kezek.db", "--key", key, "--heads", folder / "heads",
        "--json",
    )  # fmt: skip
    assert told.code == 0, told
    answer = json.loads(told.out)["answer"]
    assert answer["unsealed"] == 0
    assert answer["signed"] == answer["events"] >= sizes[-1]


def test_a_server_tells_its_leaves_to_a_key_that_may_read_them(folder: Path, call: Call):
    reader, carries = (folder / name for name in ("reader", "carrier"))
    reader.write_text(carrier(call, folder, "reader"))
    carries.write_text(carrier(call, folder))
    with Running("serve", "--folder", folder) as server:
        until(lambda: server.get("/api/v1/log/head")["size"] > 321)
        told = verify(call, folder, "--log", server.url, "--api-key-file", reader)
        assert told.code == 0, told
        assert told.document["answer"]["signed"] == told.document["answer"]["events"] > 321
        assert verify(call, folder, "--log", server.url, "--api-key-file", carries).code == 3
        file = folder / "log.jsonl"
        asked = ("--server", server.url, "--key-file", reader)
        assert call("log", "export", file, *asked).code == 0
    assert verify(call, folder, "--log", file).code == 0
