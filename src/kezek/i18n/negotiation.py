"""Which shipped language a reader likes best, by what the browser or the program says."""

from __future__ import annotations

from functools import lru_cache

from kezek.app.checkpoint.place_name import READ, SAME
from kezek.i18n.catalogue import SOURCE, codes

_LENGTH_MAX = 200
_WANTED_MAX = 12  # a header of fifty languages is no wish


def preferred(header: str) -> str:
    """The shipped language of an Accept-Language header with the most weight; English otherwise.

    A language that is not shipped becomes the nearest one that its speakers usually read, by CLDR, if
    none of the header's is: Kyrgyz alone becomes Russian.
    """
    return _preferred(header[:_LENGTH_MAX], codes()) if header else SOURCE


@lru_cache(maxsize=256)
def _preferred(header: str, shipped: tuple[str, ...]) -> str:
    weighed = [_weighed(part) for part in header.split(",")]
    # sorted() keeps the order of equals, which is what the order of the header means.
    liked = sorted((one for one in weighed if one[0] > 0), key=lambda one: -one[0])
    left = [code for code in shipped if (0.0, code) not in weighed]
    wanted = [tag for _, tag in liked[:_WANTED_MAX]]
    for distance in (SAME, READ):
        for tag in wanted:
            found = _nearest(tag, left, distance)
            if found:
                return found
    return SOURCE


def _weighed(part: str) -> tuple[float, str]:
    """The q-value and the tag of a part; what is no number weighs nothing."""
    tag, _, weight = part.partition(";")
    name, _, value = weight.strip().lower().partition("=")
    if not name:
        return 1.0, tag.strip()
    digits = value.replace(".", "", 1)
    number = name == "q" and digits.isascii() and digits.isdigit()
    return float(value) if number else 0.0, tag.strip()


def _nearest(tag: str, shipped: list[str], distance: int) -> str:
    """The nearest shipped language within a distance, empty for none and for what is no tag."""
    language, _, rest = tag.lower().replace("_", "-").partition("-")
    # A territory alone, as browsers send it, changes no language; so most need no tables of CLDR.
    if language in shipped and len(rest) <= 2:
        return language
    from langcodes import closest_match  # noqa: PLC0415

    try:
        found = closest_match(tag, shipped, max_distance=distance)[0]
    except ValueError:
        return ""
    return found if found in shipped else ""
