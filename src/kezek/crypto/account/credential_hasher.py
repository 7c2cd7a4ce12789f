"""Passwords, tokens and keys of the installation; implements `app.account.access.CredentialHasher`."""

from __future__ import annotations

from collections.abc import Callable

from kezek.crypto.account.guess import estimate_guesses
from kezek.crypto.account.password import hash_password, verify_password
from kezek.crypto.account.secret import digest_of, make_api_key, make_token
from kezek.domain.account.password import GuessEstimator


class SystemLocks:
    """Secrets made from the chance that is handed in."""

    def __init__(self, chance: Callable[[int], bytes]) -> None:
        self._chance = chance

    @property
    def estimate(self) -> GuessEstimator:
        return estimate_guesses

    def hash_password(self, text: str) -> str:
        return hash_password(text)

    def verify_password(self, stored: str | None, text: str) -> bool:
        return verify_password(stored, text)

    def make_token(self) -> tuple[str, str]:
        token = make_token(self._chance)
        return token.text, token.digest

    def make_api_key(self) -> tuple[str, str]:
        key = make_api_key(self._chance)
        return key.text, key.digest

    def digest(self, text: str) -> str:
        return digest_of(text)
