"""What happens if: the agency's questions to the simulator, and what came of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from kezek.app.calendar.agency import governed
from kezek.app.scenario.ground import shipped_ground
from kezek.app.scenario.what_if import FILES, KnownWhatIf, SimulatorBusy, State, WhatIfOrigin
from kezek.app.scenario.what_if_request import (
    changes_of,
    coming_of,
    faults_of,
    scenario_of,
)
from kezek.domain.account.actor import Role
from kezek.i18n.mark import translatable as t
from kezek.i18n.times import number
from kezek.planning.scenario.answer.answer import ScenarioAnswer
from kezek.planning.scenario.answer.chart import ChartWords as PictureWords
from kezek.planning.scenario.answer.chart import answer_panels, course_chart
from kezek.web.booking.shown import lines_by_name
from kezek.web.frame.format import local
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import PageError
from kezek.web.frame.render import answer as answered
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import signed_in
from kezek.web.regulation.regulation import version_name
from kezek.web.scenario.what_if_form import (
    OTHER,
    ZONE,
    AskablePost,
    Typed,
    askable_posts,
    first_form,
    typed_of,
)
from kezek.web.scenario.what_if_view import PostShown, changes, decision_url, shown

_AGAIN_SECONDS = 3
_DRAWN_MAX = 12  # of more posts the figures are enough

_BUSY = t("Other simulations are running. Try again in some minutes.")
_WRONG = t("This cannot be simulated: %(why)s.")
_THIS = t("as it is")
_WAITS = t("wait by hour of arrival, hours")
_LINE = t("trucks at the checkpoint, not yet crossed")
_UNTIL = t("days until a place, by the day of asking")
_LEGEND = t("Line: median. Dark band: half of the cases. Light band: nine in ten.")


class WhatIfHead(NamedTuple):
    """What was asked, as the head of its page says it."""

    title: str
    begins: date
    until: date
    runs: int
    seed: int


class WhatIfRow(NamedTuple):
    """A what-if in the list of one's own."""

    url: str
    title: str
    at: datetime
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfFormPage(Page):
    """A question to the simulator: `chosen` posts, and `mine`, those asked before."""

    template = "pages/what_if_form.html"
    posts: list[AskablePost]
    chosen: frozenset[str]
    regulations: list[tuple[str, str]]
    values: Mapping[str, str]
    errors: Mapping[str, str]
    mine: list[WhatIfRow]
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfWaitPage(Page):
    """A what-if that is not done: `played` of its runs."""

    template = "pages/what_if_wait.html"
    title: str
    state: State
    played: int
    runs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfPage(Page):
    """What came of a what-if; `compared` where there are two worlds, with what is changed in the other.

    `courses` and `pictures` are drawn for each of the first of the `shown` posts.  `decisions` has, by
    post, the form of the agency's decision filled in.  `coming` trucks come a day in both worlds.
    """

    template = "pages/what_if.html"
    head: WhatIfHead
    compared: bool
    changes: list[str]
    shown: list[PostShown]
    courses: list[Markup]
    decisions: Mapping[str, str]
    coming: int | None
    pictures: list[list[Markup]]
    legend: str
    at: datetime
    files: list[str]
    url: str


@get("/agency/what-if", sync_to_thread=False)
def what_if_form(request: PageRequest) -> Response[bytes]:
    """A question to the simulator: posts, days, and what is to be otherwise; and those asked before."""
    here, _ = visit(request), signed_in(request, Role.AGENCY)
    return _form(request, first_form(here))


@post("/agency/what-if")
async def ask_what_if(request: PageRequest) -> Response[bytes]:
    """Begin to play it, and go to its page."""
    here, person = visit(request), signed_in(request, Role.AGENCY)
    typed = typed_of(here)
    if typed.asked is None:
        return _form(request, typed)
    text = scenario_of(typed.asked)
    wrong = faults_of(text)
    if wrong:
        errors = {"": here.words.say(_WRONG, why="; ".join(wrong))}
        return _form(request, Typed(typed.values, typed.chosen, None, errors))
    origin = WhatIfOrigin(person.account.id, here.now, typed.asked.title)
    try:
        found = await here.application.what_ifs.ask(text, origin)
    except SimulatorBusy:
        errors = {"": here.words.gettext(_BUSY)}
        return _form(request, Typed(typed.values, typed.chosen, None, errors))
    return redirect(request, f"/what-if/{found}")


