"""Booking for several trucks at once, from the own list or from a table; an answer per row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from litestar import Response, get, post

from kezek.app.access import Person
from kezek.app.bulk import (
    COLUMNS,
    ROWS_MAX,
    Asked,
    RowAnswer,
    Sheet,
    Unclear,
    answer_csv,
    read_sheet,
)
from kezek.app.desk.batch import Done
from kezek.app.garage import row_id
from kezek.app.place_name import own_name
from kezek.app.plate_note import read_as
from kezek.app.port import Fault
from kezek.app.row_problem import RowReason
from kezek.domain.account.actor import Role
from kezek.domain.booking.book import Book, Vehicle
from kezek.domain.kernel.instant import date_of
from kezek.domain.kernel.refusal import Refused
from kezek.text import faults, refusals, row_problem
from kezek.text.mark import translatable as t
from kezek.text.times import stamp
from kezek.web.render import page, redirect
from kezek.web.session import signed_in
from kezek.web.shape import (
    HourView,
    day_views,
    hour_of,
    hour_views,
    local,
    zone_of,
)
from kezek.web.staff.garage import DriverRow, own_drivers, own_vehicles
from kezek.web.staff.shown import choices, posts_with_lines, ticket_url
from kezek.web.staff.truck_table import csv_file, keep_trucks, separator
from kezek.web.stop import Stop
from kezek.web.visit import PageRequest, Visit, visit

PAGE = "/carrier/bulk"
_NOTHING = t("Tick at least one truck, choose a file, or paste rows.")
_LOOK = t("Correct this row and send it again. The other rows stay as they are.")
_HAS_BOOKING = t("has a booking already")
_TAKEN = t("somebody else has booked this plate; show the papers to an officer")
_BOOKED = t("Booked: %(post)s, %(hour)s.")
_READ_AS = t("Read as %(plate)s.")
_NOT_TAKEN = t("The table was not read, and nothing was booked. The problems are listed above it.")
_GUESSED = t("The file was read as %(encoding)s. If letters look wrong, save it as UTF-8.")
_SAVED_WRONG = frozenset({RowReason.ENCODING_UNKNOWN, RowReason.WORKBOOK})
_NO_HOUR = t("Choose an hour.")


class VehicleChoice(NamedTuple):
    id: str
    country: str
    plate: str
    blocked: str


class Wish(NamedTuple):
    hour: str
    driver: str


class Result(NamedTuple):
    """A row's answer as the page shows it."""

    row: int
    plate: str
    ok: bool
    text: str
    next: str
    code: str
    url: str


class Plan(NamedTuple):
    """The post and the day whose hours the form offers."""

    checkpoint: str
    day: date | None


@get("/carrier/bulk", sync_to_thread=False)
def bulk(request: PageRequest) -> Response[bytes]:
    """The form for the own vehicles, and the field for a table."""
    person = signed_in(request, Role.CARRIER)
    query = request.query_params
    plan = Plan(query.get("checkpoint", ""), date_of(query.get("day", "")))
    return _show(request, person, plan)


