"""What happens if: the agency's questions to the simulator, and what came of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from markupsafe import Markup

from kezek.app.calendar.agency import governed
from kezek.app.calendar.unmet import FullPost, full_of
from kezek.app.scenario.ground import shipped_ground
from kezek.app.scenario.what_if import FILES, KnownWhatIf, Origin, SimulatorBusy, State
from kezek.app.scenario.wish import (
    DAYS_MAX,
    POSTS_MAX,
    RUNS_MAX,
    WhatIfRequest,
    changes_of,
    coming_of,
    faults_of,
    scenario_of,
)
from kezek.domain.account.actor import Role
from kezek.domain.calendar.capacity import CAPACITY_MAX
from kezek.domain.kernel.instant import date_of, local_day
from kezek.i18n.mark import translatable as t
from kezek.i18n.times import number
from kezek.planning.scenario.answer.answer import ScenarioAnswer
from kezek.planning.scenario.answer.chart import ChartWords as PictureWords
from kezek.planning.scenario.answer.chart import answer_panels, course_chart
from kezek.web.booking.shown import lines_by_name
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import PageError
from kezek.web.frame.render import answer as answered
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import signed_in
from kezek.web.frame.shape import local
from kezek.web.regulation.regulation import regulation_name
from kezek.web.scenario.what_if_view import changes, decision_url, lanes_told, shown

_ZONE = "Asia/Almaty"
_RUNS, _LANES_MAX, _PERCENT_MAX = 50, 100, 1_000
_AGAIN_SECONDS = 3
_FILLED_MAX = 30
_DRAWN_MAX = 12  # of more posts the figures are enough

_POSTS = t("Choose a checkpoint; at most %(most)s.")
_DAYS = t("The last day must be after the first, at most %(most)s days in all.")
_RANGE = t("Write a whole number from %(least)s to %(most)s.")
_CLOSED = t("A closure needs a start and a later end.")
_ONE_POST = t("This number is for one checkpoint: choose one, or leave it empty.")
_BUSY = t("Other simulations are running. Try again in some minutes.")
_WRONG = t("This cannot be simulated: %(why)s.")
_THIS, _OTHER = t("as it is"), t("changed")
_TITLE = t("What if at %(post)s, from %(day)s")
_WAITS = t("wait by hour of arrival, hours")
_LINE = t("trucks at the checkpoint, not yet crossed")
_UNTIL = t("days until a place, by the day of asking")
_LEGEND = t("Line: median. Dark band: half of the cases. Light band: nine in ten.")


class AskablePost(NamedTuple):
    """A post that can be asked about; `lanes` is how many it has at every step, in words, `full` how
    far it is booked up.
    """

    id: str
    name: str
    lanes: str
    full: FullPost | None


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


@dataclass(frozen=True, slots=True)
class Typed:
    """A form: its values as typed, its wish if it makes one, and what is wrong with it by field."""

    values: Mapping[str, str]
    chosen: frozenset[str]
    wish: WhatIfRequest | None
    errors: Mapping[str, str]


@get("/agency/what-if", sync_to_thread=False)
def what_if_form(request: PageRequest) -> Response[bytes]:
    """A question to the simulator: posts, days, and what is to be otherwise; and those asked before."""
    here, _ = visit(request), signed_in(request, Role.AGENCY)
    return _form(request, _first(here))


@post("/agency/what-if")
async def ask_what_if(request: PageRequest) -> Response[bytes]:
    """Begin to play it, and go to its page."""
    here, person = visit(request), signed_in(request, Role.AGENCY)
    typed = _typed(here)
    if typed.wish is None:
        return _form(request, typed)
    text = scenario_of(typed.wish)
    wrong = faults_of(text)
    if wrong:
        errors = {"": here.words.say(_WRONG, why="; ".join(wrong))}
        return _form(request, Typed(typed.values, typed.chosen, None, errors))
    origin = Origin(person.account.id, here.now, typed.wish.title)
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
        return page(
            request,
            "pages/what_if_wait.html",
            headers=again,
            title=known.origin.title,
            state=known.state,
            played=known.played,
            runs=known.runs,
        )
    say = here.words.gettext
    scenario = here.application.what_ifs.file(found, "scenario.toml") or b""
    changed = changes_of(scenario.decode())
    answer = msgspec.structs.replace(
        here.application.what_ifs.answer(found), this_title=say(_THIS), other_title=say(_OTHER)
    )
    return page(
        request,
        "pages/what_if.html",
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
        at=local(known.origin.at, _ZONE),
        files=here.application.what_ifs.files(found),
        address=f"/what-if/{found}",
    )


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
        WhatIfRow(f"/what-if/{k.id}", k.origin.title, local(k.origin.at, _ZONE), k.state)
        for k in here.application.what_ifs.of(person.account.id)[:20]
    ]
    return page(
        request,
        "pages/what_if_form.html",
        http_status=422 if typed.errors else 200,
        # Those that are chosen stand first, in sight.
        posts=sorted(_posts(here), key=lambda one: one.id not in typed.chosen),
        chosen=typed.chosen,
        regulations=[
            (rule.id, regulation_name(rule, here)) for rule in shipped_ground().regulations.values()
        ],
        values=typed.values,
        errors=typed.errors,
        mine=mine,
        key=here.new_key(),
    )


def _posts(here: PageContext) -> list[AskablePost]:
    """The usual lines of the person's posts of which capacity and demand are known."""
    person = here.person
    assert person is not None, "checked at the door"
    known = shipped_ground().calibrated
    own = governed(lines_by_name(here), person.actor)
    named = [(p.names.own_name(here.lang), p.place, p) for p in own if p.place in known]
    named.sort(key=lambda one: one[:2])
    reader = here.application.store.reader
    return [
        AskablePost(id, name, lanes_told(here, id), full_of(reader, p, here.now))
        for name, id, p in named
    ]


