"""The keys of an installation whose log has begun before anybody opened it."""

from __future__ import annotations

import os
from pathlib import Path

from kezek.crypto.keyring import LOG_FILE, open_keyring
from kezek.crypto.signing import SigningKey


def lay_keys(folder: Path, log: SigningKey | None = None) -> None:
    """Put every key into the installation's folder, and `log` as that of the log."""
    keys = folder / "keys"
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log is not None:
        (keys / LOG_FILE).touch(mode=0o600)
        (keys / LOG_FILE).write_bytes(log.pem())
    open_keyring(keys, os.urandom)
