"""The rules in force, as the engine reads them: every number with where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from litestar import Response, get
from litestar.params import FromPath
from markupsafe import Markup

from kezek.app.regulation.in_force import all_in_force
from kezek.domain.kernel.instant import DAY, HOUR, MINUTE, Instant
from kezek.domain.regulation.regulation import ClassRule, Note, Regulation, VersionStatus
from kezek.i18n import names, times
from kezek.i18n.catalogue import Words
from kezek.i18n.mark import translatable as t
from kezek.web.frame.format import fee_view
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import PageError
from kezek.web.frame.render import page
from kezek.web.server.link import linked


@dataclass(frozen=True, slots=True)
class RegulationView:
    code: str
    name: str
    authority: str
    version: str
    effective: date
    in_force: bool
    sources: list[Markup]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule: `mark` is empty, `ours` or `unknown`."""

    label: str
    value: str
    mark: str
    note: str
    source: Markup


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: list[RuleRow]


@dataclass(frozen=True, slots=True)
class ShownVersion:
    version: str
    effective: date
    url: str
    status: str
    here: bool


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """A rule that a version has otherwise: `was` is empty where the rule is new."""

    label: str
    was: str
    now: RuleRow


@dataclass(frozen=True, slots=True)
class Other:
    code: str
    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulationPage(Page):
    """A version of the rules, the other versions, and the rules of other authorities.

    `changes` are what it has otherwise than the version of the day `before`, empty for the first.
    """

    template = "pages/regulation.html"
    regulation: RegulationView
    sections: list[Section]
    changes: list[ChangedRule]
    before: str
    versions: list[ShownVersion]
    others: list[Other]


@get("/regulations/{code:str}")
async def regulation(request: PageRequest, code: FromPath[str]) -> Response[bytes]:
    """One authority's rules."""
    here = visit(request)
    versions = here.application.rules.of(code)
    if not versions:
        raise PageError("not_found")
    application = here.application
    current = all_in_force(application.rules, application.network.zone, here.now)
    now = next((one for one in current if one.id == code), versions[-1])
    wanted = request.query_params.get("version", "")
    rules = next((one for one in versions if one.effective_on == wanted), None if wanted else now)
    if rules is None:
        raise PageError("not_found")
    view, before = _view(rules, here), _before(versions, rules)
    shown = RegulationPage(
        regulation=view,
        sections=_sections(rules, here),
        changes=_changes(before, rules, here) if before else [],
        before=before.effective_on if before else "",
        versions=[_version(one, rules, now, here) for one in versions],
        others=[
            Other(other.id, regulation_name(other, here), f"/regulations/{other.id}")
            for other in current
            if other.id != code
        ],
    )
    return page(request, shown)


def _before(versions: Sequence[Regulation], rules: Regulation) -> Regulation | None:
    """The version in force that another one takes the place of; None where it is the first."""
    earlier = [
        one
        for one in versions
        if one.status is VersionStatus.IN_FORCE and one.effective_on < rules.effective_on
    ]
    return earlier[-1] if earlier else None


def _changes(before: Regulation, rules: Regulation, here: PageContext) -> list[ChangedRule]:
    """What a version has otherwise than the one before it, with where each number comes from."""
    was = {row.label: row for section in _sections(before, here) for row in section.rows}
    rows = [row for section in _sections(rules, here) for row in section.rows]
    return [
        ChangedRule(row.label, was[row.label].value if row.label in was else "", row)
        for row in rows
        if row.label not in was or was[row.label].value != row.value
    ]


_STATUSES = {
    VersionStatus.IN_FORCE: t("in force"),
    VersionStatus.DRAFT: t("draft"),
    VersionStatus.PROPOSAL: t("proposal"),
}
_TO_COME, _NO_LONGER = t("not yet in force"), t("no longer in force")


