from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import apsw
import pytest

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.installation import doctor_check
from kezek.cli.installation.doctor import without_password
from kezek.settings import Settings
from tests.cli.conftest import Call, Called
from tests.cli.program import Running


def states(called: Called) -> dict[str, str]:
    worst: dict[str, str] = {}
    for finding in called.document["answer"]["findings"]:
        assert finding.keys() == {"what", "state", "found", "advice"}
        assert bool(finding["advice"]) == (finding["state"] != "ok"), (
            "says what to do, when there is"
        )
        order = ("ok", "attention", "wrong")
        before = worst.get(finding["what"], "ok")
        worst[finding["what"]] = max(before, finding["state"], key=order.index)
    return worst


def test_a_sound_installation(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KEZEK_PUBLIC_URL", "https://queue.example.org")
    monkeypatch.setenv("KEZEK_PROXY_HEADER", "X-Forwarded-For")
    before = (folder / "kezek.db").read_bytes()
    called = call("doctor", "--folder", folder, "--json")
    assert called.code == ExitCode.DONE
    assert {s for what, s in states(called).items() if what != "disk"} == {"ok"}
    assert (folder / "kezek.db").read_bytes() == before
    assert "Settings in force" in call("doctor", "--folder", folder).out


def test_before_the_first_start_nothing_is_made(call: Call, tmp_path: Path):
    called = call("doctor", "--folder", tmp_path / "none", "--json")
    assert called.code == ExitCode.DONE
    found = states(called)
    assert found["folder"] == found["database"] == found["keys"] == "attention"
    assert not (tmp_path / "none").exists()


def _open_key(folder: Path) -> None:
    (folder / "keys" / "ticket-signing.pem").chmod(0o644)


def _lose_key(folder: Path) -> None:
    (folder / "keys" / "ticket-link.key").unlink()


def _lose_log_key(folder: Path) -> None:
    (folder / "keys" / "log-signing.pem").unlink()


def _lose_all_keys(folder: Path) -> None:
    shutil.rmtree(folder / "keys")


def _garbage(folder: Path) -> None:
    (folder / "kezek.db").write_bytes(b"no database at all" * 500)


def _torn(folder: Path) -> None:
    with (folder / "kezek.db").open("r+b") as file:
        file.seek(60_000)
        file.write(os.urandom(40_000))


def _future(folder: Path) -> None:
    ahead = time.time() + 86_400
    os.utime(folder / "kezek.db", (ahead, ahead))


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        (_open_key, "keys"),
        (_lose_key, "keys"),
        (_lose_log_key, "keys"),
        (_lose_all_keys, "keys"),
        (_garbage, "database"),
        (_torn, "database"),
        (_future, "clock"),
    ],
)
def test_what_is_wrong_is_found(call: Call, folder: Path, harm: Any, what: str):
    harm(folder)
    called = call("doctor", "--folder", folder, "--json")
    assert called.code == ExitCode.FOUND
    assert states(called)[what] == "wrong"
    assert "WRONG" in call("doctor", "--folder", folder).out


def test_keys_that_nobody_may_look_at(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch):
    seen = Path.exists

    def exists(path: Path) -> bool:
        if path.parent.name == "keys":
            raise PermissionError(13, "Permission denied", str(path))
        return seen(path)

    monkeypatch.setattr(Path, "exists", exists)
    found = call("doctor", "--folder", folder, "--json")
    assert states(found)["keys"] == "wrong"
    failed = call("log", "--folder", folder)
    assert failed.code == ExitCode.WORLD
    assert "Make the folder writable for the user that runs Kezek" in failed.err


@pytest.mark.parametrize(
    ("fault", "advice"),
    [("ReadOnlyError", "right"), ("CantOpenError", "right"), ("IOError", "backup")],
)
def test_a_lack_of_rights_is_not_taken_for_damage(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch, fault: str, advice: str
):
    def refuse(*_given: object, **_named: object) -> None:
        raise getattr(doctor_check.apsw, fault)

    monkeypatch.setattr(doctor_check.apsw, "Connection", refuse)
    told = call("doctor", "--folder", folder, "--json").document["answer"]["findings"]
    (found,) = [finding for finding in told if finding["what"] == "database"]
    assert advice in found["advice"]


@pytest.mark.parametrize(("free", "state"), [(10, "wrong"), (10**9, "attention"), (10**11, "ok")])
def test_disk_space(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str
):
    usage = type("Usage", (), {"free": free})()
    monkeypatch.setattr(doctor_check.shutil, "disk_usage", lambda _path: usage)
    assert states(call("doctor", "--folder", folder, "--json"))["disk"] == state


def test_an_old_sqlite_is_wrong(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor_check.apsw, "SQLITE_VERSION_NUMBER", 3_040_001)
    assert states(call("doctor", "--folder", folder, "--json"))["sqlite"] == "wrong"


def test_what_others_may_do_is_seen(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch):
    folder.chmod(0o777)
    (folder / "kezek.db").chmod(0o644)
    monkeypatch.setenv("KEZEK_HOST", "0.0.0.0")
    found = states(call("doctor", "--folder", folder, "--json"))
    assert found["folder"] == found["database"] == found["address"] == "attention"


