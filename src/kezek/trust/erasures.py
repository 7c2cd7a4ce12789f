"""The list of erasures beside the database: by it a backup made before them is restored without them.

One line of JSON an erasure, `{"erased":NUMBER,"erasure":"…128 hex digits…"}`; the hidden lines of an
export of the log say the same and are read too.  Every line carries the log's own signature.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from kezek.trust.fault import TrustFault
from kezek.trust.keyring import LOG_FILE
from kezek.trust.notary import erased
from kezek.trust.signing import KeyUnusable, PublicKey, read_signing_key

NAME = "erased.jsonl"
_LISTED = re.compile(rb'\{"erased":([0-9]{1,16}),"erasure":"([0-9a-f]{128})"\}\s*')
_HIDDEN = re.compile(
    rb'\{"hidden":\[[0-9]{1,16},([0-9]{1,16})\],"leaf":"[0-9a-f]{64}","erasure":"([0-9a-f]{128})"\}\s*'
)


class ErasureRefused(TrustFault):
    """A list of erasures cannot be believed."""


def append(folder: Path, number: int, signature: bytes) -> None:
    """Note an erasure; it is on the disk when this returns."""
    handle = os.open(folder / NAME, os.O_CREAT | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(b'{"erased":%d,"erasure":"%s"}\n' % (number, signature.hex().encode()))
        file.flush()
        os.fsync(file.fileno())


def read(paths: list[Path], keys: Path) -> dict[int, bytes]:
    """Signature by booking number of every erasure in some files, each checked with the log's key."""
    found: dict[int, bytes] = {}
    for path in paths:
        with path.open("rb") as lines:
            for line in lines:
                # What a crash has cut off was not told to anybody; an export has other lines too.
                said = _LISTED.fullmatch(line) or _HIDDEN.fullmatch(line)
                if said:
                    found[int(said[1])] = bytes.fromhex(said[2].decode())
    if not found:
        return found
    key = _log_key(keys)
    for number, signature in found.items():
        if not erased(key, number, signature):
            raise ErasureRefused(
                f"the erasure of booking {number} is not signed by the key in {keys}: name a list of "
                "this log, or put its own keys there; nothing was restored"
            )
    return found


def _log_key(keys: Path) -> PublicKey:
    try:
        return read_signing_key((keys / LOG_FILE).read_bytes()).public
    except (OSError, KeyUnusable):
        raise ErasureRefused(
            f"there are erasures to repeat, and without {keys / LOG_FILE} nobody can check them: put "
            "the keys back first; nothing was restored"
        ) from None