@get("/what-if/{found:str}", sync_to_thread=False)
def what_if_page(request: PageRequest, found: FromPath[str]) -> Response[bytes]:
    """What came of it, for whoever has the link; until then how far it has come."""
    here = visit(request)
    known = _known(here, found)
    if known.state is not State.DONE:
        waits = known.state is not State.STOPPED
        again = {"Refresh": str(_AGAIN_SECONDS)} if waits else {}
        wait = WhatIfWaitPage(
            title=known.origin.title, state=known.state, played=known.played, runs=known.runs
        )
        return page(request, wait, headers=again)
    say = here.words.gettext
    scenario = here.application.what_ifs.file(found, "scenario.toml") or b""
    changed = changes_of(scenario.decode())
    answer = msgspec.structs.replace(
        here.application.what_ifs.answer(found), this_title=say(_THIS), other_title=say(OTHER)
    )
    whole = WhatIfPage(
        head=WhatIfHead(
            answer.title,
            date.fromisoformat(answer.begins),
            date.fromisoformat(answer.until),
            answer.replications,
            answer.seed,
        ),
        compared=bool(answer.other),
        changes=changes(here, changed),
        shown=shown(here, answer, changed),
        courses=[_course(here, answer, at) for at in range(min(_DRAWN_MAX, len(answer.posts)))],
        decisions=_decisions(here, scenario.decode(), answer),
        coming=coming_of(scenario.decode()),
        pictures=[_pictures(here, answer, at) for at in range(min(_DRAWN_MAX, len(answer.posts)))],
        legend=say(_LEGEND),
        at=local(known.origin.at, ZONE),
        files=here.application.what_ifs.files(found),
        url=f"/what-if/{found}",
    )
    return page(request, whole)


@get("/what-if/{found:str}/{name:str}", sync_to_thread=False)
def what_if_file(
    request: PageRequest, found: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """The scenario, the answer, or one of its tables."""
    here = visit(request)
    body = here.application.what_ifs.file(_known(here, found).id, name)
    if body is None:
        raise PageError("not_found")
    kept = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return answered(request, body, kind=FILES[name], headers=kept)


def _known(here: PageContext, found: str) -> KnownWhatIf:
    known = here.application.what_ifs.look(found)
    if known is None:
        raise PageError("not_found")
    return known


def _words(here: PageContext) -> PictureWords:
    say = here.words.gettext
    return PictureWords(
        waits=say(_WAITS),
        line=say(_LINE),
        until=say(_UNTIL),
        number=partial(number, lang=here.words.lang),
    )


def _course(here: PageContext, answer: ScenarioAnswer, at: int) -> Markup:
    return Markup(course_chart(answer, at, _words(here)))  # noqa: S704 - drawn by us, escaped


def _decisions(here: PageContext, scenario: str, answer: ScenarioAnswer) -> dict[str, str]:
    """By post the form of the decision, filled in, for an agency that governs it."""
    if here.person is None:
        return {}
    own = {p.place for p in governed(lines_by_name(here), here.person.actor)}
    changed = changes_of(scenario)
    found = {
        post.checkpoint: decision_url(post.checkpoint, answer.begins, changed)
        for post in answer.posts
        if post.checkpoint in own
    }
    return {checkpoint: url for checkpoint, url in found.items() if url}


def _pictures(here: PageContext, answer: ScenarioAnswer, at: int) -> list[Markup]:
    drawn = answer_panels(answer, at, _words(here))
    return [Markup(svg) for svg in drawn]  # noqa: S704 - drawn by us, its texts escaped


def _form(request: PageRequest, typed: Typed) -> Response[bytes]:
    here, person = visit(request), signed_in(request, Role.AGENCY)
    mine = [
        WhatIfRow(f"/what-if/{k.id}", k.origin.title, local(k.origin.at, ZONE), k.state)
        for k in here.application.what_ifs.of(person.account.id)[:20]
    ]
    form = WhatIfFormPage(
        # Those that are chosen stand first, in sight.
        posts=sorted(askable_posts(here), key=lambda one: one.id not in typed.chosen),
        chosen=typed.chosen,
        regulations=[
            (code, version_name(code, rule, here))
            for code, rule in shipped_ground().regulations.items()
        ],
        values=typed.values,
        errors=typed.errors,
        mine=mine,
        key=here.new_key(),
    )
    return page(request, form, http_status=422 if typed.errors else 200)


HANDLERS = (what_if_form, ask_what_if, what_if_page, what_if_file)
