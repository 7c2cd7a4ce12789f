"""From a no to a problem: one table for every refusal, one for faults of the request itself.

Problems are RFC 9457.  `code` is public and stable; the sentences are in the reader's language.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

import msgspec

from kezek.api.frame.form import utc
from kezek.app.desk.desk import Overloaded
from kezek.app.port import Chance, Fault, OutcomeUnknown
from kezek.app.server.rate import Allowance
from kezek.domain.kernel.refusal import Fact, Kind, Reason, Refused
from kezek.i18n.faults import FAULTS as SAID
from kezek.i18n.faults import fault, fault_title, for_program
from kezek.i18n.negotiation import preferred
from kezek.i18n.say.refusal import sentence, title

log = logging.getLogger("kezek.api")

TYPE = "/docs/refusals#"
MEDIA_TYPE = b"application/problem+json"

_STATUS: Mapping[Kind, int] = {
    Kind.FORBIDDEN: 403,
    Kind.UNKNOWN: 404,
    Kind.IMPOSSIBLE: 422,
    Kind.CONFLICT: 409,
    Kind.TOO_OFTEN: 429,
}
REFUSALS: Mapping[Reason, int] = {reason: _STATUS[reason.kind] for reason in Reason}


class Wrong(StrEnum):
    """Faults of the request, and of the world, that no rule of the domain knows."""

    MALFORMED = "malformed"
    NOT_UTF8 = "not_utf8"
    TOO_LARGE = "too_large"
    WRONG_MEDIA_TYPE = "wrong_media_type"
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    WRONG_IDEMPOTENCY_KEY = "wrong_idempotency_key"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UNAUTHENTICATED = "unauthenticated"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    UNAVAILABLE = "unavailable"
    OUTCOME_UNKNOWN = "outcome_unknown"
    INTERNAL = "internal"


W = Wrong

FAULTS: Mapping[Wrong, int] = {
    W.MALFORMED: 400,
    W.NOT_UTF8: 400,
    W.TOO_LARGE: 413,
    W.WRONG_MEDIA_TYPE: 415,
    W.UNKNOWN_FIELD: 400,
    W.MISSING_FIELD: 400,
    W.WRONG_TYPE: 400,
    W.WRONG_IDEMPOTENCY_KEY: 400,
    W.NOT_FOUND: 404,
    W.METHOD_NOT_ALLOWED: 405,
    W.UNAUTHENTICATED: 401,
    W.RATE_LIMITED: 429,
    W.OVERLOADED: 503,
    W.UNAVAILABLE: 503,
    W.OUTCOME_UNKNOWN: 503,
    W.INTERNAL: 500,
}
_PASSING = frozenset({W.RATE_LIMITED, W.OVERLOADED, W.UNAVAILABLE, W.OUTCOME_UNKNOWN})

# Facts that hold an instant: numbers inside, RFC 3339 outside.
_INSTANTS = frozenset({"start", "opens", "until"})


class ProblemBody(msgspec.Struct, frozen=True):
    """A problem as it is sent.  `facts` are what the sentence was made of; `retryable` says that the
    same request may succeed later, unchanged; `next` is what to do, empty where nothing helps.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    facts: dict[str, str | int | None]
    retryable: bool
    next: str


@dataclass(frozen=True, slots=True)
class ApiProblem:
    """A no on its way out: any code with its facts and the headers it needs."""

    code: Reason | Wrong
    facts: Mapping[str, Fact] = field(default_factory=dict)
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status, from one of the two tables."""
        code = self.code
        return REFUSALS[code] if isinstance(code, Reason) else FAULTS[code]

    def body(self, language: str) -> ProblemBody:
        """The members of the problem, its sentences in a shipped language."""
        return _body(self.code, tuple(self.facts.items()), language)


# A stampede gets the same no thousands of times a second; its sentence is made once.
@lru_cache(maxsize=1_024)
def _body(code: Reason | Wrong, facts: tuple[tuple[str, Fact], ...], language: str) -> ProblemBody:
    if isinstance(code, Reason):
        status, retryable, heading = REFUSALS[code], code.retryable, title(code, language)
        detail, following = sentence(code, dict(facts), language)
    else:
        status, retryable = FAULTS[code], code in _PASSING
        heading = detail = code.replace("_", " ").capitalize()
        following = ""
        if code in SAID:
            heading = fault_title(code, language)
            detail, following = fault(code, language, **dict(facts))
    heading, detail, following = for_program(code, language) or (heading, detail, following)
    return ProblemBody(
        type=TYPE + code,
        title=heading,
        status=status,
        detail=detail,
        code=str(code),
        facts={name: _shown(name, value) for name, value in facts},
        retryable=retryable,
        next=following,
    )


def _shown(name: str, value: Fact) -> Fact:
    return utc(value) if name in _INSTANTS and isinstance(value, int) else value


class Raised(Exception):
    """Carries a problem from where it is found to where requests are answered."""

    def __init__(self, problem: ApiProblem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def refused(refusal: Refused) -> ApiProblem:
    """A rule's no."""
    return ApiProblem(refusal.reason, refusal.facts)


def too_many(allowed: Allowance) -> Raised:
    """The no to somebody who asks too often, with when to ask again."""
    after = str(allowed.retry_after).encode()
    headers = ((b"retry-after", after), *rate_headers(allowed))
    return Raised(ApiProblem(Wrong.RATE_LIMITED, {"seconds": allowed.retry_after}, headers))


def rate_headers(allowed: Allowance) -> tuple[tuple[bytes, bytes], ...]:
    """What a client may still ask this minute."""
    return (
        (b"ratelimit-limit", b"%d" % allowed.limit),
        (b"ratelimit-remaining", b"%d" % allowed.remaining),
    )


def wrong(code: Wrong, **facts: Any) -> Raised:
    """A fault of the request, to be raised."""
    return Raised(ApiProblem(code, facts))


def no(reason: Reason, **facts: Any) -> Raised:
    """A refusal that the API finds before it asks the desk, to be raised."""
    return Raised(ApiProblem(reason, facts))


def problem_of(failure: Exception, chance: Chance) -> ApiProblem:
    """The world's fault, or ours.  Nothing of it leaves but an id that finds it in the server's log."""
    if isinstance(failure, Overloaded):
        return ApiProblem(Wrong.OVERLOADED, {}, ((b"retry-after", b"1"),))
    if isinstance(failure, OutcomeUnknown):
        return ApiProblem(Wrong.OUTCOME_UNKNOWN, {}, ((b"retry-after", b"2"),))
    if isinstance(failure, Fault):
        return ApiProblem(Wrong.UNAVAILABLE, {}, ((b"retry-after", b"5"),))
    name = chance.secret(6).hex()
    log.error("request failed, id %s", name, exc_info=failure)
    return ApiProblem(Wrong.INTERNAL, {"id": name})


def language_of(headers: Mapping[bytes, bytes]) -> str:
    """The shipped language that the asker likes best (`Accept-Language`), English when there is none."""
    return preferred(headers.get(b"accept-language", b"").decode("latin-1"))