def _version(
    one: Regulation, shown: Regulation, now: Regulation, here: PageContext
) -> ShownVersion:
    status = _STATUSES[one.status]
    if one.status is VersionStatus.IN_FORCE and one is not now:
        status = _TO_COME if one.effective_on > now.effective_on else _NO_LONGER
    return ShownVersion(
        one.effective_on,
        date.fromisoformat(one.effective_on),
        f"/regulations/{one.id}?version={one.effective_on}",
        here.words.gettext(status),
        here=one is shown,
    )


def regulation_name(rules: Regulation, here: PageContext) -> str:
    """What people call a rule set: its country and its system."""
    country = names.country(rules.country, here.lang)
    return f"{country}, {here.words.gettext(rules.system)}" if rules.system else country


def version_name(code: str, rules: Regulation, here: PageContext) -> str:
    """The name of a version that a scenario calls `code`: with its first day where that is a version's
    own, and with its status where it is not in force.
    """
    name = regulation_name(rules, here)
    if code == rules.id:
        return name
    dated = f"{name}, {rules.effective_on}"
    if rules.status is VersionStatus.IN_FORCE:
        return dated
    return f"{dated} ({here.words.gettext(_STATUSES[rules.status])})"


def _view(rules: Regulation, here: PageContext) -> RegulationView:
    return RegulationView(
        code=rules.id,
        name=regulation_name(rules, here),
        authority=here.words.gettext(rules.title),
        version=rules.effective_on,
        effective=date.fromisoformat(rules.effective_on),
        in_force=rules.status is VersionStatus.IN_FORCE,
        sources=[linked(here.words.gettext(source)) for source in rules.sources],
    )


_BOOKING, _ORDER, _FEES = t("Booking"), t("Order"), t("Fees and shares of the day")
_AHEAD, _SLOT, _ONE = t("How far ahead you can book"), t("Slot"), t("Active bookings per vehicle")
_ONE_VALUE = t("one, by VIN and by plate")
_MOVES, _MOVE_UNTIL = t("How often a booking can be moved"), t("Last moment to move a booking")
_DISPLACED = t("Time to choose a new hour after a closure")
_DRIVERS = t("Drivers per booking")
_INSIDE, _BETWEEN = t("Inside a class"), t("Between classes")
_INSIDE_VALUE = t("start of the booked hour, then arrival, then number")
_LATE, _NO_SHOW = t("A late truck keeps its place for"), t("A booking ends without arrival after")
_CALL, _MISSES = t("Time from the call to the gate"), t("Missed calls before the booking ends")
_UNBOOKED = t("A truck without a booking")
_UNLIMITED = t("no limit")
_START = t("the start of the booked hour")
_FREE, _NO_FEE = t("free"), t("not published")


def _sections(rules: Regulation, here: PageContext) -> list[Section]:
    say = here.words
    return [
        Section(say.gettext(_BOOKING), _booking_rows(rules, say)),
        Section(say.gettext(_ORDER), [*_order_rows(rules, say), *_joining_rows(rules, here)]),
        Section(
            say.gettext(_FEES), [_class_row(rules, rule, say) for rule in rules.classes.values()]
        ),
    ]


def _booking_rows(rules: Regulation, say: Words) -> list[RuleRow]:
    moves = say.gettext(_UNLIMITED) if rules.moves_max is None else str(rules.moves_max)
    days = say.count("%(num)s day", "%(num)s days", rules.horizon_days)
    before = say.gettext(_START)
    if rules.move_until:
        before = say.say("%(span)s before the booked hour", span=span(rules.move_until, say))
    return [
        _row(rules, say, _AHEAD, days, "horizon_days"),
        _row(rules, say, _SLOT, span(rules.window, say), "window_minutes"),
        RuleRow(say.gettext(_ONE), say.gettext(_ONE_VALUE), "", "", Markup()),
        _row(rules, say, _MOVES, moves, "moves_max"),
        _row(rules, say, _MOVE_UNTIL, before, "move_until_minutes"),
        _row(rules, say, _DISPLACED, span(rules.displaced_for, say), "displaced_days"),
        _row(rules, say, _DRIVERS, str(rules.drivers_max), "drivers_max"),
    ]


