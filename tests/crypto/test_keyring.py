from __future__ import annotations

import os
import random
import threading

import pytest

from kezek.crypto.keyring import (
    ACCEPTED_FOLDER,
    LINK_FILE,
    LOG_FILE,
    SIGNING_FILE,
    KeyringRefused,
    open_keyring,
    read_keyring,
)
from kezek.crypto.signing import make_signing_key


@pytest.fixture(name="folder")
def _folder(tmp_path):
    return tmp_path / "new" / "keys"


def test_keys_are_made_once_and_found_again(folder):
    first = open_keyring(folder, os.urandom)
    again = open_keyring(folder, os.urandom)
    assert (first.signing, first.link, first.accepted) == (
        again.signing,
        again.link,
        again.accepted,
    )
    assert first.accepted == (first.signing.public,)
    assert len(first.link) == 32


def test_nobody_else_may_read_them(folder):
    before = os.umask(0)
    try:
        open_keyring(folder, os.urandom)
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        SIGNING_FILE: 0o600,
        LINK_FILE: 0o600,
        LOG_FILE: 0o600,
    }


def test_the_keyring_shows_no_secret(folder):
    keys = open_keyring(folder, os.urandom)
    assert keys.link.hex() not in repr(keys)
    assert repr(keys.link) not in repr(keys)


def test_chance_is_handed_in(tmp_path):
    one = open_keyring(tmp_path / "a", random.Random(1).randbytes)
    same = open_keyring(tmp_path / "b", random.Random(1).randbytes)
    assert (one.signing, one.link) == (same.signing, same.link)


@pytest.mark.parametrize("name", [SIGNING_FILE, LINK_FILE, LOG_FILE])
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_file_that_others_can_read_is_refused(folder, name, mode):
    open_keyring(folder, os.urandom)
    (folder / name).chmod(mode)
    with pytest.raises(KeyringRefused, match=rf"Run: chmod 600 .*{name}") as caught:
        open_keyring(folder, os.urandom)
    assert caught.value.permanent
    (folder / name).chmod(0o600)
    open_keyring(folder, os.urandom)


def test_a_folder_that_others_can_write_is_refused(folder):
    open_keyring(folder, os.urandom)
    folder.chmod(0o770)
    with pytest.raises(KeyringRefused, match="Run: chmod go-w"):
        open_keyring(folder, os.urandom)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (SIGNING_FILE, b""),
        (SIGNING_FILE, b"-----BEGIN PRIVATE KEY-----\n"),
        (SIGNING_FILE, make_signing_key(os.urandom).public.pem()),
        (LINK_FILE, b""),
        (LINK_FILE, b"abcd\n"),
        (LINK_FILE, b"zz" * 32),
        (LINK_FILE, b"\xff" * 64),
    ],
)
def test_a_broken_file_is_refused_and_kept(folder, name, content):
    open_keyring(folder, os.urandom)
    (folder / name).write_bytes(content)
    with pytest.raises(KeyringRefused, match=name):
        open_keyring(folder, os.urandom)
    assert (folder / name).read_bytes() == content


def test_older_public_keys_stay_accepted(folder):
    own = open_keyring(folder, os.urandom).signing.public
    old = make_signing_key(os.urandom).public
    accepted = folder / ACCEPTED_FOLDER
    accepted.mkdir(mode=0o755)
    for name, key in (("2025.pem", old), ("own.pem", own)):
        (accepted / name).write_bytes(key.pem())
        (accepted / name).chmod(0o644)
    assert open_keyring(folder, os.urandom).accepted == (own, old)
    (accepted / "2025.pem").chmod(0o666)
    with pytest.raises(KeyringRefused, match=r"2025\.pem"):
        open_keyring(folder, os.urandom)


def test_a_foreign_file_among_the_accepted_is_named(folder):
    open_keyring(folder, os.urandom)
    accepted = folder / ACCEPTED_FOLDER
    accepted.mkdir(mode=0o700)
    (accepted / "x.pem").write_bytes(b"nonsense")
    with pytest.raises(KeyringRefused, match=r"x\.pem"):
        open_keyring(folder, os.urandom)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyringRefused, match="name another one") as caught:
        open_keyring(tmp_path / "file" / "keys", os.urandom)
    assert not caught.value.permanent


def test_two_that_start_at_once_agree(folder):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(open_keyring(folder, os.urandom)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({(keys.signing, keys.link) for keys in found}) == 1
    assert {path.name for path in folder.iterdir()} == {SIGNING_FILE, LINK_FILE, LOG_FILE}


@pytest.mark.parametrize("name", [SIGNING_FILE, LINK_FILE, LOG_FILE])
def test_who_only_reads_makes_no_key(folder, name):
    open_keyring(folder, os.urandom)
    assert read_keyring(folder).link
    (folder / name).unlink()
    with pytest.raises(KeyringRefused, match=f"lacks {name}"):
        read_keyring(folder)
    assert not (folder / name).exists()
