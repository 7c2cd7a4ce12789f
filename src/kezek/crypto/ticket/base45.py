"""Bytes as text for QR codes: Base45 (RFC 9285), and the same without the blank for older tickets.

The alphanumeric mode of QR codes has 45 characters, one of them a blank; three of them hold two bytes.
Without the blank they still do (44³ = 85,184 > 65,536).
"""

from __future__ import annotations

BASE44 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ$%*+-./:"
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def encode(raw: bytes, alphabet: str = BASE45) -> str:
    """Three characters for two bytes, two for a last single one; least significant first."""
    parts = []
    for start in range(0, len(raw), 2):
        pair = raw[start : start + 2]
        number = int.from_bytes(pair)
        for _ in range(len(pair) + 1):
            number, value = divmod(number, len(alphabet))
            parts.append(alphabet[value])
    return "".join(parts)


def decode(text: str, alphabet: str = BASE45) -> bytes:
    """The bytes of a text that `encode` has made; raises ValueError for every other text."""
    raw = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        number = 0
        for character in reversed(group):
            value = alphabet.find(character)
            if value < 0:
                raise ValueError("a character outside the alphabet")
            number = number * len(alphabet) + value
        length = len(group) - 1
        # A lone last character, or a group that is too large, is nothing that encode writes.
        if length == 0 or number >= 256**length:
            raise ValueError("a group that stands for no bytes")
        raw += number.to_bytes(length)
    return bytes(raw)
