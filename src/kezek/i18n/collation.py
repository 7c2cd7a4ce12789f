"""The order of names in a list: letters before their marks and their case."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# The Kazakh alphabet holds the Russian one in its order; Ё stands at Е.  Code points would put the
# letters that only Kazakh has behind Я.  Source: the alphabet in CLDR's collation of `kk`.
_CYRILLIC = "аәбвгғдежзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
# Behind all Latin letters, in a range that no name uses.
_RANK = {letter: chr(0xE000 + place) for place, letter in enumerate(_CYRILLIC)}


@lru_cache(maxsize=4096)
def sort_key(name: str) -> tuple[str, str]:
    """What names are sorted by: Ёлкино stands at Е, and a name in small letters beside its like."""
    return "".join(map(_rank, unicodedata.normalize("NFC", name.casefold()))), name


def _rank(sign: str) -> str:
    """A letter's place in its alphabet; a letter with a mark stands at the letter without it."""
    if sign in _RANK:
        return _RANK[sign]
    bare = unicodedata.normalize("NFD", sign)[0]
    return "" if unicodedata.combining(bare) else _RANK.get(bare, bare)
