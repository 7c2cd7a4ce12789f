"""Which shipped language a reader likes best, by what the browser or the program says."""

from __future__ import annotations

from functools import lru_cache

from kezek.i18n.catalogue import CODES, SOURCE

_LENGTH_MAX = 200


def preferred(header: str) -> str:
    """The shipped language of an Accept-Language header with the most weight; English otherwise."""
    return _preferred(header[:_LENGTH_MAX]) if header else SOURCE


@lru_cache(maxsize=256)
def _preferred(header: str) -> str:
    liked: list[tuple[float, str]] = []
    for part in header.lower().split(","):
        tag, _, weight = part.partition(";")
        found = tag.strip().partition("-")[0]
        if found in CODES:
            liked.append((_weight(weight), found))
    # max() keeps the first of equals, which is what the order of the header means.
    best = max(liked, key=lambda one: one[0], default=(0.0, SOURCE))
    return best[1] if best[0] > 0 else SOURCE


def _weight(text: str) -> float:
    """The q-value of a language; what is no number weighs nothing."""
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    digits = value.replace(".", "", 1)
    return float(value) if name == "q" and digits.isascii() and digits.isdigit() else 0.0
