"""Chance from the operating system, and chance from a seed for demonstrations."""

from __future__ import annotations

import random
import secrets


class SystemChance:
    """Unpredictable: for secrets, and for delays nobody may guess."""

    def between(self, low: int, high: int) -> int:
        return low + secrets.randbelow(high - low + 1)

    def secret(self, size: int) -> bytes:
        return secrets.token_bytes(size)


class SeededChance:
    """Repeatable: for demonstrations and rehearsals only, never for secrets."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def between(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def secret(self, size: int) -> bytes:
        return self._random.randbytes(size)
