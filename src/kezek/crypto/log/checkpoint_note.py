"""Heads as signed notes: C2SP's signed-note, tlog-checkpoint and tlog-cosignature, with Ed25519.

A checkpoint's text is its origin, the tree's size and the root, one a line; we add one line that the
format leaves to us, `head NUMBER TIME`, so that no head can be left out or dated back.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from kezek.crypto.fault import TrustFault
from kezek.crypto.signing import PublicKey, SigningKey
from kezek.domain.kernel.instant import SECOND, Instant, from_datetime, to_datetime
from kezek.domain.log.head import Head
from kezek.domain.log.merkle import HASH_BYTES

ED25519, COSIGNATURE = 0x01, 0x04
NOTE_LENGTH_MAX = 16_384
_LINES_MAX = 32
_KEY_ID_BYTES = 4
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_NUMBER = r"(0|[1-9][0-9]{0,15})"
_TEXT = re.compile(
    rf"([^\n]+)\n{_NUMBER}\n([A-Za-z0-9+/]{{43}}=)\nhead {_NUMBER} ([0-9TZ:-]{{20}})\n", re.ASCII
)
_SIGNATURE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})\n")
_VKEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")


class NoteRefused(TrustFault):
    """A note is not what it must be, or not signed by whom it must be."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note's text."""

    name: str
    key_id: bytes
    signed: bytes

    @property
    def line(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.signed).decode()}\n"


@dataclass(frozen=True, slots=True)
class Witness:
    """Somebody whose word about heads counts: a name and a key, as in a `vkey` of type 4."""

    name: str
    key: PublicKey

    @property
    def vkey(self) -> str:
        return _vkey(self.name, COSIGNATURE, self.key)


def origin_of(issuer: str) -> str:
    """An origin, which is also the log's key name: the issuer's address without its scheme."""
    bare = issuer.partition("://")[2] or issuer
    return "".join("-" if c == "+" or c.isspace() or _control(c) else c for c in bare) or "kezek"


def _control(c: str) -> bool:
    return unicodedata.category(c).startswith("C")


def checkpoint(origin: str, head: Head) -> str:
    """The text that is signed."""
    time = to_datetime(head.at).strftime(_TIME)
    root = base64.b64encode(head.root).decode()
    return f"{origin}\n{head.size}\n{root}\nhead {head.number} {time}\n"


def sign(origin: str, head: Head, key: SigningKey) -> str:
    """The whole note, with the log's signature."""
    text = checkpoint(origin, head)
    signature = Signature(origin, key_id(origin, ED25519, key.public), key.sign(text.encode()))
    return f"{text}\n{signature.line}"


def read(note: str, key: PublicKey) -> tuple[str, Head]:
    """Origin and head of a note that the log has signed; raises NoteRefused."""
    text, signatures = parts(note)
    origin, head = _head(text)
    wanted = key_id(origin, ED25519, key)
    own = [s for s in signatures if s.name == origin and s.key_id == wanted]
    if not own:
        raise NoteRefused("The head is not signed by this log's key.")
    if not all(key.verifies(text.encode(), s.signed) for s in own):
        raise NoteRefused("The signature under the head does not fit it.")
    return origin, head


def claimed(note: str) -> Head:
    """What a note says, whoever signed it; raises NoteRefused."""
    return _head(parts(note)[0])[1]


def parts(note: str) -> tuple[str, list[Signature]]:
    """A note's text and the lines below it; raises NoteRefused."""
    text, gap, below = note.rpartition("\n\n")
    lines = below.splitlines(keepends=True)
    if not gap or not lines or len(note) > NOTE_LENGTH_MAX or len(lines) > _LINES_MAX:
        raise NoteRefused("This is not a signed note.")
    return text + "\n", [_signature(line) for line in lines]


def cosign(text: str, witness: str, key: SigningKey, at: Instant) -> str:
    """A witness's line under a checkpoint."""
    seconds = at // SECOND
    signed = seconds.to_bytes(8, "big") + key.sign(_cosigned(text, seconds))
    return Signature(witness, key_id(witness, COSIGNATURE, key.public), signed).line


def cosigned_by(text: str, signature: Signature, witness: Witness) -> bool:
    """Whether a line below a checkpoint is a good one of this witness."""
    if signature.name != witness.name or len(signature.signed) != 72:
        return False
    if signature.key_id != key_id(witness.name, COSIGNATURE, witness.key):
        return False
    seconds = int.from_bytes(signature.signed[:8], "big")
    return witness.key.verifies(_cosigned(text, seconds), signature.signed[8:])


def key_id(name: str, kind: int, key: PublicKey) -> bytes:
    """Four bytes that tell keys of one name apart."""
    whole = name.encode() + b"\n" + bytes([kind]) + key.raw
    return hashlib.sha256(whole).digest()[:_KEY_ID_BYTES]


def log_vkey(origin: str, key: PublicKey) -> str:
    """The log's key as other programs for signed notes take it."""
    return _vkey(origin, ED25519, key)


def read_witness(vkey: str) -> Witness:
    """The witness of a `vkey` line; raises NoteRefused."""
    found = _VKEY.fullmatch(vkey.strip())
    material = _unpacked(found[3]) if found else b""
    if found is None or len(material) != 33 or material[0] != COSIGNATURE:
        raise NoteRefused("This is not the vkey of a witness with an Ed25519 key (type 4).")
    witness = Witness(found[1], PublicKey(material[1:]))
    if key_id(witness.name, COSIGNATURE, witness.key).hex() != found[2]:
        raise NoteRefused("The vkey contradicts itself: its key is not the one that its id names.")
    return witness


def _vkey(name: str, kind: int, key: PublicKey) -> str:
    packed = base64.b64encode(bytes([kind]) + key.raw).decode()
    return f"{name}+{key_id(name, kind, key).hex()}+{packed}"


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _head(text: str) -> tuple[str, Head]:
    found = _TEXT.fullmatch(text)
    if found is None:
        raise NoteRefused("The note is not a head of a log of this kind.")
    try:
        at = from_datetime(datetime.strptime(found[5], _TIME).replace(tzinfo=UTC))
    except ValueError as error:
        raise NoteRefused("The note names no time that exists.") from error
    root = _unpacked(found[3])
    if len(root) != HASH_BYTES:
        raise NoteRefused("The note's root is no hash.")
    return found[1], Head(number=int(found[4]), size=int(found[2]), root=root, at=at)


def _signature(line: str) -> Signature:
    found = _SIGNATURE.fullmatch(line)
    packed = _unpacked(found[2]) if found else b""
    if found is None or len(packed) <= _KEY_ID_BYTES:
        raise NoteRefused("A line below the note is no signature.")
    return Signature(found[1], packed[:_KEY_ID_BYTES], packed[_KEY_ID_BYTES:])


def _unpacked(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
