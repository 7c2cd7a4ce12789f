"""The unguessable part of a ticket page's address."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

_MAC_BYTES = 16
_NUMBER_MAX = 10**15  # keeps a link under 40 characters; 30 million years at a booking a second
# No leading nought: one number has one link.
_LINK = re.compile(r"([1-9][0-9]{0,14})-([A-Za-z0-9_-]{22})", re.ASCII)
# Names the use, so that the same secret could never vouch for anything else.
_CONTEXT = b"kezek ticket link 1\0"


class TicketLinks:
    """Makes and reads links under one secret of at least 32 bytes.

    A link is the booking number and a MAC of it, so that nothing needs to be stored to know a link
    again, and all links can be withdrawn by a new secret.
    """

    def __init__(self, secret: bytes) -> None:
        assert len(secret) >= 32, "a secret shorter than its hash weakens it"
        self._begun = hmac.new(secret, _CONTEXT, hashlib.sha256)

    def make(self, number: int) -> str:
        """The link of a booking: at most 38 characters, letters, digits, - and _ only."""
        assert 0 < number < _NUMBER_MAX, "a booking number"
        return f"{number}-{self._mac(str(number))}"

    def read(self, text: str) -> int | None:
        """The booking number of a link that `make` has made, or None."""
        found = _LINK.fullmatch(text)
        if found is None or not hmac.compare_digest(self._mac(found[1]), found[2]):
            return None
        return int(found[1])

    def _mac(self, number: str) -> str:
        # A copy, not hmac.digest(): that one gives the interpreter to other threads for a text this
        # short, and beside a busy writer it comes back a hundred times later than it was done.
        made = self._begun.copy()
        made.update(number.encode())
        return base64.urlsafe_b64encode(made.digest()[:_MAC_BYTES]).rstrip(b"=").decode()
