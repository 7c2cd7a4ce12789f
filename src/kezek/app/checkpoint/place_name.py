"""Names of posts and countries in every language of which a source gives one.

A post has names of its own and of the post across the border.  The names that ship are in
`kezek/network/place_names.csv`, each with its basis and source; a post without one there has the names
of its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from kezek.app.checkpoint.network import shipped
from kezek.app.table.table import CsvRow, read_table
from kezek.domain.checkpoint.checkpoint import Checkpoint
from kezek.domain.checkpoint.search import search_key

OWN, OPPOSITE, COUNTRY = "own", "opposite", "country"
# The neighbour that is no country: a ferry leads to several.
SEA = "SEA"
_SEA_WORDS = "(Caspian Sea)"
_COLUMNS = frozenset(["id", "side", "language", "name", "basis", "source", "rule"])

Names = Mapping[tuple[str, str], Mapping[str, str]]


@cache
def shipped_names() -> Names:
    """Names by (id, side) and language.  A fault in the shipped file is our own mistake."""
    checked = read_table(shipped("place_names.csv"), _parse, required=_COLUMNS)
    assert not checked.problems, checked.problems
    found: dict[tuple[str, str], dict[str, str]] = {}
    for key, language, name in checked.rows:
        found.setdefault(key, {})[language] = name
    return found


def _parse(row: CsvRow) -> tuple[tuple[str, str], str, str]:
    return (row.text("id"), row.text("side")), row.text("language"), row.text("name")


@cache
def _codes() -> Mapping[str, str]:
    """Country codes by the English names of the files."""
    named = {
        names["en"]: code for (code, side), names in shipped_names().items() if side == COUNTRY
    }
    return named | {_SEA_WORDS: SEA}


def neighbour_of(checkpoint: Checkpoint) -> str:
    """The code of the country across the border, empty where the sources name none."""
    return _codes().get(checkpoint.neighbour, "")


def own_name(checkpoint: Checkpoint, lang: str) -> str:
    """The post's name in a language; the Russian one stands in where the language's is not known."""
    if lang == "en":
        return checkpoint.name_en
    known = shipped_names().get((checkpoint.id, OWN), {}).get(lang)
    return known or (checkpoint.name_kk if lang == "kk" else None) or checkpoint.name_ru


def opposite_name(checkpoint: Checkpoint, lang: str) -> str | None:
    """The name of the post across the border; None where no source names it."""
    if lang == "en":
        return checkpoint.opposite_en
    known = shipped_names().get((checkpoint.id, OPPOSITE), {}).get(lang)
    return known or checkpoint.opposite_ru or checkpoint.opposite_en


def own_keys(checkpoint: Checkpoint) -> frozenset[str]:
    """The search keys of all names of the post itself."""
    return _own_keys(
        checkpoint.id, (checkpoint.name_en, checkpoint.name_ru, checkpoint.name_kk or "")
    )


def place_keys(checkpoint: Checkpoint) -> tuple[str, ...]:
    """The search keys of all that somebody may type who looks for the post, sorted.

    They are of the post, the post across the border and both countries, in every language.
    """
    own = (checkpoint.name_en, checkpoint.name_ru, checkpoint.name_kk or "")
    opposite = (checkpoint.opposite_en or "", checkpoint.opposite_ru or "", checkpoint.neighbour)
    countries = (checkpoint.country, neighbour_of(checkpoint))
    return _place_keys(checkpoint.id, own, opposite, countries)


# Rows are not hashable, their words are.
@lru_cache(maxsize=4096)
def _place_keys(
    post: str, own: tuple[str, ...], opposite: tuple[str, ...], countries: tuple[str, ...]
) -> tuple[str, ...]:
    names = [*opposite, *shipped_names().get((post, OPPOSITE), {}).values()]
    for code in countries:
        names += shipped_names().get((code, COUNTRY), {}).values()
    return tuple(sorted(_own_keys(post, own) | _keys(names)))


@lru_cache(maxsize=4096)
def _own_keys(post: str, names: tuple[str, ...]) -> frozenset[str]:
    return _keys([*names, *shipped_names().get((post, OWN), {}).values()])


def _keys(names: Iterable[str]) -> frozenset[str]:
    return frozenset(key for key in (search_key(name) for name in names) if key)
