"""The list of erasures beside the database: by it a backup made before them is restored without them.

One line of JSON an erasure, `{"erased":NUMBER,"erasure":"…128 hex digits…"}`; the hidden lines of an
export of the log say the same and are read too.  Every line carries the log's own signature.  A line
that a crash or somebody's hand has cut is never passed over: an erasure that was told would be lost.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from kezek.crypto.fault import TrustFault
from kezek.crypto.keyring import LOG_FILE
from kezek.crypto.log.head_signer import erased
from kezek.crypto.signing import KeyUnusable, PublicKey, read_signing_key

NAME = "erased.jsonl"
_LISTED = re.compile(rb'\{"erased":([0-9]{1,16}),"erasure":"([0-9a-f]{128})"\}\s*')
_HIDDEN = re.compile(
    rb'\{"hidden":\[[0-9]{1,16},([0-9]{1,16})\],"leaf":"[0-9a-f]{64}","erasure":"([0-9a-f]{128})"\}\s*'
)

# A number counts only when its end is there.
_BEGUN = re.compile(rb'\{"erased":([0-9]{1,16}),|\{"hidden":\[[0-9]{1,16},([0-9]{1,16})\]')


class ErasureRefused(TrustFault):
    """A list of erasures cannot be believed."""


def complete(folder: Path, erasures: Mapping[int, bytes]) -> None:
    """Note every erasure that the list lacks, signature by booking number; on the disk at the end.

    All that the database has is held against it: so the next erasure mends what a list has lost.
    """
    path = folder / NAME
    listed = _found(path) if path.exists() else _Found({}, [])
    lines = [
        b'{"erased":%d,"erasure":"%s"}\n' % (number, signature.hex().encode())
        for number, signature in sorted(erasures.items())
        if listed.erasures.get(number) != signature
    ]
    if lines:
        append_lines(path, lines)


def append_lines(path: Path, lines: Sequence[bytes]) -> None:
    """Lines behind those of a list, for its owner alone; a line that was cut off is not written on."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "r+b") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - 1))
        fresh = b"" if file.read(1) in (b"", b"\n") else b"\n"
        file.seek(end)
        file.write(fresh + b"".join(lines))
        file.flush()
        os.fsync(file.fileno())


def read(paths: list[Path], keys: Path) -> dict[int, bytes]:
    """Signature by booking number of every erasure in some files, each checked with the log's key.

    ErasureRefused when a line cannot be read and the number that it begins with stands nowhere else.
    """
    found: dict[int, bytes] = {}
    unread: list[tuple[Path, int, int]] = []
    for path in paths:
        seen = _found(path)
        found |= seen.erasures
        unread += [(path, line, number) for line, number in seen.unread]
    for path, line, number in unread:
        if number not in found:
            of = f" (it begins with booking {number})" if number else ""
            raise ErasureRefused(
                f"line {line} of {path} cannot be read{of}, so an erasure would be lost: put the line "
                "right from a copy of the list or name another list with --erased; or take the line "
                "out, restore, and erase that booking again with `kezek log erase`; nothing was restored"
            )
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


def listed(folder: Path, key: PublicKey) -> list[int]:
    """Booking numbers of the erasures on the list beside the database that the log's key has signed."""
    path = folder / NAME
    if not path.exists():
        return []
    return [n for n, signature in _found(path).erasures.items() if erased(key, n, signature)]


class _Found(NamedTuple):
    """What a file says, and its lines that say nothing: their place and the number they begin with."""

    erasures: dict[int, bytes]
    unread: list[tuple[int, int]]


def _found(path: Path) -> _Found:
    found = _Found({}, [])
    with path.open("rb") as lines:
        for place, line in enumerate(lines, 1):
            said = _LISTED.fullmatch(line) or _HIDDEN.fullmatch(line)
            if said:
                found.erasures[int(said[1])] = bytes.fromhex(said[2].decode())
            elif not _foreign(line):
                begun = _BEGUN.match(line)
                found.unread.append((place, int(begun[1]) if begun else 0))
    return found


def _foreign(line: bytes) -> bool:
    """Whether a line is whole and of another kind: an export has heads and events too."""
    if not line.strip():
        return True
    try:
        read = json.loads(line)
    except ValueError:
        return False
    return isinstance(read, dict) and not {"erased", "hidden"} & read.keys()


def _log_key(keys: Path) -> PublicKey:
    try:
        return read_signing_key((keys / LOG_FILE).read_bytes()).public
    except (OSError, KeyUnusable):
        raise ErasureRefused(
            f"there are erasures to repeat, and without {keys / LOG_FILE} nobody can check them: put "
            "the keys back first; nothing was restored"
        ) from None
