"""Signs heads with the log's own key, and knows the witnesses whose word about them is kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kezek.crypto.keyring import KeyringRefused
from kezek.crypto.log import checkpoint_note
from kezek.crypto.log.checkpoint_note import NoteRefused, Witness
from kezek.crypto.log.published import claimed_or_none
from kezek.crypto.signing import PublicKey, SigningKey
from kezek.domain.log.head import Cosignature, Head

WITNESS_FOLDER = "witnesses"  # vkeys (*.vkey), one in a file


class LogNotary:
    """Implements `app.log.ledger.HeadSigner` for the log of one origin."""

    def __init__(self, key: SigningKey, witnesses: Sequence[Witness] = ()) -> None:
        self._key, self._witnesses = key, tuple(witnesses)

    def sign(self, origin: str, head: Head) -> str:
        return checkpoint_note.sign(origin, head, self._key)

    def read(self, note: str) -> Head | None:
        try:
            return checkpoint_note.read(note, self._key.public)[1]
        except NoteRefused:
            return None

    def claimed(self, note: str) -> Head | None:
        return claimed_or_none(note)

    def witnessed(self, note: str) -> tuple[Cosignature, ...]:
        try:
            _, head = checkpoint_note.read(note, self._key.public)
            text, signatures = checkpoint_note.parts(note)
        except NoteRefused:
            return ()
        return tuple(
            Cosignature(head.number, witness.name, signature.line)
            for signature in signatures
            for witness in self._witnesses
            if checkpoint_note.cosigned_by(text, signature, witness)
        )

    def erase(self, number: int) -> bytes:
        return self._key.sign(_erasure(number))

    def public_key(self, origin: str) -> tuple[str, str]:
        key = self._key.public
        return key.pem().decode(), checkpoint_note.log_vkey(origin, key)


def erased(key: PublicKey, number: int, signature: bytes) -> bool:
    """Whether the log itself has erased a booking's salt."""
    return key.verifies(_erasure(number), signature)


def _erasure(number: int) -> bytes:
    # No note's text begins like this: an origin holds no space.
    return b"kezek salt erased 1\n%d\n" % number


def open_witnesses(folder: Path) -> list[Witness]:
    """The witnesses of a keyring's folder; raises KeyringRefused."""
    found: list[Witness] = []
    for path in sorted((folder / WITNESS_FOLDER).glob("*.vkey")):
        try:
            found.append(checkpoint_note.read_witness(path.read_text(encoding="utf-8")))
        except (NoteRefused, OSError, UnicodeDecodeError) as error:
            raise KeyringRefused(
                f"{path} cannot be used. {error} Put the right file there, or remove it."
            ) from error
    return found


class LogKey:
    """Implements `app.log.audit.Reads`: all that an outside verifier has of the log's key."""

    def __init__(self, key: PublicKey) -> None:
        self._key = key

    def head(self, note: str) -> tuple[str, Head]:
        return checkpoint_note.read(note, self._key)

    def erased(self, number: int, signature: bytes) -> bool:
        return erased(self._key, number, signature)
