"""Finds the post that a written name means, in tables, where nobody can choose from a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from kezek.app.checkpoint.checkpoint import Post
from kezek.app.checkpoint.country import country_names
from kezek.app.checkpoint.place_name import PostNames
from kezek.domain.checkpoint.search import search_key

# Words for the kind of place, and the small word between two names.
_WHAT_IT_IS = frozenset(
    word
    for words in (
        "to checkpoint border crossing post",
        "АПП МАПП КПП ПП пункт пропуска пост автодорожный автомобильный погранпереход",
        "өткізу пункті автожол бекеті",
    )
    for word in search_key(words).split()
)


def posts_named(text: str, posts: Iterable[Post]) -> Sequence[Post]:
    """The posts that a text can name, in any shipped language and spelling; usually one, or none.

    First those of that id or name; else those of the name with the one across the border, or with its
    country, in either order; else those with that name across the border.
    """
    key = _key(text)
    known = [(post, _names(post.names)) for post in posts] if key else []
    for kind in range(3):
        found = [post for post, names in known if key in names[kind]]
        if found:
            return found
    return ()


def _key(text: str) -> str:
    words = search_key(text).split()
    named = [word for word in words if word not in _WHAT_IT_IS]
    return "".join(named or words)


# The cache works because a network's names stay the same objects until it is read anew.
@lru_cache(maxsize=8192)
def _names(names: PostNames) -> Sequence[frozenset[str]]:
    here = _all((names.id, *names.own.values()))
    there = _all(names.opposite.values())
    beyond = there | _all(country_names(names.neighbour, names.languages))
    pairs = frozenset(pair for a in here for b in beyond for pair in (a + b, b + a))
    return here, pairs, there


def _all(names: Iterable[str]) -> frozenset[str]:
    return frozenset(key for key in map(_key, names) if key)
