"""Booking for several trucks at once, from the own list or from a table; an answer per row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, NamedTuple

import msgspec
from litestar import Response, get, post

from kezek.app.account.access import Person
from kezek.app.booking.bulk import (
    COLUMNS,
    REASON,
    ROWS_MAX,
    ClearRow,
    TruckTable,
    Unclear,
    read_sheet,
)
from kezek.app.booking.bulk_answer import RowAnswer, answer_csv, refused_csv
from kezek.app.booking.garage import row_id
from kezek.app.table.row_problem import RowProblem, RowReason
from kezek.domain.account.actor import Role
from kezek.domain.booking.book import Vehicle
from kezek.domain.kernel.instant import Instant, date_of, from_datetime
from kezek.domain.kernel.refusal import Refused
from kezek.i18n import row_problem
from kezek.i18n.mark import translatable as t
from kezek.i18n.table_words import title, titles, vocabulary
from kezek.web.account.bulk_row import book_rows
from kezek.web.account.garage import DriverRow, own_drivers, own_vehicles
from kezek.web.account.truck_table import csv_file, keep_trucks, separator
from kezek.web.booking.shown import PostChoice, choices, lines_by_name, ticket_url
from kezek.web.frame.format import DayView, HourView, day_views, hour_of, hour_views, zone_of
from kezek.web.frame.forms import AS_TYPED, most
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import PageError
from kezek.web.frame.render import page, redirect
from kezek.web.frame.session import signed_in

PAGE = "/carrier/bulk"
_NOTHING = t("Tick at least one truck, choose a file, or paste rows.")
_HAS_BOOKING = t("has a booking already")
_TAKEN = t("somebody else has booked this plate; show the papers to an officer")
_NOT_TAKEN = t("The table was not read, and nothing was booked. The problems are listed above it.")
_GUESSED = t("The file was read as %(encoding)s. If letters look wrong, save it as UTF-8.")
_SAVED_WRONG = frozenset({RowReason.ENCODING_UNKNOWN, RowReason.WORKBOOK})
_NO_HOUR = t("Choose an hour.")
_LINE = t("Line %(line)s: %(problem)s")
_OF_HEADER = frozenset({RowReason.COLUMN_MISSING, RowReason.COLUMN_UNKNOWN})
# Nobody names so many columns by hand; the page must not become as long as a hostile first line.
_COLUMNS_SHOWN = 60


class VehicleChoice(NamedTuple):
    id: str
    country: str
    plate: str
    blocked: str


class TruckWish(NamedTuple):
    hour: str
    driver: str


class TruckResult(NamedTuple):
    """A row's answer as the page shows it."""

    row: int
    plate: str
    ok: bool
    text: str
    next: str
    code: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPage(Page):
    """A form over the own vehicles, and a table as text; an answer per row that was sent.

    `slots` are the hours of the chosen day, `ahead` the first free one that has not begun.  `chosen` is
    what was sent for a vehicle.  `columns` names each column of the table, `limit` is the most rows.
    `answer` has the results as a table, `again` the refused rows as they were sent.  `problems` are of
    the table as a whole, `notes` what else is to be said of it.
    """

    template = "pages/bulk.html"
    posts: list[PostChoice]
    checkpoint: str
    day: date | None
    days: list[DayView]
    slots: list[HourView]
    ahead: str
    vehicles: list[VehicleChoice]
    drivers: list[DriverRow]
    chosen: Mapping[str, TruckWish]
    csv: str
    columns: Mapping[str, str]
    limit: int
    results: list[TruckResult]
    done: int
    refused: int
    answer: str
    again: str
    errors: Mapping[str, str]
    problems: Sequence[str]
    notes: Sequence[str]
    key: str


class HourOffer(NamedTuple):
    """The post and the day whose hours the form offers."""

    checkpoint: str
    day: date | None


@get("/carrier/bulk", sync_to_thread=False)
def bulk(request: PageRequest) -> Response[bytes]:
    """The form for the own vehicles, and the field for a table."""
    person = signed_in(request, Role.CARRIER)
    query = request.query_params
    offer = HourOffer(query.get("checkpoint", ""), date_of(query.get("day", "")))
    return _show(request, person, offer)