def _show(
    request: PageRequest,
    person: Person,
    plan: Plan,
    *,
    chosen: dict[str, Wish] | None = None,
    text: str = "",
    answers: Sequence[RowAnswer] = (),
    errors: dict[str, str] | None = None,
    problems: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Response[bytes]:
    here = visit(request)
    posts = posts_with_lines(here)
    at_post = next((p for p in posts if p.checkpoint.id == plan.checkpoint), None)
    places = here.house.availability.of(at_post, here.now) if at_post else None
    day = places.day(plan.day) if places and plan.day else None
    slots: list[HourView] = []
    if at_post and at_post.regulation and day:
        slots = hour_views(day, at_post.regulation, zone_of(at_post), here.now)
    links = {a.number: ticket_url(here, a.number) for a in answers if a.number}
    full = {number: here.house.settings.issuer + url for number, url in links.items()}
    return page(
        request,
        "pages/bulk.html",
        http_status=422 if errors else 200,
        zone=zone_of(at_post) if at_post else "",
        posts=choices(here, posts),
        checkpoint=plan.checkpoint if at_post else "",
        day=plan.day if day else None,
        days=day_views(places),
        slots=slots,
        vehicles=_vehicles(here, person),
        drivers=[DriverRow(row_id(d), d.name, d.phone) for d in own_drivers(here, person)],
        chosen=chosen or {},
        csv=text,
        columns=COLUMNS,
        limit=ROWS_MAX,
        results=[_result(a, links) for a in answers],
        done=sum(a.ok for a in answers),
        refused=sum(not a.ok for a in answers),
        answer=answer_csv(answers, full, separator(here)) if answers else "",
        errors=errors or {},
        problems=problems,
        notes=notes,
        key=here.new_key(),
    )


def _vehicles(here: Visit, person: Person) -> list[VehicleChoice]:
    say = here.words
    rows = []
    for row in own_vehicles(here, person):
        blocked = say.gettext(_HAS_BOOKING) if row.own is not None else ""
        blocked = blocked or (say.gettext(_TAKEN) if row.taken else "")
        rows.append(
            VehicleChoice(row_id(row.vehicle), row.vehicle.country, row.vehicle.plate, blocked)
        )
    return rows


def _result(a: RowAnswer, links: dict[int, str]) -> Result:
    return Result(a.line, a.plate, a.ok, a.sentence, a.next_step, a.code, links.get(a.number, ""))


@post("/carrier/bulk")
async def book_several(request: PageRequest) -> Response[bytes]:
    """Each row is a command of its own: what is refused changes nothing and stops nobody."""
    here, person = visit(request), signed_in(request, Role.CARRIER)
    form = here.form
    plan = Plan(form.text("checkpoint", 80), date_of(form.text("day", 20)))
    text = form.area("csv", here.house.settings.body_bytes_max)
    raw = form.uploads.get("file") or text.encode()
    chosen = _chosen(here, person)
    guessed = ""
    if raw.strip():
        sheet = read_sheet(raw, here.house.network.posts())
        if sheet.problems:
            errors = {"csv": here.words.gettext(_NOT_TAKEN)}
            told = _told(here, sheet)
            return _show(request, person, plan, text=text, errors=errors, problems=told)
        rows: Sequence[Asked | Unclear] = sheet.rows
        guessed = sheet.guessed
    elif chosen:
        rows, unclear = _asked(here, person, plan, chosen)
        if unclear:
            return _show(request, person, plan, chosen=chosen, errors=unclear)
    else:
        errors = {"": here.words.gettext(_NOTHING)}
        return _show(request, person, plan, text=text, errors=errors)
    answers = await _book(here, person, rows)
    left = text if any(not a.ok for a in answers) else ""
    notes = [_guess(here, guessed)] if guessed else []
    if raw.strip():
        notes += await keep_trucks(here, person, rows, answers)
    return _show(
        request,
        person,
        plan,
        chosen=_refused(chosen, rows, answers),
        text=left,
        answers=answers,
        notes=notes,
    )


def _guess(here: Visit, guessed: str) -> str:
    how = here.words.gettext(row_problem.HOW_TO_SAVE)
    return f"{here.words.say(_GUESSED, encoding=guessed)} {how}"


def _told(here: Visit, sheet: Sheet) -> list[str]:
    """What is wrong with the table as a whole, each with its line, and how a table is saved."""
    told = [
        here.words.say(
            t("Line %(line)s: %(problem)s"),
            line=p.line,
            problem=row_problem.sentence(p, here.lang),
        )
        if p.line
        else row_problem.sentence(p, here.lang)
        for p in sheet.problems[:10]
    ]
    if any(p.reason in _SAVED_WRONG for p in sheet.problems):
        told.append(here.words.gettext(row_problem.HOW_TO_SAVE))
    if sheet.guessed:
        told.append(_guess(here, sheet.guessed))
    return told


def _chosen(here: Visit, person: Person) -> dict[str, Wish]:
    """The ticked vehicles in the order of the list, each with its hour and driver."""
    form = here.form
    ticked = frozenset(form.all("vehicle"))
    ids = [row_id(row.vehicle) for row in own_vehicles(here, person)]
    return {
        id: Wish(form.text(f"hour.{id}", 30), form.text(f"driver.{id}", 40))
        for id in ids
        if id in ticked
    }


def _asked(
    here: Visit, person: Person, plan: Plan, chosen: dict[str, Wish]
) -> tuple[list[Asked | Unclear], dict[str, str]]:
    """The form's rows, counted from 1 in the order of the list; or what is wrong with the form."""
    at_post = here.house.network.post(plan.checkpoint)
    if at_post is None or at_post.line is None:
        raise Stop("malformed")
    known = {row_id(d): d for d in own_drivers(here, person)}
    rows: list[Asked | Unclear] = []
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
        rows.append(Asked(len(rows) + 1, at_post, start, "in_turn", truck))
    return rows, {} if rows else {"": here.words.gettext(_NOTHING)}


async def _book(here: Visit, person: Person, rows: Sequence[Asked | Unclear]) -> list[RowAnswer]:
    """All commands at once, in order, so that the desk commits them together."""
    key = here.form.key
    asked = [row for row in rows if isinstance(row, Asked)]
    # A table asks for as much work as many forms: it is counted as all its rows, for the account.
    most = here.house.settings.rate_public
    if here.house.rates.charge(f"rows {person.account.id}", most, len(asked)).retry_after:
        raise Stop("rate_limited")
    commands = [
        Book(f"{key}.{r.line}", person.actor, _line(r), r.start, r.vehicle_class, r.vehicle)
        for r in asked
    ]
    found = await here.house.newcomers.book_all(commands)
    by_line = dict(zip((row.line for row in asked), found, strict=True))
    return [_answer(here, row, by_line.get(row.line)) for row in rows]


def _line(row: Asked) -> str:
    assert row.post.line is not None, "a row names a post with a line"
    return row.post.line.id


def _answer(here: Visit, row: Asked | Unclear, found: object) -> RowAnswer:
    if isinstance(row, Unclear):
        told = " ".join(row_problem.sentence(p, here.lang) for p in row.problems)
        reason = str(row.problems[0].reason)
        look = here.words.gettext(_LOOK)
        return RowAnswer(row.line, row.plate, False, reason, told, look, "", 0)
    plate = row.vehicle.plate[:16]
    if isinstance(found, Done):
        post = own_name(row.post.checkpoint, here.lang)
        when = stamp(local(row.start, zone_of(row.post)), here.lang)
        told = here.words.say(_BOOKED, post=post, hour=when)
        anew = read_as(row.vehicle, here.house.rules.known)
        if anew:
            told = f"{told} {here.words.say(_READ_AS, plate=anew)}"
        number = int(found.outcome["number"])
        code = str(found.outcome["code"])
        return RowAnswer(row.line, plate, True, "", told, "", code, number, anew)
    if isinstance(found, Refused):
        zone = zone_of(row.post)
        told, then = refusals.sentence(found.reason, found.facts, here.lang, zone)
        return RowAnswer(row.line, plate, False, str(found.reason), told, then, "", 0)
    if isinstance(found, Fault):
        told, then = faults.fault("unavailable", here.lang)
        return RowAnswer(row.line, plate, False, "unavailable", told, then, "", 0)
    assert isinstance(found, BaseException), "a command is answered or it fails"
    raise found


def _refused(
    chosen: dict[str, Wish], rows: Sequence[Asked | Unclear], answers: Sequence[RowAnswer]
) -> dict[str, Wish]:
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
    text = here.form.area("answer", here.house.settings.body_bytes_max)
    return csv_file(request, text, "kezek-answer.csv")


HANDLERS = (bulk, book_several, bulk_again, download)
