"""The order of names in a list: letters before their marks and their case."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def sort_key(name: str) -> tuple[str, str]:
    """What names are sorted by: Ёлкино stands at Е, and a name in small letters beside its like."""
    apart = unicodedata.normalize("NFD", name.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)), name
