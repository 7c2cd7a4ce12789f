"""The unguessable part of a ticket page's address."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable

_MAC_BYTES = 16
_NUMBER_MAX = 10**15  # keeps a link under 40 characters; 30 million years at a booking a second
# No leading nought: one number has one link.
_LINK = re.compile(r"([1-9][0-9]{0,14})-([A-Za-z0-9_-]{22})", re.ASCII)
# Names the use, so that the same secret could never vouch for anything else.
_CONTEXT = b"kezek ticket link 1\0"


class TicketLinks:
    """Makes and reads links under one secret of at least 32 bytes.

    A link is the booking number and a MAC of it and of the booking's salt: a number that was given out
    again, in a database that lost its first booking, has another link.  All links can be withdrawn by a
    new secret.
    """

    def __init__(self, secret: bytes) -> None:
        assert len(secret) >= 32, "a secret shorter than its hash weakens it"
        self._begun = hmac.new(secret, _CONTEXT, hashlib.sha256)

    def make(self, number: int, salt: str = "") -> str:
        """The link of a booking: at most 38 characters, letters, digits, - and _ only."""
        assert 0 < number < _NUMBER_MAX, "a booking number"
        return f"{number}-{self._mac(number, salt)}"

    def read(self, text: str, salt_of: Callable[[int], str | None] = lambda _: "") -> int | None:
        """The booking number of a link that `make` has made for the salt that the number has now, or
        None.  `salt_of` answers None for a number without a booking.
        """
        found = _LINK.fullmatch(text)
        salt = salt_of(int(found[1])) if found else None
        if found is None or salt is None:
            return None
        number = int(found[1])
        return number if hmac.compare_digest(self._mac(number, salt), found[2]) else None

    def _mac(self, number: int, salt: str) -> str:
        # A copy, not hmac.digest(): that one gives the interpreter to other threads for a text this
        # short, and beside a busy writer it comes back a hundred times later than it was done.
        made = self._begun.copy()
        # Without a salt the number alone, as in every link of the releases before.
        made.update(f"{number} {salt}".encode() if salt else b"%d" % number)
        return base64.urlsafe_b64encode(made.digest()[:_MAC_BYTES]).rstrip(b"=").decode()
