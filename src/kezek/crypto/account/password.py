"""How a password is kept and recognised: Argon2id (RFC 9106), slow on purpose."""

from __future__ import annotations

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from kezek.crypto.fault import TrustFault

LENGTH_MAX: Final = 256  # bytes of UTF-8; more is an attempt to keep the processor busy

# Above the least that OWASP asks for (19 MiB, 2 passes); no more than 32 MiB, because the whole server
# keeps within 300.  It lets two be hashed at once and no more (`app/account/access.py`), however many
# people sign in.  About 60 ms on the project's machine.
_HASHER = PasswordHasher(
    time_cost=3, memory_cost=32_768, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
# The hash of 32 random bytes that nobody kept.  It is verified when the account is unknown, so that the
# answer takes as long.
_NOBODY = (
    "$argon2id$v=19$m=32768,t=3,p=1"
    "$YSBzYWx0IG9mIG5vYm9keQ$u+9pFkvljxiJxGko0J7eC5l1c99mrFHsOJc5BvlDVnU"
)


class PasswordTooLong(TrustFault):
    """A password has at most 256 bytes."""


def hash_password(text: str) -> str:
    """The text to store, with its own salt and parameters; raises PasswordTooLong."""
    password = _bytes(text)
    if password is None:
        raise PasswordTooLong(f"A password has at most {LENGTH_MAX} bytes.")
    return _HASHER.hash(password)


def verify_password(stored: str | None, text: str) -> bool:
    """Whether the password belongs to the stored hash; None, for an unknown account, takes as long.

    A stored text that is no hash answers False: nobody can sign in with it.
    """
    password = _bytes(text)
    try:
        _HASHER.verify(stored if stored is not None else _NOBODY, password or b"")
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None and password is not None


def _bytes(text: str) -> bytes | None:
    """One spelling for what keyboards write in several ways (NFC, as RFC 8265); None when too long."""
    if len(text) > LENGTH_MAX:
        return None
    password = unicodedata.normalize("NFC", text).encode(errors="surrogatepass")
    return password if len(password) <= LENGTH_MAX else None
