"""A carrier's table of trucks: its template, the next one made of the vehicles, what is kept of one."""

from __future__ import annotations

from collections.abc import Sequence

from litestar import Response, get

from kezek.app.account.access import Person
from kezek.app.booking.bulk import COLUMNS, ClearRow, Unclear
from kezek.app.booking.bulk_answer import RowAnswer
from kezek.app.booking.truck_table import kept_trucks, next_rows, table_csv
from kezek.domain.account.actor import Role
from kezek.domain.account.garage import GARAGE_MAX
from kezek.i18n.mark import translatable as t
from kezek.i18n.table_words import titles
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.render import answer
from kezek.web.frame.session import signed_in

_KEPT = t("Added to or changed in your list of vehicles: %(count)s.")
_FULL = t(
    "Your list of vehicles is full (%(most)s). Not added: %(plates)s. Remove "
    "vehicles that you no longer use. The bookings stay valid."
)
_NOT_KEPT = t(
    "Not added to your list of vehicles: %(plates)s. The bookings stay "
    "valid. Add the vehicles there yourself."
)
_PLATES_SHOWN = 10


def separator(here: PageContext) -> str:
    """What the reader's Excel splits columns at: a semicolon where a comma is decimal."""
    return "," if here.lang == "en" else ";"


async def keep_trucks(
    here: PageContext,
    person: Person,
    rows: Sequence[ClearRow | Unclear],
    answers: Sequence[RowAnswer],
) -> list[str]:
    """Put the booked trucks of a table into the carrier's list; what came of it, in sentences."""
    kept = await kept_trucks(
        here.application.desk,
        here.application.store.reader,
        here.application.rules.known,
        person.actor,
        here.form.key,
        rows,
        answers,
    )
    say = here.words.say
    told = [say(_KEPT, count=kept.count)] if kept.count else []
    told += [say(_FULL, most=GARAGE_MAX, plates=_named(kept.full))] if kept.full else []
    return told + ([say(_NOT_KEPT, plates=_named(kept.failed))] if kept.failed else [])


def _named(plates: Sequence[str]) -> str:
    more = ", …" if len(plates) > _PLATES_SHOWN else ""
    return ", ".join(plates[:_PLATES_SHOWN]) + more


def csv_file(request: PageRequest, text: str, name: str) -> Response[bytes]:
    """A table to keep, with a mark by which spreadsheets know UTF-8."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return answer(
        request, b"\xef\xbb\xbf" + text.encode(), kind="text/csv; charset=utf-8", headers=headers
    )


@get("/carrier/bulk/template", sync_to_thread=False)
def template(request: PageRequest) -> Response[bytes]:
    """The first line of a table, to be filled in by a spreadsheet."""
    signed_in(request, Role.CARRIER)
    return _table(request, visit(request), [])


@get("/carrier/bulk/next", sync_to_thread=False)
def next_table(request: PageRequest) -> Response[bytes]:
    """A table of the carrier's vehicles, each as it was booked last, a week or more later."""
    here, person = visit(request), signed_in(request, Role.CARRIER)
    rows = next_rows(
        here.application.store.reader, here.application.tickets, person.account.id, here.now
    )
    return _table(request, here, rows)


def _table(
    request: PageRequest, here: PageContext, rows: Sequence[dict[str, str]]
) -> Response[bytes]:
    table = table_csv(rows, titles(COLUMNS, here.lang), separator(here))
    return csv_file(request, table, "kezek-trucks.csv")


HANDLERS = (template, next_table)
