"""An answer of the simulator as a page shows it: figures with their errors, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time, timedelta
from typing import Any, NamedTuple

from kezek.app.scenario.ground import shipped_ground
from kezek.app.scenario.what_if_request import lanes_of
from kezek.i18n.mark import translatable as t
from kezek.i18n.names import vehicle_class
from kezek.i18n.times import number, stamp
from kezek.planning.scenario.answer.answer import Figure, PostAnswer, ScenarioAnswer
from kezek.web.frame.page_context import PageContext
from kezek.web.regulation.regulation import version_name

_MEDIAN, _P90 = 3, 5

_GROUPS: Mapping[str, str] = {
    "all": t("all trucks"),
    "booked": t("booked"),
    "walk_in": t("without a booking"),
    "early": t("before their booked hour"),
    "on_time": t("in their booked hour"),
    "late": t("after their booked hour"),
}
_VERDICTS: Mapping[str, str] = {
    "wins": t("gains"),
    "loses": t("loses"),
    "same": t("no visible difference"),
}
_TIGHT: Mapping[str, str] = {
    "calendar": t("places of the day"),
    "counterpart": t("the other country's side"),
    "documents": t("documents"),
    "customs": t("customs"),
}
_LANES, _LANES_OURS = "stage.*.lanes", t("%(lanes)s (assumed by Kezek)")
# The form's fields by what they set in a scenario.
_FIELDS: Mapping[str, str] = {
    "demand.factor": t("Demand, percent of today's"),
    _LANES: t("Lanes at each step"),
    "capacity_per_day": t("Places a day"),
    "regulation": t("Rule set"),
}
_CLOSED = t("Closed from %(begins)s until %(ends)s")
_SURPRISE = t("not announced: booked trucks come anyway")
_MINUTES = t("%(minutes)s min")
_HOURS = t("%(hours)s h %(minutes)s")
_DAYS = t("%(days)s d %(hours)s h")
_UP_TO = t("up to %(span)s")
_LONGER = t("longer")
_MORE_PLACES = t(
    "More trucks ask for a place than there are places, so the wait for a place grows."
)
_MORE_TRUCKS = t("More trucks come than can cross, so the line grows.")
_UNKNOWN = t("cannot be told: the checkpoint is full, and the demand is not known")
_ONE = t("Trucks wait %(wait)s on average; the wait for a place is %(days)s days.")
_ONE_UNKNOWN = t(
    "Trucks wait %(wait)s on average; the days until a place cannot be told, because the checkpoint is"
    " full and the demand is not known."
)
_TWO: Mapping[str, str] = {
    "wins": t(
        "The change shortens the mean wait from %(wait)s to %(other)s; days until a place: %(days)s as"
        " it is, %(after)s changed."
    ),
    "loses": t(
        "The change lengthens the mean wait from %(wait)s to %(other)s; days until a place: %(days)s as"
        " it is, %(after)s changed."
    ),
    "same": t(
        "The change makes no visible difference in the mean wait (%(wait)s and "
        "%(other)s); days until a place: %(days)s as it is, %(after)s changed."
    ),
}
_TWO_UNKNOWN: Mapping[str, str] = {
    "wins": t(
        "The change shortens the mean wait from %(wait)s to %(other)s; the days until a place cannot be"
        " told, because the checkpoint is full and the demand is not known."
    ),
    "loses": t(
        "The change lengthens the mean wait from %(wait)s to %(other)s; the days until a place cannot"
        " be told, because the checkpoint is full and the demand is not known."
    ),
    "same": t(
        "The change makes no visible difference in the mean wait (%(wait)s and "
        "%(other)s); the days until a place cannot be told, because the "
        "checkpoint is full and the demand is not known."
    ),
}


class FigureLine(NamedTuple):
    """A figure with its error, in both worlds; the second is empty where there is one world."""

    name: str
    this: str
    other: str


class Gain(NamedTuple):
    """What a group waits more or less in the other world."""

    group: str
    minutes: str
    error: str
    verdict: str
    kind: str


class PostShown(NamedTuple):
    """One checkpoint: its sign, the result in one sentence, its one number, its figures."""

    checkpoint: str
    name: str
    wait: str
    error: str
    other_wait: str
    other_error: str
    warnings: tuple[str, ...]
    result: str
    lines: tuple[FigureLine, ...]
    bands: tuple[FigureLine, ...]
    gains: tuple[Gain, ...]


def changes(here: PageContext, changed: Mapping[str, Any]) -> list[str]:
    """What the other world has otherwise, as the form asked for it."""
    say, told = here.words.say, []
    for field, name in _FIELDS.items():
        if field in changed:
            found = changed[field]
            if isinstance(found, float):
                found = round(100 * found)
            if isinstance(found, str):
                rules = shipped_ground().regulations.get(found)
                figure = found if rules is None else version_name(found, rules, here)
            else:
                figure = number(found, here.lang)
            told.append(f"{here.words.gettext(name)}: {figure}")
    for span in changed.get("closure", ()):
        begins, ends = stamp(span["from"], here.lang), stamp(span["until"], here.lang)
        told.append(say(_CLOSED, begins=begins, ends=ends))
        if not span["announced"]:
            told.append(here.words.gettext(_SURPRISE))
    return told


def lanes_told(here: PageContext, checkpoint: str) -> str:
    """How many lanes a post has at every step as it is played, and whether that is assumed."""
    known = lanes_of(checkpoint)
    if known is None:
        return ""
    lanes, ours = known
    return here.words.say(_LANES_OURS, lanes=lanes) if ours else number(lanes, here.lang)


def shown(here: PageContext, answer: ScenarioAnswer, changed: Mapping[str, Any]) -> list[PostShown]:
    """Every checkpoint of the answer; `changed` is what the other world has otherwise."""
    beside = answer.other or (None,) * len(answer.posts)
    return [
        _post(here, answer, post, other, changed)
        for post, other in zip(answer.posts, beside, strict=True)
    ]


def span(here: PageContext, minutes: float) -> str:
    """Minutes as people say them."""
    say, whole = here.words.say, round(minutes)
    if whole < 60:
        told = number(round(minutes, 1), here.lang) if minutes < 10 else str(whole)
        return say(_MINUTES, minutes=told)
    hours, rest = divmod(whole, 60)
    if hours < 48:
        return say(_HOURS, hours=hours, minutes=f"{rest:02d}")
    return say(_DAYS, days=hours // 24, hours=hours % 24)


def _post(
    here: PageContext,
    answer: ScenarioAnswer,
    post: PostAnswer,
    other: PostAnswer | None,
    changed: Mapping[str, Any],
) -> PostShown:
    now = lanes_told(here, post.checkpoint)
    then = number(changed[_LANES], here.lang) if _LANES in changed else now
    lanes = FigureLine(here.words.gettext(_FIELDS[_LANES]), now, then if other else "")
    return PostShown(
        checkpoint=post.checkpoint,
        name=post.name,
        wait=span(here, post.wait.value),
        error=_error(here, post.wait),
        other_wait=span(here, other.wait.value) if other else "",
        other_error=_error(here, other.wait) if other else "",
        warnings=tuple(_warnings(here, answer, post, other)),
        result=result(here, answer, post, other),
        lines=(lanes, *_lines(here, post, other)),
        bands=tuple(_bands(here, post, other)),
        gains=tuple(_gains(here, answer, post.checkpoint)),
    )


def result(
    here: PageContext, answer: ScenarioAnswer, post: PostAnswer, other: PostAnswer | None
) -> str:
    """The result in one sentence: the wait at the border, and the wait for a place before it."""
    say, wait = here.words.say, span(here, post.wait.value)
    until = post.calendar.until_place
    if other is None:
        if until is None:
            return say(_ONE_UNKNOWN, wait=wait)
        return say(_ONE, wait=wait, days=_days(here, until))
    gap = next(
        (g for g in answer.differences if (g.checkpoint, g.group) == (post.checkpoint, "all")), None
    )
    verdict = gap.verdict if gap is not None else "same"
    then, after = span(here, other.wait.value), other.calendar.until_place
    if until is None or after is None:
        return say(_TWO_UNKNOWN[verdict], wait=wait, other=then)
    return say(
        _TWO[verdict], wait=wait, other=then, days=_days(here, until), after=_days(here, after)
    )


def _days(here: PageContext, days: float) -> str:
    return number(round(days, 1), here.lang)


def decision_url(checkpoint: str, begins: str, changed: Mapping[str, Any]) -> str:
    """The form of the agency's decision with what was changed; empty where it is none of a calendar.

    A closure from midnight to midnight closes its first day.
    """
    for closed in changed.get("closure", ()):
        begin, end = closed["from"], closed["until"]
        if begin.time() == time() and end >= begin + timedelta(days=1):
            return f"/agency/{checkpoint}/{begin.date().isoformat()}?close=yes"
    places = changed.get("capacity_per_day")
    return "" if places is None else f"/agency/{checkpoint}/{begins}?capacity={places}"


def _warnings(
    here: PageContext, answer: ScenarioAnswer, post: PostAnswer, other: PostAnswer | None
) -> list[str]:
    told = []
    for name, each in ((answer.this_title, post), (answer.other_title, other)):
        if each is not None and each.load > 1:
            why = _MORE_PLACES if each.tight == "calendar" else _MORE_TRUCKS
            told.append(f"{here.words.gettext(name)}: {here.words.gettext(why)}")
    return told


_NAMES = (
    t("utilisation, and the bottleneck"),
    t("trucks crossed"),
    t("mean wait after the booked time"),
    t("median wait"),
    t("wait of nine in ten trucks, at most"),
    t("longest wait in a run"),
    t("most trucks at the checkpoint at once"),
    t("truck-hours"),
    t("bookings without arrival"),
    t("days until a place"),
    t("without a place at the end"),
    t("walk-ins refused a day"),
)


def _lines(here: PageContext, post: PostAnswer, other: PostAnswer | None) -> list[FigureLine]:
    first = _told(here, post)
    second = _told(here, other) if other else [""] * len(first)
    rows = zip(_NAMES, first, second, strict=True)
    return [FigureLine(here.words.gettext(name), this, that) for name, this, that in rows]


def _told(here: PageContext, post: PostAnswer) -> list[str]:
    """The figures, in the order of `_NAMES`."""
    group = post.groups[0] if post.groups else None
    tight = here.words.gettext(_TIGHT[post.tight]) if post.tight in _TIGHT else post.tight
    return [
        f"{number(round(100 * post.load), here.lang)} % · {tight}",
        _count(here, post.trucks),
        _wait(here, group.beyond) if group else "",
        _wait(here, group.quantiles[_MEDIAN]) if group else "",
        _wait(here, group.quantiles[_P90]) if group else "",
        _wait(here, post.worst),
        _count(here, post.longest),
        _count(here, post.truck_hours),
        _count(here, post.no_shows),
        _until(here, post.calendar.until_place),
        number(post.calendar.left, here.lang),
        number(round(post.calendar.refused), here.lang),
    ]


def _until(here: PageContext, days: float | None) -> str:
    return here.words.gettext(_UNKNOWN) if days is None else _days(here, days)


def _bands(here: PageContext, post: PostAnswer, other: PostAnswer | None) -> list[FigureLine]:
    say = here.words
    return [
        FigureLine(
            say.say(_UP_TO, span=span(here, band.until)) if band.until else say.gettext(_LONGER),
            _count(here, band.trucks),
            _count(here, other.bands[at].trucks) if other else "",
        )
        for at, band in enumerate(post.bands)
    ]


def _gains(here: PageContext, answer: ScenarioAnswer, checkpoint: str) -> Sequence[Gain]:
    return [
        Gain(
            _group(here, gap.group),
            _signed(here, gap.minutes.value),
            _error(here, gap.minutes),
            here.words.gettext(_VERDICTS[gap.verdict]),
            gap.verdict,
        )
        for gap in answer.differences
        if gap.checkpoint == checkpoint
    ]


def _group(here: PageContext, name: str) -> str:
    if name in _GROUPS:
        return here.words.gettext(_GROUPS[name])
    return vehicle_class(name.removeprefix("class:"), here.lang)


def _signed(here: PageContext, minutes: float) -> str:
    """A difference; what is too small to be told has no sign."""
    sign = "+" if minutes > 0 else "−"
    return f"{sign if round(minutes, 1) else ''}{span(here, abs(minutes))}"


def _wait(here: PageContext, figure: Figure) -> str:
    return f"{span(here, figure.value)} ± {_error(here, figure)}"


def _error(here: PageContext, figure: Figure) -> str:
    return "?" if figure.error is None else span(here, figure.error)


def _count(here: PageContext, figure: Figure) -> str:
    told = number(round(figure.value), here.lang)
    return told if figure.error is None else f"{told} ± {number(round(figure.error, 1), here.lang)}"
