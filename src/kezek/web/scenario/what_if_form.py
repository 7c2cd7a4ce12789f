"""The form of a question to the simulator: what may be asked about, and what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple

import msgspec

from kezek.app.calendar.agency import governed
from kezek.app.calendar.unmet import FullPost, full_of
from kezek.app.scenario.ground import shipped_ground
from kezek.app.scenario.what_if_request import DAYS_MAX, POSTS_MAX, RUNS_MAX, WhatIfRequest
from kezek.domain.calendar.capacity import CAPACITY_MAX
from kezek.domain.kernel.instant import date_of, local_day
from kezek.i18n.mark import translatable as t
from kezek.i18n.times import number
from kezek.web.booking.shown import lines_by_name
from kezek.web.frame.forms import most, whole
from kezek.web.frame.page_context import PageContext
from kezek.web.scenario.what_if_view import lanes_told

ZONE = "Asia/Almaty"
_RUNS, _LANES_MAX, _PERCENT_MAX = 50, 100, 1_000
_FILLED_MAX = 30

_POSTS = t("Choose a checkpoint; at most %(most)s.")
_DAYS = t("The last day must be after the first, at most %(most)s days in all.")
_RANGE = t("Write a whole number from %(least)s to %(most)s.")
_CLOSED = t("A closure needs a start and a later end.")
_ONE_POST = t("This number is for one checkpoint: choose one, or leave it empty.")
_TITLE = t("What if at %(post)s, from %(day)s")
OTHER = t("changed")


class AskablePost(NamedTuple):
    """A post that can be asked about; `lanes` is how many it has at every step, in words, `full` how
    far it is booked up.
    """

    id: str
    name: str
    lanes: str
    full: FullPost | None


@dataclass(frozen=True, slots=True)
class Typed:
    """A form: its values as typed, the request if it makes one, and what is wrong with it by field."""

    values: Mapping[str, str]
    chosen: frozenset[str]
    asked: WhatIfRequest | None
    errors: Mapping[str, str]


def askable_posts(here: PageContext) -> list[AskablePost]:
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


def first_form(here: PageContext) -> Typed:
    """The form before anything is typed: two weeks from tomorrow, or what its address fills in."""
    begins = local_day(here.now, ZONE) + timedelta(days=1)
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
    full = next((one.full for one in askable_posts(here) if one.id == wanted), None)
    if full is not None:
        values["coming"] = str(full.coming)
    return Typed(values, frozenset({wanted}), None, {})


class _Question(msgspec.Struct, frozen=True):
    """Numbers and days are text: what is none is told at its field, with what was typed."""

    title: Annotated[str, most(100)] = ""
    regulation: Annotated[str, most(100)] = ""
    closed_from: Annotated[str, most(100)] = ""
    closed_until: Annotated[str, most(100)] = ""
    demand: Annotated[str, most(30)] = ""
    coming: Annotated[str, most(30)] = ""
    lanes: Annotated[str, most(30)] = ""
    capacity: Annotated[str, most(30)] = ""
    runs: Annotated[str, most(30)] = ""
    seed: Annotated[str, most(30)] = ""
    begins: Annotated[str, most(100)] = msgspec.field(default="", name="from")
    until: Annotated[str, most(100)] = ""
    announced: bool = False
    posts: list[Annotated[str, most(200)]] = []


def typed_of(here: PageContext) -> Typed:
    sent, errors = here.form.read(_Question), dict[str, str]()
    values: dict[str, str] = msgspec.to_builtins(sent)
    values["announced"] = "yes" if sent.announced else ""
    del values["posts"]
    choices = askable_posts(here)
    offered = {choice.id: choice.name for choice in choices}
    posts = tuple(dict.fromkeys(p for p in sent.posts if p in offered))
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
    given = {name: _number(here, name, values[name], limits[name], errors) for name in limits}
    if given["coming"] is not None and len(posts) > 1:
        errors["coming"] = here.words.gettext(_ONE_POST)
    closed = _moment(values["closed_from"]), _moment(values["closed_until"])
    typed_any = values["closed_from"] or values["closed_until"]
    if typed_any and (closed[0] is None or closed[1] is None or closed[1] <= closed[0]):
        errors["closed_from"] = here.words.gettext(_CLOSED)
    rules = values["regulation"] if values["regulation"] in shipped_ground().regulations else None
    assert until is not None, "an end that is none is an error above"
    seed = given["seed"]
    asked = WhatIfRequest(
        title=values["title"] or _title(here, [offered[post] for post in posts], values["from"]),
        other_title=OTHER,
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
    return Typed(values, frozenset(posts), None if errors else asked, errors)


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
    here: PageContext, name: str, text: str, limits: tuple[int, int], errors: dict[str, str]
) -> int | None:
    """A number of the form, None for an empty field; out of its limits it is an error."""
    if not text:
        return None
    found = whole(text)
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
