"""Search keys of place names: one key for all spellings of a name, in Latin or Cyrillic letters.

Cyrillic letters become Latin ones by rule, and Latin spellings that sound alike become one: Хоргос,
Khorgos and Horgos have one key, Қорғас and Korgas another.  Other scripts stay unchanged.
`web/static/search_key.js` computes the same keys in the browser.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from itertools import groupby

QUERY_MAX = 80

# Letters of Kazakh, Kyrgyz, Uzbek, Tajik and Russian in the Latin spellings of the region.
_LATIN: Mapping[str, str] = {
    **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziiklmnoprstufie", strict=True)),
    "ё": "e",
    "ж": "j",
    "х": "h",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sh",
    "ъ": "",
    "ь": "",
    "ю": "iu",
    "я": "ia",
    "қ": "k",
    "ғ": "g",
    "ң": "n",
    "ө": "o",
    "ұ": "u",
    "ү": "u",
    "һ": "h",
    "ә": "a",
    "і": "i",
    "ҳ": "h",
    "ҷ": "j",
    "ӣ": "i",
    "ӯ": "u",
    "ў": "u",
    "ї": "i",
    "є": "e",
    "ı": "i",
    "ə": "a",
    "ß": "ss",
}
# Pairs of letters, replaced in this order by the letters that sound alike.
_PAIRS = (("shch", "sh"), ("kh", "h"), ("zh", "j"), ("ya", "ia"), ("yu", "iu"), ("yo", "e"))
_SOUNDS = str.maketrans({"q": "k", "y": "i", "w": "v"})
_DROPPED = frozenset("'`´ʹʺʻʼˈ‘’′\u00ad")


def search_key(text: str) -> str:
    """The key of a name or of typed text: small Latin letters, words separated by one blank."""
    key = "".join(_latin(letter) for letter in text.strip()[:QUERY_MAX].lower())
    for pair, sound in _PAIRS:
        key = key.replace(pair, sound)
    key = key.translate(_SOUNDS)
    return " ".join(_single(word) for word in key.split())


def _latin(letter: str) -> str:
    """The Latin form of a character: marks are dropped, and other signs separate words."""
    if letter in _DROPPED:
        return ""
    if letter in _LATIN:
        return _LATIN[letter]
    parts = (c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c))
    return "".join(_LATIN.get(c, c if c.isalnum() else " ") for c in parts)


def _single(word: str) -> str:
    """The word with doubled letters written once; three of a kind are no spelling and stay."""
    runs = ((letter, len(list(run))) for letter, run in groupby(word))
    return "".join(
        letter if count == 2 and not letter.isdigit() else letter * count for letter, count in runs
    )


def fits(query: str, keys: Iterable[str]) -> bool:
    """Whether a typed query fits a place with these keys; an empty query fits every place.

    Each word must occur in one of the keys, with or without the blanks of the name.
    """
    joined = [key.replace(" ", "") for key in keys]
    words = search_key(query).split()
    if not words:
        return not query.strip()
    whole = "".join(words)
    return any(whole in key for key in joined) or all(
        any(word in key for key in joined) for word in words
    )