def _order_rows(rules: Regulation, say: Words) -> list[RuleRow]:
    cycle = ", ".join(_cycle(rules, say))
    return [
        RuleRow(say.gettext(_INSIDE), say.gettext(_INSIDE_VALUE), "", "", Markup()),
        _row(rules, say, _BETWEEN, cycle, "interleave"),
        _row(rules, say, _LATE, span(rules.keeps_place_for, say), "keeps_place_minutes"),
        _row(rules, say, _NO_SHOW, span(rules.no_show_after, say), "no_show_minutes"),
        _row(rules, say, _CALL, span(rules.call_for, say), "call_minutes"),
        _row(rules, say, _MISSES, str(rules.misses_max), "misses_max"),
    ]


def _joining_rows(rules: Regulation, here: PageContext) -> list[RuleRow]:
    """How who has no booking joins the line; the sentence is the one of the console and of the order."""
    rule = rules.walk_in
    if rule is None:
        return []
    part = here.web.templates.environment(here.lang).get_template("parts/joins.html")
    said = str(part.module.joins(rule.joins))  # type: ignore[attr-defined]
    return [_row(rules, here.words, _UNBOOKED, said, "joins")]


def _cycle(rules: Regulation, say: Words) -> list[str]:
    """The published cycle with runs counted: priority, 5 × in turn, …"""
    runs: list[tuple[str, int]] = []
    for name in rules.interleave:
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1] + 1)
        else:
            runs.append((name, 1))
    words = [(names.vehicle_class(name, say.lang), count) for name, count in runs]
    return [f"{count} × {word}" if count > 1 else word for word, count in words]


def _class_row(rules: Regulation, rule: ClassRule, say: Words) -> RuleRow:
    fee = fee_view(rules, rule.name)
    if fee is None:
        parts = [say.gettext(_NO_FEE)]
    elif fee.minor:
        law = f"{times.number(fee.units, say.lang)} {names.fee_unit(fee.unit, say.lang)}"
        parts = [law, times.money(fee.minor, fee.currency, say.lang)]
    else:
        parts = [say.gettext(_FREE)]
    if rule.cap_percent is not None:
        parts.append(say.say("at most %(percent)s %% of the day", percent=rule.cap_percent))
    if rule.cap_places is not None:
        parts.append(say.count("at most %(num)s a day", "at most %(num)s a day", rule.cap_places))
    if rule.staff_only and rule.pool is not None:
        parts.append(say.gettext(t("given at the checkpoint, not booked online")))
    label = names.vehicle_class(rule.name, say.lang)
    return _noted(label[:1].upper() + label[1:], ", ".join(parts), rule.note, say)


def _row(rules: Regulation, say: Words, label: str, value: str, number: str) -> RuleRow:
    note = rules.notes.get(number, Note("unknown", ""))
    return _noted(say.gettext(label), value, note, say)


_NEAR = t("Kezek chose this number. The source is on this subject but does not state it:")
_FROM_LAW, _SEEN = t("stated by the law"), t("observed in the running system")


def _noted(label: str, value: str, note: Note, say: Words) -> RuleRow:
    """The row with its mark; what the rule set says of our own numbers stands beside them."""
    # Those of the shipped rule sets are in the catalogues; another's are shown as they are written.
    source = linked(say.gettext(note.source)) if note.source else Markup()
    if note.ours:
        # A source beside a number of ours would read as if the number stood there.
        return RuleRow(label, value, "ours", say.gettext(_NEAR) if source else "", source)
    basis = {"law": say.gettext(_FROM_LAW), "observed": say.gettext(_SEEN)}.get(note.basis, "")
    return RuleRow(label, value, "", basis, source)


def span(length: Instant, say: Words) -> str:
    """Two days and more as days, whole hours as hours, anything else as minutes."""
    if length >= 2 * DAY and length % DAY == 0:
        return say.count("%(num)s day", "%(num)s days", length // DAY)
    if length and length % HOUR == 0:
        return say.count("%(num)s hour", "%(num)s hours", length // HOUR)
    return say.count("%(num)s minute", "%(num)s minutes", length // MINUTE)


HANDLERS = (regulation,)
