"""An operation of the API as data: what it is called, what it takes, what it answers, who may ask.

The same rows route requests, make the OpenAPI description and are checked by tests.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, TypeAlias, TypeVar
from urllib.parse import parse_qsl

import msgspec

from kezek.api.frame.problem import Wrong, no, wrong
from kezek.domain.account.actor import PUBLIC, Actor
from kezek.domain.kernel.refusal import Reason
from kezek.domain.kernel.text import cleaned

T = TypeVar("T")

Header: TypeAlias = tuple[bytes, bytes]
Receive: TypeAlias = Callable[[], Awaitable[Any]]
Send: TypeAlias = Callable[[Any], Awaitable[None]]

JSON = b"application/json"
# Nobody shall guess another media type than the one that is said.
NOSNIFF: Header = (b"x-content-type-options", b"nosniff")
_QUERY_FIELDS_MAX = 20

encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class ApiRequest:
    """A request that was let in.  `path` holds the named parts; `key` is empty for none given."""

    actor: Actor = PUBLIC
    who: str = ""
    rate: int = 0
    path: Mapping[str, str] = field(default_factory=dict)
    query: bytes = b""
    body: bytes = b""
    key: str = ""
    headers: Mapping[bytes, bytes] = field(default_factory=dict)

    def read_query(self, kind: type[T]) -> T:
        """The query as a Struct of `kind`."""
        return read_query(self.query, kind)

    def read(self, kind: type[T]) -> T:
        """The body as a Struct of `kind`."""
        return read_body(self.body, kind)

    def read_exactly(self, kind: type[T]) -> T:
        """The same, its texts as they came."""
        return read_body(self.body, kind, exact=True)

    def number(self) -> int:
        """The booking number in the path; what cannot be one is no booking."""
        text = self.path["number"]
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            raise no(Reason.BOOKING_UNKNOWN, number=text[:20])
        return int(text)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with its bytes made."""

    body: bytes
    status: int = 200
    headers: tuple[Header, ...] = ()
    media_type: bytes = JSON


class StreamedAnswer(Protocol):
    """An answer that goes on until its reader leaves."""

    async def pour(self, receive: Receive, send: Send) -> None:
        """Send all of it."""


Run: TypeAlias = Callable[[Any, ApiRequest], Awaitable[Reply | StreamedAnswer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path.  `run` is a method of the noun that the table pairs it with.

    `public` needs no key, a `question` has a body and changes nothing.  `refusals` are those of the
    rules, `wrongs` faults of this request alone; what any request can meet is added by `openapi.py`.
    `example` is a body, `answer_example` an answer, both invented.
    """

    method: str
    path: str
    name: str
    noun: str
    summary: str
    description: str
    run: Run
    answer: type[Any] | None
    query: type[Any] | None = None
    body: type[Any] | None = None
    body_optional: bool = False
    status: int = 200
    public: bool = False
    question: bool = False
    refusals: tuple[Reason, ...] = ()
    wrongs: tuple[Wrong, ...] = ()
    example: Any = None
    answer_example: Any = None
    media_type: str = "application/json"
    cached: bool = False

    @property
    def embodied(self) -> bool:
        """Whether it is asked by a body."""
        return self.method in ("POST", "PUT")

    @property
    def changes(self) -> bool:
        """Whether the desk is asked."""
        return self.embodied and not self.question


def answer(struct: Any, status: int = 200, *headers: Header) -> Reply:
    """A Struct as JSON."""
    return Reply(encode(struct), status, headers)


@lru_cache(maxsize=128)
def _decoder(kind: Any) -> Callable[[bytes], Any]:
    return msgspec.json.Decoder(kind).decode


def read_body(body: bytes, kind: type[T], *, exact: bool = False) -> T:
    """A body as a Struct; every way in which it cannot be one has its own code.

    `exact` leaves its texts as they are: what is signed is signed to the last byte.
    """
    try:
        found: T
        if exact or (body.isascii() and b"\\u" not in body):
            found = _decoder(kind)(body)  # type: ignore[arg-type]
        else:
            # Read twice, so that signs that nobody sees are gone before anything is measured.
            found = msgspec.convert(_cleaned(msgspec.json.decode(body)), kind)
    except msgspec.ValidationError as error:
        raise _misfit(error) from error
    except UnicodeDecodeError as error:
        raise wrong(Wrong.NOT_UTF8, at=error.start) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise wrong(Wrong.MALFORMED, wrong=str(error)[:200]) from error
    # Only now, when it is known how deep the body is and what it holds.
    json.loads(body, object_pairs_hook=_members)
    return found


def _cleaned(found: Any) -> Any:
    """A JSON value with every text in it cleaned."""
    if isinstance(found, str):
        return cleaned(found)
    if isinstance(found, list):
        return [_cleaned(one) for one in found]
    if isinstance(found, dict):
        return {name: _cleaned(one) for name, one in found.items()}
    return found


def _members(pairs: list[tuple[str, Any]]) -> None:
    """A member that is given twice: whoever reads the first and whoever reads the last differ."""
    if len(pairs) != len({name for name, _ in pairs}):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise wrong(Wrong.WRONG_TYPE, field=twice[:80], wrong="given twice")


def read_query(query: bytes, kind: type[T]) -> T:
    """A query string as a Struct: each field at most once, none that is not known."""
    fields: dict[str, str] = {}
    try:
        pairs = parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_QUERY_FIELDS_MAX,
        )
    except ValueError as error:
        raise wrong(Wrong.WRONG_TYPE, field="query", wrong="not UTF-8, or too many") from error
    for name, value in pairs:
        if name in fields:
            raise wrong(Wrong.WRONG_TYPE, field=name[:80], wrong="given twice")
        fields[name] = value
    try:
        found = msgspec.convert(fields, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _misfit(error) from error
    for of in msgspec.structs.fields(kind):  # type: ignore[arg-type]
        # The word null stands for nothing there; what is not meant is left out.
        if of.encode_name in fields and getattr(found, of.name) is None:
            raise wrong(Wrong.WRONG_TYPE, field=of.encode_name, wrong="null is no value")
    return found


def _misfit(error: msgspec.ValidationError) -> Exception:
    """What msgspec found, by its code and the place in the body; values are never repeated."""
    text = str(error)
    what, _, place = text.partition(" - at `")
    place = place.rstrip("`")
    code = Wrong.WRONG_TYPE
    for words, of in _MISFITS:
        if what.startswith(words):
            code = of
            place = f"{place or '$'}.{what.removeprefix(words).strip(' `')}"
            what = words
    return wrong(code, field=place[:120] or "$", wrong=what[:200])


_MISFITS = (
    ("Object contains unknown field", Wrong.UNKNOWN_FIELD),
    ("Object missing required field", Wrong.MISSING_FIELD),
)
