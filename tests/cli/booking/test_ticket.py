from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from kezek.bootstrap import close_application, open_application
from kezek.cli.frame.exit_code import ExitCode
from kezek.crypto.keyring import open_keyring
from kezek.crypto.ticket.base45 import decode, encode
from kezek.crypto.ticket.ticket_token import PREFIX
from kezek.domain.kernel.keyboard import Layout
from kezek.settings import Settings
from tests.cli.booking.test_book import TOMORROW, TRUCK
from tests.cli.conftest import Call
from tests.typist import Way, typed


@pytest.fixture
def qr(call: Call, folder: Path) -> str:
    """The QR text of a booking of the day after tomorrow; the database is gone afterwards."""
    call("book", "kz_syrym", TOMORROW, *TRUCK, "--folder", folder)
    application = open_application(Settings(folder=folder))
    try:
        view = application.tickets.view(1, application.now())
        assert view is not None
        text = application.papers.qr_text(view)
        (folder / "gate.pem").write_bytes(application.papers.public_keys()[0])
    finally:
        close_application(application)
    for path in folder.glob("kezek.db*"):
        path.unlink()
    return text


def test_a_genuine_ticket_is_told_without_a_database(call: Call, folder: Path, qr: str):
    answer = call("ticket", "verify", qr, "--folder", folder, "--json").answer
    assert answer["verdict"] == "genuine"
    assert answer["ticket"]["number"] == 1
    assert answer["ticket"]["line"] == "kz_syrym.exit"
    assert "123" not in str(answer["ticket"]["plate_tail"]), "never the whole plate"
    assert not list(folder.glob("kezek.db*"))


def test_text_file_and_standard_input_are_the_same(
    call: Call, folder: Path, qr: str, tmp_path: Path
):
    file = tmp_path / "ticket.txt"
    file.write_text(qr + "\n", encoding="utf-8")
    wrapped = "\n".join(qr[at : at + 60] for at in range(0, len(qr), 60))
    folded = f" {qr.lower()} \n".replace(" ", "  ")
    for asked, given in ((qr, None), (file, None), ("-", folded), ("-", wrapped)):
        called = call("ticket", "verify", asked, "--folder", folder, given=given)
        assert called.code == ExitCode.DONE, called.err
        assert called.out.startswith("GENUINE")


def test_what_a_scanner_typed_on_a_russian_keyboard_is_genuine(call: Call, folder: Path, qr: str):
    for way in (Way.PLAIN, Way.SMALL, Way.CAPS):
        called = call("ticket", "verify", typed(qr, Layout.RUSSIAN, way), "--folder", folder)
        assert called.code == ExitCode.DONE, called.err


def test_a_gate_needs_the_public_key_and_nothing_else(
    call: Call, folder: Path, qr: str, tmp_path: Path
):
    pem = shutil.copy(folder / "gate.pem", tmp_path / "gate.pem")
    shutil.rmtree(folder)
    assert call("ticket", "verify", qr, "--key", pem).code == ExitCode.DONE
    other = tmp_path / "other.pem"
    other.write_bytes(open_keyring(tmp_path / "foreign", os.urandom).signing.public.pem())
    called = call("ticket", "verify", qr, "--key", other, "--json")
    assert called.code == ExitCode.FALSE
    assert called.document["answer"]["reason"] == "unknown_key"
    assert call("ticket", "verify", qr, "--key", other, "--key", pem).code == ExitCode.DONE


def test_every_flipped_bit_is_seen(call: Call, folder: Path, qr: str):
    raw = decode(qr.removeprefix(PREFIX))
    for place in range(0, len(raw), 7):
        flipped = bytearray(raw)
        flipped[place] ^= 1 << place % 8
        called = call(
            "ticket", "verify", PREFIX + encode(bytes(flipped)), "--folder", folder, "--json"
        )
        assert called.code == ExitCode.FALSE, f"bit {place % 8} of byte {place}"
        assert called.document["answer"]["ticket"] is None


def test_an_expired_ticket_is_told_from_a_false_one(call: Call, folder: Path, qr: str):
    late = ("--at", "2099-01-01T00:00+00:00")
    called = call("ticket", "verify", qr, "--folder", folder, "--json", *late)
    assert called.code == ExitCode.EXPIRED
    assert called.document["answer"]["verdict"] == "expired"
    assert called.document["answer"]["ticket"]["number"] == 1
    assert called.document["answer"]["as_of"] == "2099-01-01T00:00:00+00:00"
    told = call("ticket", "verify", qr, "--folder", folder, *late).out
    assert "Judged as of 2099-01-01T00:00:00+00:00." in told
    assert "--at" in told, "what to do where the machine's clock is not the ticket's"


@pytest.mark.parametrize("text", ["", "KZK1:", "hello", "KZK1:" + "A" * 2_000, "\x00", "Қ" * 300])
def test_what_is_no_ticket_is_false(call: Call, folder: Path, text: str):
    called = call("ticket", "verify", "--folder", folder, "--json", "--", text)
    assert called.code == ExitCode.FALSE
    answer = called.document["answer"]
    assert (answer["verdict"], answer["reason"], answer["ticket"]) == ("false", "malformed", None)


def test_without_keys_nothing_is_judged(call: Call, tmp_path: Path):
    called = call("ticket", "verify", "KZK1:X", "--folder", tmp_path / "none", "--json")
    assert called.code == ExitCode.WORLD
    assert called.document["problem"]["code"] == "no_keys"
    assert not (tmp_path / "none").exists(), "looking makes no keys"


def test_a_key_that_is_none_is_named(call: Call, tmp_path: Path):
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no key", encoding="utf-8")
    called = call("ticket", "verify", "KZK1:X", "--key", wrong, "--json")
    assert called.code == ExitCode.WORLD
    assert called.document["problem"]["code"] == "key_unusable"


def test_a_moment_without_an_offset_is_refused(call: Call, folder: Path):
    called = call("ticket", "verify", "X", "--folder", folder, "--at", "2026-06-13")
    assert called.code == ExitCode.USAGE
