"""A scanner that plays an American keyboard on a computer set to another layout."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from kezek.domain.kernel.keyboard import KEYS, Layout

AMERICAN = (
    r"`1234567890-=qwertyuiop[]\asdfghjkl;'zxcvbnm,./",
    r'~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?',
)


class Way(StrEnum):
    PLAIN = "plain"
    SMALL = "small"  # the scanner is set to send small letters
    CAPS = "caps"  # Caps Lock turns the letters of the layout
    SHIFT_LOCK = "shift_lock"  # Caps Lock turns every key


def typed(text: str, layout: Layout, way: Way = Way.PLAIN) -> str:
    """What the computer writes."""
    written = "".join(_key(character, layout, way) for character in text)
    if layout != Layout.GERMAN:
        return written
    # A blank behind the waiting sign writes the sign alone.
    return re.sub(r"`([A-Za-z])", _joined, written.replace("` ", "`"))


def _joined(found: re.Match[str]) -> str:
    """The sign of a German key waits for its letter; where there is such a letter they become one."""
    one = unicodedata.normalize("NFC", found[1] + "\u0300")
    return one if len(one) == 1 else found[0]


def _key(character: str, layout: Layout, way: Way) -> str:
    if character == " ":
        return character
    if way is Way.SMALL and character.isalpha():
        character = character.lower()
    shift = next(level for level, row in enumerate(AMERICAN) if character in row)
    key = AMERICAN[shift].index(character)
    written = KEYS[layout][shift][key]
    turns = way is Way.SHIFT_LOCK or (way is Way.CAPS and written.isalpha())
    return KEYS[layout][1 - shift][key] if turns else written
