"""The manifest of a backup: its files with hashes, its origin, and its fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from kezek.app.installation.fingerprint import Fingerprint
from kezek.domain.kernel.instant import Instant

FORM = 1


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the backup."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`made_at` is real time; `store` is the kind of database that was backed up; `sha256` is that of
    all the rest, so that no part of the manifest itself can be damaged unseen.
    """

    form: int
    kezek: str
    schema: str
    store: str
    made_at: Instant
    files: Mapping[str, File]
    fingerprint: Fingerprint
    sha256: str = ""

    def digest(self) -> str:
        """The correct value of `sha256`."""
        return sha256(encoded(msgspec.structs.replace(self, sha256=""))).hexdigest()


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of a restore; `erased` bookings had their salt erased after the backup was made.

    `published` is the size of the log under the newest known head, 0 for none, and `events` the size of
    the log in the backup.  `withdrawn` counts the withdrawals since the backup, by kind.
    """

    manifest: Manifest
    fingerprint: Fingerprint
    erased: int
    published: int
    withdrawn: Mapping[str, int]
    events: int


def encoded(manifest: Manifest) -> bytes:
    """As JSON, always the same."""
    return msgspec.json.encode(manifest, order="deterministic")
