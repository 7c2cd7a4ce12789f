"""Bytes as text for QR codes: Base45 (RFC 9285) without the blank.

The alphanumeric mode of QR codes has 45 characters, one of them a blank.  Forms, scanners and people
trim and fold blanks, and 44 characters still hold two bytes in three (44³ = 85,184 > 65,536), so the
blank is left out and nothing else is lost.
"""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$%*+-./:"
_BASE = len(ALPHABET)
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def encode(raw: bytes) -> str:
    """Three characters for two bytes, two for a last single one; least significant first."""
    parts = []
    for start in range(0, len(raw), 2):
        pair = raw[start : start + 2]
        number = int.from_bytes(pair)
        for _ in range(len(pair) + 1):
            number, value = divmod(number, _BASE)
            parts.append(ALPHABET[value])
    return "".join(parts)


def decode(text: str) -> bytes:
    """The bytes of a text that `encode` has made; raises ValueError for every other text."""
    raw = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        number = 0
        for character in reversed(group):
            value = _VALUE.get(character)
            if value is None:
                raise ValueError("a character outside the alphabet")
            number = number * _BASE + value
        length = len(group) - 1
        # A lone last character, or a group that is too large, is nothing that encode writes.
        if length == 0 or number >= 256**length:
            raise ValueError("a group that stands for no bytes")
        raw += number.to_bytes(length)
    return bytes(raw)
