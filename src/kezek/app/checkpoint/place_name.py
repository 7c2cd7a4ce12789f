"""The names of a post for a reader: in the reader's language, or else in the nearest one there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Self

from kezek.app.checkpoint.country import country_names, official_languages
from kezek.domain.checkpoint.checkpoint import Checkpoint
from kezek.domain.checkpoint.place_name import OPPOSITE, OWN, PlaceName
from kezek.domain.checkpoint.search import fits, search_key

_LAST = "en"
# CLDR's distances: up to SAME two tags mean one language; up to READ its speakers read the other.
SAME, READ = 10, 40


class Name(str):
    """A name, with the language that it is in."""

    __slots__ = ("lang",)
    lang: str

    def __new__(cls, text: str, lang: str) -> Self:
        made = super().__new__(cls, text)
        made.lang = lang
        return made


@dataclass(frozen=True, eq=False)
class PostNames:
    """The names of a post and of the one across the border, by language.

    `languages` are all languages of the network's names; countries are searched in each of them.
    """

    id: str
    country: str
    neighbour: str
    own: Mapping[str, str]
    opposite: Mapping[str, str]
    languages: frozenset[str] = frozenset()

    def own_name(self, lang: str) -> Name:
        """The post's name for a reader of a language; its id where it has no name at all."""
        return self._of("own", self.own, lang, self.country) or Name(self.id, "")

    def opposite_name(self, lang: str) -> Name | None:
        """The name of the post across the border; None where no source names it."""
        return self._of("opposite", self.opposite, lang, self.neighbour)

    def _of(self, side: str, names: Mapping[str, str], lang: str, country: str) -> Name | None:
        found: Name | None = self._chosen.get((side, lang))
        if found is None and names:
            found = self._chosen[side, lang] = chosen(names, lang, country)
        return found

    @cached_property
    def _chosen(self) -> dict[tuple[str, str], Name]:
        """Choices made before; bounded by the languages that are shipped."""
        return {}

    @cached_property
    def own_keys(self) -> frozenset[str]:
        """The search keys of all names of the post itself."""
        return _keys(self.own.values()) or _keys([self.id])

    @cached_property
    def place_keys(self) -> tuple[str, ...]:
        """The search keys of everything that finds the post, sorted: the names of the post, of the post
        across the border and of both countries, in every language.
        """
        names = [*self.opposite.values(), *country_names(self.country, self.languages)]
        names += country_names(self.neighbour, self.languages)
        return tuple(sorted(self.own_keys | _keys(names)))

    def fits(self, wanted: str) -> bool:
        """Whether a typed text may mean the post."""
        return fits(wanted, self.place_keys)


def chosen(names: Mapping[str, str], lang: str, country: str) -> Name:
    """The name for a reader of `lang` among names by language, of which there is at least one.

    The reader's language; a language that its readers usually read, the nearest by CLDR first; the
    languages of the country that the place lies in; English; any.
    """
    language = next(found for found in _order(frozenset(names), lang, country) if found in names)
    return Name(names[language], language)


@lru_cache(maxsize=4096)
def _order(there: frozenset[str], lang: str, country: str) -> tuple[str, ...]:
    return tuple(_preferred(there, lang, country))


def _preferred(there: frozenset[str], lang: str, country: str) -> Iterator[str]:
    yield lang
    # Most names are in the reader's language, so CLDR's tables are loaded only when one is not.
    from langcodes import closest_match  # noqa: PLC0415

    yield closest_match(lang, sorted(there), max_distance=READ)[0]
    for official in official_languages(country) if country else ():
        yield closest_match(official, sorted(there), max_distance=SAME)[0]
    yield _LAST
    yield from sorted(there)


def names_by_post(
    checkpoints: Iterable[Checkpoint], names: Iterable[PlaceName]
) -> dict[str, PostNames]:
    """The names of each checkpoint, from their rows."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    languages = set()
    for row in names:
        languages.add(row.language)
        found.setdefault((row.place, row.side), {})[row.language] = row.name
    return {
        c.id: PostNames(
            c.id,
            c.country,
            c.neighbour_country,
            found.get((c.id, OWN), {}),
            found.get((c.id, OPPOSITE), {}),
            frozenset(languages),
        )
        for c in checkpoints
    }


def _keys(names: Iterable[str]) -> frozenset[str]:
    return frozenset(key for key in (search_key(name) for name in names) if key)
