"""Forms answer only to pages of ours: a token made from two cookies that another site cannot read.

The token needs no secret of the server's, so it survives a restart, and no script, so it works in
every browser.  It is bound to the session: after signing in or out, older pages are refused.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

FIELD = "_csrf_token"
SEED_COOKIE = "kezek_form"
SEED_BYTES = 16
_NONCE = 16  # hexadecimal digits: the token differs on each page, so compression betrays nothing


def make_token(seed: str, session: str, nonce: str) -> str:
    """A token for one page."""
    assert len(nonce) == _NONCE, "a nonce has sixteen digits"
    return nonce + _mac(seed, session, nonce)


def fits(token: str, seed: str, session: str) -> bool:
    """Whether the token was made for these cookies."""
    nonce, mac = token[:_NONCE], token[_NONCE:]
    expected = _mac(seed, session, nonce)
    return bool(seed) and hmac.compare_digest(expected.encode(), mac.encode())


def foreign(fetch_site: str | None) -> bool:
    """Whether the browser says that another site sent the form; old browsers say nothing."""
    return fetch_site is not None and fetch_site not in ("same-origin", "none")


def _mac(seed: str, session: str, nonce: str) -> str:
    key = f"kezek form 1\0{seed}\0{session}".encode()
    return hmac.digest(key, nonce.encode(), sha256).hex()[:32]
