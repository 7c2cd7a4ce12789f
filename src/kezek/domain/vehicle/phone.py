"""Phone numbers, softly: what can be dialled from abroad."""

from __future__ import annotations

DIGITS_MIN, DIGITS_MAX = 7, 15  # ITU-T E.164 allows fifteen


def normalise(text: str) -> str:
    """Digits with a leading plus, as E.164 writes them; empty stays empty."""
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    return f"+{digits}" if digits else ""


def impossible(text: str) -> bool:
    """Whether this can be no phone number: strange characters, or too few or too many digits."""
    if any(not (c.isascii() and c.isdigit()) and c not in "+-() ./" for c in text):
        return True
    return not DIGITS_MIN <= len(normalise(text)) - 1 <= DIGITS_MAX