def _show(
    request: PageRequest,
    person: Person,
    offer: HourOffer,
    *,
    chosen: dict[str, TruckWish] | None = None,
    text: str = "",
    answers: Sequence[RowAnswer] = (),
    again: str = "",
    errors: dict[str, str] | None = None,
    problems: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Response[bytes]:
    here = visit(request)
    posts = lines_by_name(here)
    at_post = next((p for p in posts if p.place == offer.checkpoint), None)
    places = here.application.availability.of(at_post, here.now) if at_post else None
    day = places.day(offer.day) if places and offer.day else None
    slots: list[HourView] = []
    if at_post and day:
        rules = at_post.of_day(day.on, here.now)
        name = rules.ordinary.name
        slots = hour_views(day, rules, zone_of(at_post), here.now, vehicle_class=name)
    links = {a.number: ticket_url(here, a.number) for a in answers if a.number}
    full = {number: here.application.settings.issuer + url for number, url in links.items()}
    shown = BulkPage(
        posts=choices(here, posts),
        checkpoint=offer.checkpoint if at_post else "",
        day=offer.day if day else None,
        days=day_views(places),
        slots=slots,
        # An hour that runs can be chosen, and is nobody's wish until it is.
        ahead=next((s.value for s in slots if s.status == "open" and _begins(s) > here.now), ""),
        vehicles=_vehicles(here, person),
        drivers=[DriverRow(row_id(d), d.name, d.phone) for d in own_drivers(here, person)],
        chosen=chosen or {},
        csv=text,
        columns={column: title(column, here.lang) for column in COLUMNS},
        limit=ROWS_MAX,
        results=[_result(a, links) for a in answers],
        done=sum(a.ok for a in answers),
        refused=sum(not a.ok for a in answers),
        answer=answer_csv(answers, full, separator(here)) if answers else "",
        again=again,
        errors=errors or {},
        problems=problems,
        notes=notes,
        key=here.new_key(),
    )
    zone = zone_of(at_post) if at_post else ""
    return page(request, shown, http_status=422 if errors else 200, zone=zone)


def _begins(hour: HourView) -> Instant:
    return from_datetime(hour.start)


def _vehicles(here: PageContext, person: Person) -> list[VehicleChoice]:
    say = here.words
    rows = []
    for row in own_vehicles(here, person):
        blocked = say.gettext(_HAS_BOOKING) if row.own is not None else ""
        blocked = blocked or (say.gettext(_TAKEN) if row.taken else "")
        rows.append(
            VehicleChoice(row_id(row.vehicle), row.vehicle.country, row.vehicle.plate, blocked)
        )
    return rows


def _result(a: RowAnswer, links: dict[int, str]) -> TruckResult:
    return TruckResult(
        a.line, a.plate, a.ok, a.sentence, a.next_step, a.code, links.get(a.number, "")
    )


class _Several(msgspec.Struct, frozen=True):
    """A table, or ticked vehicles of the garage with the hour and the driver of each by its id."""

    checkpoint: Annotated[str, most(80)] = ""
    day: Annotated[str, most(20)] = ""
    # As long as a body may be.
    csv: Annotated[str, AS_TYPED] = ""
    vehicle: list[Annotated[str, most(200)]] = []
    hour: dict[str, Annotated[str, most(30)]] = {}
    driver: dict[str, Annotated[str, most(40)]] = {}


class _Download(msgspec.Struct, frozen=True):
    """The refused rows alone, or all answers."""

    again: Annotated[str, AS_TYPED] = ""
    answer: Annotated[str, AS_TYPED] = ""


@post("/carrier/bulk")
async def book_several(request: PageRequest) -> Response[bytes]:
    """Each row is a command of its own: what is refused changes nothing and stops nobody."""
    here, person = visit(request), signed_in(request, Role.CARRIER)
    sent = here.form.read(_Several)
    offer = HourOffer(sent.checkpoint, date_of(sent.day))
    text = sent.csv
    raw = here.form.uploads.get("file") or text.encode()
    chosen = _chosen(here, person, sent)
    sheet: TruckTable | None = None
    if raw.strip():
        sheet = read_sheet(raw, here.application.network.posts(), vocabulary(), here.lang)
        if sheet.problems:
            errors = {"csv": here.words.gettext(_NOT_TAKEN)}
            told = _told(here, sheet)
            return _show(request, person, offer, text=text, errors=errors, problems=told)
        rows: Sequence[ClearRow | Unclear] = sheet.rows
    elif chosen:
        rows, unclear = _rows_of_form(here, person, offer, chosen)
        if unclear:
            return _show(request, person, offer, chosen=chosen, errors=unclear)
    else:
        errors = {"": here.words.gettext(_NOTHING)}
        return _show(request, person, offer, text=text, errors=errors)
    answers = await book_rows(here, person, rows)
    again, notes = "", list[str]()
    if sheet is not None:
        again = refused_csv(sheet, answers, title(REASON, here.lang))
        notes += [_guess(here, sheet.guessed)] if sheet.guessed else []
        notes += await keep_trucks(here, person, rows, answers)
    return _show(
        request,
        person,
        offer,
        chosen=_refused(chosen, rows, answers),
        text=again,
        answers=answers,
        again=again,
        notes=notes,
    )


def _guess(here: PageContext, guessed: str) -> str:
    how = here.words.gettext(row_problem.HOW_TO_SAVE)
    return f"{here.words.say(_GUESSED, encoding=guessed)} {how}"


def _told(here: PageContext, sheet: TruckTable) -> list[str]:
    """What is wrong with the table as a whole, each with its line, and how a table is saved."""
    by_header = [_missing(here, sheet), _unknown(here, sheet)]
    rest = [p for p in sheet.problems if p.reason not in _OF_HEADER]
    told = [one for one in by_header if one] + [_line_told(here, p) for p in rest[:10]]
    if any(p.reason in _SAVED_WRONG for p in sheet.problems):
        told.append(here.words.gettext(row_problem.HOW_TO_SAVE))
    if sheet.guessed:
        told.append(_guess(here, sheet.guessed))
    return told


def _line_told(here: PageContext, p: RowProblem) -> str:
    said = row_problem.sentence(p, here.lang)
    return here.words.say(_LINE, line=p.line, problem=said) if p.line else said


def _missing(here: PageContext, sheet: TruckTable) -> str:
    """All columns that are needed and not there, as a new table names them; empty for none."""
    found = [p.column for p in sheet.problems if p.reason is RowReason.COLUMN_MISSING]
    lacking = [title(column, here.lang) for column in COLUMNS if column in found]
    names = ", ".join(f"“{name}”" for name in lacking)
    return (
        ""
        if not found
        else here.words.count(
            "This column is missing: %(columns)s.",
            "These columns are missing: %(columns)s.",
            len(lacking),
            columns=names,
        )
    )


def _unknown(here: PageContext, sheet: TruckTable) -> str:
    """All columns that are not known, each with its number, and those that are; empty for none."""
    found = [p for p in sheet.problems if p.reason is RowReason.COLUMN_UNKNOWN]
    if not found:
        return ""
    names = ", ".join(f"{p.value} “{p.column}”" for p in found[:_COLUMNS_SHOWN])
    more = ", …" if len(found) > _COLUMNS_SHOWN else ""
    known = ", ".join(titles(COLUMNS, here.lang))
    return here.words.count(
        "This column is not known: %(columns)s. Known are: %(known)s. Take the column out or rename it.",
        "These columns are not known: %(columns)s. Known are: %(known)s. Take them out or rename them.",
        len(found),
        columns=f"{names}{more}",
        known=known,
    )


def _chosen(here: PageContext, person: Person, sent: _Several) -> dict[str, TruckWish]:
    """The ticked vehicles in the order of the list, each with its hour and driver."""
    ticked = frozenset(sent.vehicle)
    ids = [row_id(row.vehicle) for row in own_vehicles(here, person)]
    return {
        id: TruckWish(sent.hour.get(id, ""), sent.driver.get(id, "")) for id in ids if id in ticked
    }


def _rows_of_form(
    here: PageContext, person: Person, offer: HourOffer, chosen: dict[str, TruckWish]
) -> tuple[list[ClearRow | Unclear], dict[str, str]]:
    """The form's rows, counted from 1 in the order of the list; or what is wrong with the form."""
    at_post = here.application.network.served_at(offer.checkpoint)
    if isinstance(at_post, Refused):
        raise PageError("malformed")
    ordinary = at_post.ordinary(here.now)
    known = {row_id(d): d for d in own_drivers(here, person)}
    rows: list[ClearRow | Unclear] = []
    for row in own_vehicles(here, person):
        wish = chosen.get(row_id(row.vehicle))
        if wish is None:
            continue
        start = hour_of(wish.hour)
        if start is None:
            return [], {"day": here.words.gettext(_NO_HOUR)}
        driver, v = known.get(wish.driver), row.vehicle
        named = (driver.name,) if driver else ()
        phone = driver.phone if driver else ""
        truck = Vehicle(v.country, v.plate, v.vin, v.trailer, phone, named)
        rows.append(ClearRow(len(rows) + 1, at_post, start, ordinary, truck))
    return rows, {} if rows else {"": here.words.gettext(_NOTHING)}


def _refused(
    chosen: dict[str, TruckWish], rows: Sequence[ClearRow | Unclear], answers: Sequence[RowAnswer]
) -> dict[str, TruckWish]:
    """Ticks stay where the booking was refused, so that another hour is one press away."""
    if not chosen or len(rows) != len(chosen):
        return {}
    return {id: w for (id, w), a in zip(chosen.items(), answers, strict=True) if not a.ok}


@get("/carrier/bulk/answer", sync_to_thread=False)
def bulk_again(request: PageRequest) -> Response[bytes]:
    """Who reloads a download comes back to the form."""
    signed_in(request, Role.CARRIER)
    return redirect(request, PAGE)


@post("/carrier/bulk/answer", sync_to_thread=False)
def download(request: PageRequest) -> Response[bytes]:
    """The answers that the page showed, as a file; with a mark by which spreadsheets know UTF-8."""
    here = visit(request)
    signed_in(request, Role.CARRIER)
    sent = here.form.read(_Download)
    if sent.again:
        return csv_file(request, sent.again, "kezek-refused.csv")
    return csv_file(request, sent.answer, "kezek-answer.csv")


HANDLERS = (bulk, book_several, bulk_again, download)