def _first(here: PageContext) -> Typed:
    """The form before anything is typed: two weeks from tomorrow, or what its address fills in."""
    begins = local_day(here.now, _ZONE) + timedelta(days=1)
    values = {
        "from": begins.isoformat(),
        "until": (begins + timedelta(days=14)).isoformat(),
        "runs": str(_RUNS),
        "announced": "yes",
    }
    query = here.request.query_params
    wanted = query.get("checkpoint") or ""
    filled = ("from", "until", "capacity", "closed_from", "closed_until")
    values |= {name: query[name][:_FILLED_MAX] for name in filled if query.get(name)}
    full = next((one.full for one in _posts(here) if one.id == wanted), None)
    if full is not None:
        values["coming"] = str(full.coming)
    return Typed(values, frozenset({wanted}), None, {})


def _typed(here: PageContext) -> Typed:
    form, errors = here.form, {}
    names = ("title", "regulation", "closed_from", "closed_until")
    numbers = ("demand", "coming", "lanes", "capacity", "runs", "seed")
    values = {name: form.text(name, 100) for name in (*names, *numbers, "from", "until")}
    values["announced"] = "yes" if form.ticked("announced") else ""
    choices = _posts(here)
    offered = {choice.id: choice.name for choice in choices}
    posts = tuple(dict.fromkeys(p for p in form.all("posts") if p in offered))
    if not 1 <= len(posts) <= POSTS_MAX:
        errors["posts"] = here.words.say(_POSTS, most=POSTS_MAX)
    begins, until = date_of(values["from"]), date_of(values["until"])
    if begins is None or until is None or not 0 < (until - begins).days <= DAYS_MAX:
        errors["from"] = here.words.say(_DAYS, most=DAYS_MAX)
        begins = until = date(2000, 1, 1)
    limits = {
        "demand": (1, _PERCENT_MAX),
        "coming": (1, CAPACITY_MAX),
        "lanes": (1, _LANES_MAX),
        "capacity": (0, CAPACITY_MAX),
        "runs": (2, RUNS_MAX),
        "seed": (0, 2**31),
    }
    given = {name: _number(here, name, limits[name], errors) for name in limits}
    if given["coming"] is not None and len(posts) > 1:
        errors["coming"] = here.words.gettext(_ONE_POST)
    closed = _moment(values["closed_from"]), _moment(values["closed_until"])
    typed_any = values["closed_from"] or values["closed_until"]
    if typed_any and (closed[0] is None or closed[1] is None or closed[1] <= closed[0]):
        errors["closed_from"] = here.words.gettext(_CLOSED)
    rules = values["regulation"] if values["regulation"] in shipped_ground().regulations else None
    assert until is not None, "an end that is none is an error above"
    seed = given["seed"]
    wish = WhatIfRequest(
        title=values["title"] or _title(here, [offered[post] for post in posts], values["from"]),
        other_title=_OTHER,
        posts=posts,
        begins=begins,
        until=until,
        runs=given["runs"] or _RUNS,
        seed=here.application.chance.between(1, 999_999) if seed is None else seed,
        regulation=rules,
        demand_percent=given["demand"],
        lanes=given["lanes"],
        capacity=given["capacity"],
        closed_from=closed[0],
        closed_until=closed[1],
        announced=values["announced"] == "yes",
        coming=given["coming"],
        full=tuple(c.full for c in choices if c.full is not None and c.id in posts),
    )
    return Typed(values, frozenset(posts), None if errors else wish, errors)


def _title(here: PageContext, posts: list[str], day: str) -> str:
    """The question by its posts, for whoever has given it no name."""
    if len(posts) == 1:
        return here.words.say(_TITLE, post=posts[0], day=day)
    return here.words.count(
        "What if at %(num)s checkpoint, from %(day)s",
        "What if at %(num)s checkpoints, from %(day)s",
        len(posts),
        day=day,
    )


def _number(
    here: PageContext, name: str, limits: tuple[int, int], errors: dict[str, str]
) -> int | None:
    """A number of the form, None for an empty field; out of its limits it is an error."""
    if not here.form.text(name, 30):
        return None
    found = here.form.number(name)
    if found is None or not limits[0] <= found <= limits[1]:
        least, most = (number(limit, here.lang) for limit in limits)
        errors[name] = here.words.say(_RANGE, least=least, most=most)
        return None
    return found


def _moment(text: str) -> datetime | None:
    """A local time as a browser sends it, `2026-06-15T08:00`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo else found


HANDLERS = (what_if_form, ask_what_if, what_if_page, what_if_file)
