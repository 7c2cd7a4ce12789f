"""The folder of key files: opened, or made on first use, and refused when others could read it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from kezek.crypto.fault import TrustFault
from kezek.crypto.signing import (
    KeyUnusable,
    PublicKey,
    SigningKey,
    make_signing_key,
    read_public_key,
    read_signing_key,
)

K = TypeVar("K")

SIGNING_FILE = "ticket-signing.pem"
LINK_FILE = "ticket-link.key"
LOG_FILE = "log-signing.pem"
METRICS_FILE = "metrics.token"  # what other machines show to read the metrics, if there is one
ACCEPTED_FOLDER = (
    "accepted"  # public keys (*.pem) whose tickets are honoured too, older ones mostly
)

_LINK_BYTES = 32
_SIZE_MAX = 16_384  # bytes; a key file has about 120
_OTHERS = 0o077  # any right of group or world
_OTHERS_WRITE = 0o022


class KeyringRefused(TrustFault):
    """A key file or its folder cannot be used as it is; the sentence says what to do."""


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """All keys of an installation.  `accepted` holds the own public key first.

    Heads of the log are signed with a key of their own, `log`: who has that of tickets cannot rewrite
    history.
    """

    signing: SigningKey
    log: SigningKey
    link: bytes
    accepted: tuple[PublicKey, ...]


def open_keyring(folder: Path, chance: Callable[[int], bytes]) -> Keyring:
    """The keys of a new installation; missing ones are made with `chance`.  Files get mode 0600.

    Raises KeyringRefused like `read_keyring`.  Two processes that start at once end up with the same
    keys.
    """
    makers: dict[str, Callable[[], bytes]] = {
        SIGNING_FILE: lambda: make_signing_key(chance).pem(),
        LOG_FILE: lambda: make_signing_key(chance).pem(),
        LINK_FILE: lambda: chance(_LINK_BYTES).hex().encode() + b"\n",
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_if_open(folder, folder.stat().st_mode, _OTHERS_WRITE, "chmod go-w")
        for name in missing_keys(folder):
            _write_once(folder / name, makers[name]())
    except OSError as error:
        raise _unreachable(folder, error) from error
    return read_keyring(folder)


def missing_keys(folder: Path) -> list[str]:
    """Names of the key files that are not there; KeyringRefused when nobody may look."""
    names = (SIGNING_FILE, LOG_FILE, LINK_FILE)
    try:
        return [name for name in names if not (folder / name).exists()]
    except OSError as error:
        raise _unreachable(folder, error) from error


def read_keyring(folder: Path) -> Keyring:
    """The keys of an installation that has begun; none is ever made.

    Raises KeyringRefused when a key is missing, when others may read a secret or replace a key, or when
    a file is not what its name says.
    """
    missing = missing_keys(folder)
    if missing:
        raise KeyringRefused(
            f"{folder} lacks {', '.join(missing)}, and what was made with a key needs that key. "
            "Put the folder of keys back from its copy."
        )
    try:
        _refuse_if_open(folder, folder.stat().st_mode, _OTHERS_WRITE, "chmod go-w")
        pem, log, link = (_secret(folder / name) for name in (SIGNING_FILE, LOG_FILE, LINK_FILE))
        others = _accepted(folder / ACCEPTED_FOLDER)
    except OSError as error:
        raise _unreachable(folder, error) from error
    signing = _read(folder / SIGNING_FILE, pem, read_signing_key)
    own = signing.public
    return Keyring(
        signing=signing,
        log=_read(folder / LOG_FILE, log, read_signing_key),
        link=_read(folder / LINK_FILE, link, _link_secret),
        accepted=(own, *(key for key in others if key != own)),
    )


def read_token(folder: Path) -> bytes | None:
    """What opens the metrics to other machines, None where there is no such file.

    Raises KeyringRefused when others may read it.
    """
    path = folder / METRICS_FILE
    try:
        return _secret(path).strip() if path.exists() else None
    except OSError as error:
        raise _unreachable(folder, error) from error


def _unreachable(folder: Path, error: OSError) -> KeyringRefused:
    return KeyringRefused(
        f"The keys in {folder} cannot be read or made: {error}. "
        "Make the folder writable for the user that runs Kezek, or name another one.",
        permanent=False,
    )


def _secret(path: Path) -> bytes:
    # Opened before it is looked at, so that what is judged is what is read.
    with path.open("rb") as file:
        _refuse_if_open(path, os.fstat(file.fileno()).st_mode, _OTHERS, "chmod 600")
        return file.read(_SIZE_MAX)


def _write_once(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and never over one that another process has just made."""
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # a key that signed a ticket must be there after a power cut
    finally:
        os.close(folder)


def _accepted(folder: Path) -> tuple[PublicKey, ...]:
    """Public keys may be read by all, but whoever can write one can make tickets."""
    if not folder.is_dir():
        return ()
    _refuse_if_open(folder, folder.stat().st_mode, _OTHERS_WRITE, "chmod go-w")
    keys = []
    for path in sorted(folder.glob("*.pem")):
        with path.open("rb") as file:
            _refuse_if_open(path, os.fstat(file.fileno()).st_mode, _OTHERS_WRITE, "chmod go-w")
            pem = file.read(_SIZE_MAX)
        keys.append(_read(path, pem, read_public_key))
    return tuple(keys)


def _refuse_if_open(path: Path, mode: int, rights: int, remedy: str) -> None:
    if mode & rights:
        raise KeyringRefused(
            f"{path} has mode {mode & 0o777:04o}, so that other users can read or replace a key. "
            f"Run: {remedy} {path}"
        )


def _link_secret(text: bytes) -> bytes:
    try:
        secret = bytes.fromhex(text.decode("ascii").strip())
    except ValueError as error:
        raise KeyUnusable("This is not a key in hexadecimal digits.") from error
    if len(secret) < _LINK_BYTES:
        raise KeyUnusable(f"The key is shorter than {_LINK_BYTES} bytes.")
    return secret


def _read(path: Path, content: bytes, read: Callable[[bytes], K]) -> K:
    """What `read` makes of a file's content; its refusal names the file and the way out."""
    try:
        return read(content)
    except KeyUnusable as error:
        raise KeyringRefused(
            f"{path} cannot be used. {error} Put the right file back from the copy of the folder."
        ) from error
