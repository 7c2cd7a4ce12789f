"""An event as a leaf: a salted commitment to its canonical bytes.

leaf = SHA-256(0x00 ‖ SHA-256(salt ‖ canonical bytes)).  Each event's salt is made of its booking's
secret and its position.  With the salt anybody can check the event.  Without it a leaf reveals nothing,
not even to somebody who tries every booking number.  So erasing one short secret hides all leaves of a
booking and leaves the tree unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from typing import TypeAlias

from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.value import value

SECRET_BYTES = 16
SALT_BYTES = 16


@value(frozen=True, slots=True)
class Salt:
    """The secret of a booking's leaves; number 0 is for events without a booking.

    An erased secret is replaced by the log's signature over the erasure, so that nobody else can erase.
    """

    number: int
    secret: bytes

    @property
    def key(self) -> int:
        return self.number

    @property
    def erased(self) -> bool:
        return len(self.secret) != SECRET_BYTES


@lru_cache(maxsize=65_536)
def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


Columns: TypeAlias = tuple[int, int, int, str, str, str, int, str]


def canonical(columns: Columns) -> bytes:
    """The bytes of an event that are hashed, from its columns in order: a JSON array without spaces,
    with the body as the desk wrote it.
    """
    position, at, real, kind, actor, line, number, body = columns
    return (
        f"[{position},{at},{real},{_quoted(kind)},{_quoted(actor)},{_quoted(line)},{number},{body}]"
    ).encode()


def text_of(event: Logged) -> bytes:
    """The canonical bytes of a logged event."""
    return canonical(_columns(event))


_columns: Callable[[Logged], Columns] = attrgetter(*Logged.__slots__)


def salt_of(secret: bytes, position: int) -> bytes:
    """The salt of one event; it reveals no other event's salt."""
    return sha256(secret + position.to_bytes(8, "big")).digest()[:SALT_BYTES]


def leaf_of(salt: bytes, text: bytes) -> bytes:
    return sha256(b"\x00" + sha256(salt + text).digest()).digest()
