"""Pages to read: how the order is made, open data, privacy, accessibility; and what robots may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from litestar import Response, get

from kezek.app.regulation.in_force import all_in_force
from kezek.app.regulation.published import is_ours
from kezek.domain.kernel.refusal import Reason
from kezek.domain.regulation.regulation import Regulation
from kezek.i18n.faults import FAULTS
from kezek.i18n.say.refusal import SAID
from kezek.web.checkpoint.checkpoint import Rule, rule_of
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageRequest, visit
from kezek.web.frame.render import answer, page
from kezek.web.regulation.regulation import span

# A ticket's address is a secret, and what is behind a sign-in is nobody's reading.
ROBOTS = (
    b"User-agent: *\nDisallow: /t/\nDisallow: /console\nDisallow: /agency\nDisallow: /carrier\n"
)


class OrderRules(NamedTuple):
    """The order by one authority's rules: how long late trucks keep their place, `how` walk-ins join."""

    code: str
    country: str
    rule: Rule | None
    late: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage(Page):
    """`ours` says that a number of some rules is ours, because the law states none."""

    template = "pages/order.html"
    rules: list[OrderRules]
    ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresPage(Page):
    """`example` is a post whose figures the page asks for."""

    template = "pages/open_data.html"
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyPage(Page):
    """Text alone."""

    template = "pages/privacy.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessibilityPage(Page):
    """Text alone."""

    template = "pages/accessibility.html"


@get("/order")
async def order(request: PageRequest) -> Response[bytes]:
    """How the order of a line is made, in plain words, with the numbers of each authority."""
    here = visit(request)
    application = here.application
    current = all_in_force(application.rules, application.network.zone, here.now)
    rules = [
        OrderRules(
            one.id, one.country, rule_of(one), span(one.keeps_place_for, here.words), joins_of(one)
        )
        for one in current
    ]
    ours = any(is_ours(one, "interleave") for one in current)
    return page(request, OrderPage(rules=rules, ours=ours))


def joins_of(rules: Regulation) -> str:
    """How walk-ins join the cycle, by the rules; empty where there are none."""
    return rules.walk_in.joins if rules.walk_in else ""


@get("/open-data")
async def open_data(request: PageRequest) -> Response[bytes]:
    """Where the same figures are for programs."""
    example = next(iter(visit(request).application.network.posts()), "kz_dostyk")
    return page(request, FiguresPage(example=example))


@get("/privacy")
async def privacy(request: PageRequest) -> Response[bytes]:
    """What is kept of people, why, and until when."""
    return page(request, PrivacyPage())


@get("/accessibility")
async def accessibility(request: PageRequest) -> Response[bytes]:
    """What works for whom, and what was not tried."""
    return page(request, AccessibilityPage())


@dataclass(frozen=True, slots=True)
class Code:
    """A code with its title and the next thing to do, in the reader's language."""

    code: str
    title: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalsPage(Page):
    """Every code, in the order of precedence."""

    template = "pages/refusals.html"
    codes: list[Code]


@get("/docs/refusals")
async def refusals(request: PageRequest) -> Response[bytes]:
    """Every code by which the system says no, where the problems of the API point to."""
    say = visit(request).words.gettext
    said = {**{reason.value: SAID[reason] for reason in Reason}, **FAULTS}
    codes = [
        Code(code, say(one.title), say(one.then) if one.then and "%(" not in one.then else "")
        for code, one in said.items()
    ]
    return page(request, RefusalsPage(codes=codes))


@get("/robots.txt")
async def robots(request: PageRequest) -> Response[bytes]:
    """What search engines leave alone."""
    return answer(request, ROBOTS, kind="text/plain", headers={"Cache-Control": "max-age=86400"})


HANDLERS = (order, open_data, privacy, accessibility, refusals, robots)
