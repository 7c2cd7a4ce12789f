"""Secrets that are shown once and kept only as a digest: API keys, session tokens, one-time links.

They are 32 random bytes, so a plain SHA-256 is enough: there is nothing to guess, and a slow hash would
only cost every request of a program its speed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Chance: TypeAlias = Callable[[int], bytes]

_SECRET_BYTES = 32
_ID_BYTES = 6


@dataclass(frozen=True, slots=True, repr=False)
class SecretToken:
    """A session's or a one-time link's secret.  `text` is shown once; `digest` is what is stored."""

    text: str
    digest: str


@dataclass(frozen=True, slots=True, repr=False)
class ApiKeySecret:
    """A program's secret: `id` is public and finds the row, `text` is shown once, `digest` is stored."""

    id: str
    text: str
    digest: str


def make_token(chance: Chance) -> SecretToken:
    """43 characters of base64url."""
    text = _random_text(chance)
    return SecretToken(text, digest_of(text))


def make_api_key(chance: Chance) -> ApiKeySecret:
    """`kzk_<id>_<secret>`: the prefix lets scanners of leaked secrets recognise it; 60 characters."""
    key_id = chance(_ID_BYTES).hex()
    text = f"kzk_{key_id}_{_random_text(chance)}"
    return ApiKeySecret(key_id, text, digest_of(text))


def digest_of(text: str) -> str:
    """SHA-256 in 64 hex digits; the only form in which a secret is stored."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _random_text(chance: Chance) -> str:
    return base64.urlsafe_b64encode(chance(_SECRET_BYTES)).rstrip(b"=").decode()
