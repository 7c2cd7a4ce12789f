"""Reads back the text of a scanner that acts as an American keyboard on a computer with another layout.

Such a scanner sends keys, not characters.  It presses the keys that write its text on an American
keyboard, and the computer writes the characters of its own layout.  Each character identifies its key,
so the text can be restored, also with Caps Lock and for scanners that send small letters.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from typing import Final

# All keys in one order: the row of digits, then the three rows of letters; without and with Shift.
_AMERICAN: Final = (
    r"`1234567890-=qwertyuiop[]\asdfghjkl;'zxcvbnm,./",
    r'~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?',
)
_NOTHING = "\0"  # a key that writes nothing with Shift


class Layout(StrEnum):
    """A keyboard layout that scanned text can be read back from."""

    RUSSIAN = "russian"
    KAZAKH = "kazakh"
    UKRAINIAN = "ukrainian"
    GERMAN = "german"
    FRENCH = "french"
    TURKISH = "turkish"


# The characters of each layout in the order of `_AMERICAN`.  Kyrgyz, Tajik and Uzbek Cyrillic keyboards
# equal the Russian one on the two levels that a scanner uses; their own letters are on a third level.
KEYS: Final[Mapping[Layout, tuple[str, str]]] = {
    Layout.RUSSIAN: (
        r"ё1234567890-=йцукенгшщзхъ\фывапролджэячсмитьбю.",
        r'Ё!"№;%:?*()_+ЙЦУКЕНГШЩЗХЪ/ФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,',
    ),
    Layout.KAZAKH: (
        r'("әіңғ,.үұқөһйцукенгшщзхъ\фывапролджэячсмитьбю№',
        r")!ӘІҢҒ;:ҮҰҚӨҺЙЦУКЕНГШЩЗХЪ/ФЫВАПРОЛДЖЭЯЧСМИТЬБЮ?",
    ),
    Layout.UKRAINIAN: (
        r"'1234567890-=йцукенгшщзхї\фівапролджєячсмитьбю.",
        r'₴!"№;%:?*()_+ЙЦУКЕНГШЩЗХЇ/ФІВАПРОЛДЖЄЯЧСМИТЬБЮ,',
    ),
    Layout.GERMAN: (
        r"^1234567890ß´qwertzuiopü+#asdfghjklöäyxcvbnm,.-",
        r"""°!"§$%&/()=?`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_""",
    ),
    Layout.FRENCH: (
        r"""²&é"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!""",
        _NOTHING + "1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§",
    ),
    Layout.TURKISH: (
        r'"1234567890*-qwertyuıopğü,asdfghjklşizxcvbnmöç.',
        r"é!'^+%&/()=?_QWERTYUIOPĞÜ;ASDFGHJKLŞİZXCVBNMÖÇ:",
    ),
}
# Dead keys, whose sign waits for the next letter: ` and A become À.
_WAITING_SIGNS = {"\u0300": "`", "\u0301": "´", "\u0302": "^", "\u0308": "¨"}
_ON_A_PLATE = frozenset(string.ascii_uppercase + string.digits + "-")
TEXT_MAX: Final = 1_024
PLATE_TEXT_MAX: Final = 32  # no plate, number or code is typed in more characters


@cache
def _keys(layout: Layout) -> Mapping[str, tuple[int, int]]:
    """Each character with its key: the key's number, and 1 with Shift, 0 without."""
    found: dict[str, tuple[int, int]] = {}
    for shift, row in enumerate(KEYS[layout]):
        assert len(row) == len(_AMERICAN[0]), f"the {layout} keyboard has as many keys"
        for key, character in enumerate(row):
            found.setdefault(character, (key, shift))
    return found


def signed_readings(text: str, alphabet: frozenset[str]) -> Iterator[tuple[Layout, str]]:
    """The readings of a text of upper-case letters, digits and signs of the alphabet, by layout.

    Where both signs of a key are in the alphabet, Shift decides.  Such a text has a second reading with
    Shift inverted, because Caps Lock inverts it on many layouts.  A layout gives no reading if it lacks
    one of the characters, or has it on a key outside the alphabet.  Blanks are read if the alphabet has
    one.
    """
    for layout in Layout:
        for turned in (False, True):
            read = _read(text, layout, alphabet, turned=turned)
            if read:
                yield layout, read


def plate_readings(text: str) -> dict[str, Layout]:
    """The readings of a code, a number or a plate, each with the first layout that gives it.

    Letters, digits and hyphens only, in upper case.
    """
    found: dict[str, Layout] = {}
    if len(text) > PLATE_TEXT_MAX:
        return found
    for layout in Layout:
        read = _read(text, layout, _ON_A_PLATE, turned=False)
        if read:
            found.setdefault(read, layout)
    return found


def latin_keys(text: str) -> str:
    """The text of the same keys on an American keyboard, for a text typed on a Cyrillic one."""
    return text.translate(_LATIN_KEYS)


def layout_of(text: str, beginning: str, alphabet: frozenset[str]) -> Layout | None:
    """The layout by which a text begins with `beginning`; None when there is none."""
    first = "".join(text.split())[: len(beginning)]
    readings = signed_readings(first, alphabet)
    return next((layout for layout, read in readings if read == beginning), None)


def _read(text: str, layout: Layout, allowed: frozenset[str], *, turned: bool) -> str:
    """The text read by the keys of a layout; empty when the layout cannot write it."""
    keys = _keys(layout)
    read: list[str] = []
    blank = " " if " " in allowed else ""
    for character in _one_by_one(blank.join(text[:TEXT_MAX].split()), keys):
        if character == " ":
            read.append(character)
            continue
        place = _place(character, keys)
        if place is None:
            # The keypad writes the same digits on every layout.
            if not (character.isascii() and character.isdigit()):
                return ""
            read.append(character)
            continue
        key, shift = place
        pair = (_AMERICAN[0][key].upper(), _AMERICAN[1][key].upper())
        shift ^= turned
        meant = pair[shift] if pair[shift] in allowed else pair[1 - shift]
        if meant not in allowed:
            return ""
        read.append(meant)
    return "".join(read)


def _place(character: str, keys: Mapping[str, tuple[int, int]]) -> tuple[int, int] | None:
    """The key of a character, also when Caps Lock alone changed its case (É for é)."""
    for one in (character, character.lower(), character.upper()):
        if one in keys:
            return keys[one]
    return None


def _one_by_one(text: str, keys: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    """The characters as they were pressed: a letter with a mark is a dead key, then the letter."""
    for character in text:
        apart = unicodedata.normalize("NFD", character)
        if _place(character, keys) is None and len(apart) == 2 and apart[1] in _WAITING_SIGNS:
            yield _WAITING_SIGNS[apart[1]]
            yield apart[0]
        else:
            yield character


# The Russian layout comes last: the letters that it shares with the others lie on the same keys.
_LATIN_KEYS = str.maketrans(
    {
        typed: key
        for layout in (Layout.KAZAKH, Layout.RUSSIAN)
        for keys, row in zip(_AMERICAN, KEYS[layout], strict=True)
        for key, typed in zip(keys, row, strict=True)
        if not typed.isascii()
    }
)
