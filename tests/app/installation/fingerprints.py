"""The fingerprint of a whole store."""

from __future__ import annotations

from kezek.app.installation.fingerprint import Fingerprint, fingerprint_of
from kezek.app.installation.snapshot import Unwatched, Whole


def fingerprint(store: Whole) -> Fingerprint:
    with store.snapshot() as snapshot:
        return fingerprint_of(snapshot, Unwatched())
