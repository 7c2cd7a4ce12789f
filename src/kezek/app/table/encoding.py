"""The encoding of a table from a spreadsheet, guessed where the file does not name it.

A byte order mark or valid UTF-8 is certain.  Otherwise each encoding that spreadsheets of the region
write is tried, and the one with the most plausible words is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# Of equally plausible ones the first is taken: Excel's encodings of the region, then DOS and Unix.
GUESSED = ("windows-1251", "windows-1254", "windows-1252", "cp866", "koi8-r")
_NAMES = {"cp866": "CP866", "koi8-r": "KOI8-R"}
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_LOOKED_AT = 100_000  # bytes: enough words to tell encodings apart

_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґўәғқңөұүһ")
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyzäöüßçğışéèêàâîôûñ")
# The letters that make up three quarters of a Russian text.
_FREQUENT = frozenset("оеаинтсрвлкмдпыья")
_SIGNS = frozenset("«»–—“”„’№°§·… \xa0")


@dataclass(frozen=True, slots=True)
class Decoded:
    """`encoding` is the common name; `guessed` says that the file did not name it."""

    text: str
    encoding: str
    guessed: bool


def decode_table(raw: bytes) -> Decoded | None:
    """The text of a file; None when it is no text in a known encoding."""
    for mark, codec in _MARKS:
        if raw.startswith(mark):
            return _strict(raw.removeprefix(mark), codec, guessed=False)
    # Half of the bytes of ASCII text in UTF-16 are zeros, before or behind each character.
    if raw.count(0) > len(raw) // 4:
        return _strict(raw, "utf-16-be" if raw[0] == 0 else "utf-16-le", guessed=True)
    found = _strict(raw, "utf-8", guessed=False)
    if found is not None:
        return found
    tried = [one for codec in GUESSED if (one := _strict(raw, codec, guessed=True))]
    best = max(tried, key=lambda one: _plausible(one.text), default=None)
    return best if best is not None and _plausible(best.text) > 0 else None


def _strict(raw: bytes, codec: str, *, guessed: bool) -> Decoded | None:
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return None
    # Tables contain no zero characters.
    return None if "\0" in text else Decoded(text, _NAMES.get(codec, codec), guessed)


def _plausible(text: str) -> int:
    """A score of how much the characters beyond ASCII look like words; below zero they do not."""
    looked_at = text[:_LOOKED_AT]
    words = (word for word in _WORD.findall(looked_at) if not word.isascii())
    strange = sum(1 for c in looked_at if not c.isascii() and not c.isalpha() and c not in _SIGNS)
    return sum(map(_weight, words)) - 3 * strange


def _weight(word: str) -> int:
    letters = word.lower()
    shaped = word in (word.lower(), word.upper(), word.capitalize())
    cyrillic = set(letters) <= _CYRILLIC
    if not shaped or not (cyrillic or set(letters) <= _LATIN):
        return -2 * len(word)
    return len(word) + (sum(c in _FREQUENT for c in letters) if cyrillic else 0)
