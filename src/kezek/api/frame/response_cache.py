"""Answers kept as bytes while what they tell stays so; who has one already is told only that."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, TypeVar

import msgspec

from kezek.api.frame.operation import ApiRequest, Reply, encode
from kezek.app.cache import BoundedCache

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The whole answer, and the one for who has it."""

    etag: bytes
    whole: Reply
    unchanged: Reply


class ResponseCache(Generic[K]):
    """At most so many answers by what was asked, each with the state of the world for which it holds."""

    def __init__(self, most: int) -> None:
        self._kept: BoundedCache[_Answer] = BoundedCache(most)

    def reply(
        self, request: ApiRequest, key: K, state: object, make: Callable[[], msgspec.Struct]
    ) -> Reply:
        """The answer of a state, made if it is not kept.  Read the state before you call."""
        kept = self._kept.find(key, state) or self._kept.keep(key, state, _answer(make()))
        known = request.headers.get(b"if-none-match")
        return kept.unchanged if known and (kept.etag in known or known == b"*") else kept.whole


def _answer(body: msgspec.Struct) -> _Answer:
    written = encode(body)
    etag = b'"' + blake2b(written, digest_size=12).hexdigest().encode() + b'"'
    # Keep it, and ask each time whether it still holds.
    headers = ((b"etag", etag), (b"cache-control", b"no-cache"))
    return _Answer(etag, Reply(written, 200, headers), Reply(b"", 304, headers))