def test_an_unknown_setting_is_a_finding(call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KEZEK_PROT", "80")
    called = call("doctor", "--folder", folder, "--json")
    assert called.code == ExitCode.FOUND
    assert states(called)["settings"] == "wrong"


def test_good_settings_count_beside_a_wrong_one(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KEZEK_PORT", "eighty")
    monkeypatch.setenv("KEZEK_FOLDER", str(folder))
    found = states(call("doctor", "--json"))
    assert found["settings"] == "wrong"
    assert found["folder"] == found["database"] == found["keys"] == "ok"


def test_missing_public_addresses_and_clients_in_one_are_seen(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    at = ("--folder", folder, "--json")
    assert states(call("doctor", *at))["public URL"] == "attention"
    monkeypatch.setenv("KEZEK_PUBLIC_URL", "https://queue.example.org")
    found = states(call("doctor", *at))
    assert (found["public URL"], found["clients"]) == ("ok", "attention")
    monkeypatch.setenv("KEZEK_PROXY_HEADER", "X-Forwarded-For")
    assert states(call("doctor", *at))["clients"] == "ok"
    monkeypatch.setenv("KEZEK_PROXIES", "")
    assert states(call("doctor", *at))["clients"] == "attention"


def test_all_settings_are_listed_and_no_secret(call: Call, folder: Path):
    listed = call("doctor", "--folder", folder, "--json").answer["settings"]
    fields = dataclasses.fields(Settings)
    assert [row["name"] for row in listed] == [f"KEZEK_{field.name.upper()}" for field in fields]
    assert all(row["meaning"] for row in listed)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://kezek:secret@db/kezek", "postgresql://…@db/kezek"),
        ("postgresql://a:p@ss@db/kezek", "postgresql://…@db/kezek"),
        ("sqlite:/var/lib/kezek.db", "sqlite:/var/lib/kezek.db"),
        ("", ""),
    ],
)
def test_passwords_in_addresses_are_hidden(address: str, shown: str):
    assert without_password(address) == shown


def test_what_the_start_would_refuse_is_found(call: Call, folder: Path):
    connection = apsw.Connection(str(folder / "kezek.db"))
    connection.execute("DROP TRIGGER event_never_changed").fetchall()
    connection.close()
    called = call("doctor", "--folder", folder, "--json")
    assert called.code == ExitCode.FOUND
    assert states(called)["start"] == "wrong"
    assert "event_never_changed" in called.out


def test_a_second_name_of_the_database_is_found(call: Call, folder: Path):
    (folder / "second.db").hardlink_to(folder / "kezek.db")
    called = call("doctor", "--folder", folder, "--json")
    assert called.code == ExitCode.FOUND
    assert states(called)["start"] == "wrong"
    assert "2 names" in called.out


def test_a_database_behind_its_published_heads_is_found(call: Call, folder: Path, tmp_path: Path):
    assert call("log", "export", tmp_path / "log.jsonl", "--folder", folder).code == 0
    assert call("doctor", "--folder", folder).code == ExitCode.DONE
    shutil.copy(folder / "kezek.db", tmp_path / "old.db")
    may = ("--role", "carrier", "--place", "*")
    call("user", "add", "fleet", *may, "--folder", folder)
    assert call("log", "export", tmp_path / "log.jsonl", "--folder", folder).code == 0
    shutil.copy(tmp_path / "old.db", folder / "kezek.db")
    called = call("doctor", "--folder", folder, "--json")
    assert called.code == ExitCode.FOUND
    assert states(called)["heads"] == "wrong"
    assert "kezek log continue" in called.out


def test_what_was_added_behind_an_orderly_stop_is_found(call: Call, folder: Path, tmp_path: Path):
    with Running("serve", "--folder", folder) as server:
        assert server.get("/healthz") == {"status": "alive"}
    assert call("doctor", "--folder", folder).code == ExitCode.DONE
    connection = apsw.Connection(str(folder / "kezek.db"))
    connection.execute(
        "INSERT INTO event SELECT position + 1, at, real, kind, actor, line, 0, body FROM event"
        " ORDER BY position DESC LIMIT 1"
    ).fetchall()
    ((last,),) = connection.execute("SELECT max(position) FROM event").fetchall()
    connection.close()
    key = tmp_path / "log.pem"
    shutil.copy(folder / "heads" / "log.pem", key)
    verified = ("verify", "--database", folder / "kezek.db", "--key", key, "--json")
    for look in (1, 2):
        called = call("doctor", "--folder", folder, "--json")
        assert called.code == ExitCode.FOUND
        assert states(called)["log"] == "wrong"
        assert f"events {last}-{last} were added" in called.out
        called = call(*verified)
        assert called.code == ExitCode.FOUND
        assert f"events {last}-{last} were added" in called.out
        if look == 1:
            # The start finds it too, and what it found stays found.
            with Running("serve", "--folder", folder) as server:
                assert server.get("/healthz")


def test_after_a_crash_nothing_is_suspected(call: Call, folder: Path):
    with Running("serve", "--folder", folder) as server:
        assert call("doctor", "--folder", folder).code == ExitCode.DONE
        server.stop(signal.SIGKILL)
    assert call("doctor", "--folder", folder).code == ExitCode.DONE
