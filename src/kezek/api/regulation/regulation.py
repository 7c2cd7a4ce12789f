"""Regulations in force: every number with where it comes from."""

from __future__ import annotations

import msgspec

from kezek.api.frame.form import Day, FeeResponse
from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.api.frame.problem import Wrong, wrong
from kezek.app.application import Application
from kezek.app.regulation.in_force import all_in_force, in_force
from kezek.app.regulation.published import fee_of
from kezek.app.regulation.regulation import FIELDS, NO_POOL
from kezek.domain.kernel.instant import DAY, MINUTE
from kezek.domain.regulation.regulation import ClassRule, Note, Regulation
from kezek.domain.regulation.regulations import Regulations


class NoteResponse(msgspec.Struct, frozen=True):
    """Where a number comes from: `basis` is law, observed, or `unknown, ours: ...`."""

    basis: str
    source: str


class ClassResponse(msgspec.Struct, frozen=True):
    """A class.  Caps are a share of the day's capacity in percent, or places a day; null is none.

    `pool` is `none` for the class of walk-ins; `label` are names for readers by language, where the rule
    set gives them.
    """

    name: str
    pool: str
    fee: FeeResponse
    cap_percent: int | None
    cap_places: int | None
    staff_only: bool
    joins: str
    note: NoteResponse
    label: dict[str, str]


class PoolResponse(msgspec.Struct, frozen=True):
    """A part of a day's places; those of a `reserved` pool are kept for its classes."""

    name: str
    reserved: bool
    classes: list[str]


class VersionResponse(msgspec.Struct, frozen=True):
    """A version of a rule set: `status` is in_force, draft or proposal."""

    effective_on: Day
    status: str


class RegulationQuery(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`version` is the first day of one of `versions`; without it the one in force is told."""

    version: Day | None = None


class RegulationResponse(msgspec.Struct, frozen=True):
    """One authority's rule set.  Minutes count from the end of the booked window (`keeps_place`,
    `no_show`), from the call (`call`), or back from the window's start (`move_until`);
    `displaced_days` from the closure that took the window.  The version cuts days into windows from
    `windows_from` on; `transition` names fields that it changes by another instant than usual.
    """

    id: str
    authority: str
    country: str
    title: str
    effective_on: Day
    sources: list[str]
    window_minutes: int
    horizon_days: int
    keeps_place_minutes: int
    no_show_minutes: int
    call_minutes: int
    misses_max: int
    moves_max: int | None
    move_until_minutes: int
    displaced_days: int
    drivers_max: int
    fee_unit: FeeResponse
    fee_unit_name: str
    pools: list[PoolResponse]
    classes: list[ClassResponse]
    interleave: list[str]
    notes: dict[str, NoteResponse]
    status: str
    until: Day | None
    windows_from: Day
    transition: dict[str, str]
    versions: list[VersionResponse]


class RegulationList(msgspec.Struct, frozen=True):
    items: list[RegulationResponse]


class RegulationsInForce:
    def __init__(self, application: Application) -> None:
        self._application, self._rules = application, application.rules

    async def all(self, _call: ApiRequest) -> Reply:
        application = self._application
        found = all_in_force(self._rules, application.network.zone, application.now())
        return answer(RegulationList([regulation_response(one, self._rules) for one in found]))

    async def one(self, request: ApiRequest) -> Reply:
        code, wanted = request.path["regulation"], request.read_query(RegulationQuery).version
        application = self._application
        found = in_force(self._rules, code, application.network.zone, application.now())
        if wanted is not None or found is None:
            versions = self._rules.of(code)
            found = next((v for v in versions if wanted in (None, v.effective_on)), None)
        if found is None:
            raise wrong(Wrong.NOT_FOUND)
        return answer(regulation_response(found, self._rules))


def _note(note: Note) -> NoteResponse:
    return NoteResponse(note.basis, note.source)


def _class(rule: ClassRule, regulation: Regulation) -> ClassResponse:
    fee = fee_of(regulation, rule.name)
    return ClassResponse(
        name=rule.name,
        pool=rule.pool.name if rule.pool else NO_POOL,
        fee=FeeResponse(fee.minor, fee.currency),
        cap_percent=rule.cap_percent,
        cap_places=rule.cap_places,
        staff_only=rule.staff_only,
        joins=rule.joins,
        note=_note(rule.note),
        label=dict(rule.labels),
    )


def regulation_response(r: Regulation, rules: Regulations) -> RegulationResponse:
    """A version of a rule set as the API tells it."""
    return RegulationResponse(
        id=r.id,
        authority=r.authority,
        country=r.country,
        title=r.title,
        effective_on=r.effective_on,
        sources=list(r.sources),
        window_minutes=r.window // MINUTE,
        horizon_days=r.horizon_days,
        keeps_place_minutes=r.keeps_place_for // MINUTE,
        no_show_minutes=r.no_show_after // MINUTE,
        call_minutes=r.call_for // MINUTE,
        misses_max=r.misses_max,
        moves_max=r.moves_max,
        move_until_minutes=r.move_until // MINUTE,
        displaced_days=r.displaced_for // DAY,
        drivers_max=r.drivers_max,
        fee_unit=FeeResponse(r.fee_unit.minor, r.fee_unit.currency),
        fee_unit_name=r.fee_unit_name,
        pools=[PoolResponse(pool.name, pool.reserved, list(pool.classes)) for pool in r.pools],
        classes=[_class(rule, r) for rule in r.classes.values()],
        interleave=list(r.interleave),
        notes={name: _note(note) for name, note in r.notes.items()},
        status=r.status,
        until=r.until or None,
        windows_from=r.windows_from or r.effective_on,
        transition={file: str(r.transition[n]) for file, n in FIELDS.items() if n in r.transition},
        versions=[VersionResponse(one.effective_on, one.status) for one in rules.of(r.id)],
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/regulations",
        name="list_regulations",
        noun="regulations",
        summary="The regulations in force",
        description="Every rule set of the network as data, with the source of each number.",
        run=RegulationsInForce.all,
        answer=RegulationList,
        public=True,
    ),
    Operation(
        method="GET",
        path="/regulations/{regulation}",
        name="read_regulation",
        noun="regulations",
        summary="One regulation",
        description="A rule set by its id: the version in force today, or the one that is asked for.",
        run=RegulationsInForce.one,
        query=RegulationQuery,
        answer=RegulationResponse,
        public=True,
    ),
)
