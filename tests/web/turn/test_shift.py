"""The two sheets of the console: what the next shift takes over, and the line to read aloud."""

from __future__ import annotations

import re

import pytest

from kezek.domain.kernel.instant import MINUTE
from kezek.domain.turn.approve import Propose
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call, ExceptionCause
from tests.web.office import Office, code_of
from tests.world import PEOPLE, A

HERE = "/console/kz_a"
SHEETS = ["handover", "list"]


def here(w: Office, n: int) -> int:
    number = w.book(n, start=w.window(hour=9))
    w.done(Arrive(w.key(), PEOPLE["officer"], number))
    return number


def test_the_handover_names_who_is_called_and_what_waits_for_an_answer(office):
    first, second = here(office, 1), here(office, 2)
    office.done(Call(office.key(), PEOPLE["officer"], A))
    office.done(Propose(office.key(), PEOPLE["officer"], second, "call", ExceptionCause.MEDICAL))
    page = office.browser("second").page(f"{HERE}/handover")
    assert code_of(first) in page
    assert "TST00001" in page, "officers see whole plates"
    assert code_of(second) in page
    assert "no answer yet" in page
    assert "Invented Driver" not in page


def test_the_list_is_read_aloud_so_it_holds_what_the_public_board_shows(office):
    called, waiting = here(office, 1), here(office, 2)
    office.done(Call(office.key(), PEOPLE["officer"], A))
    page = office.browser("officer").page(f"{HERE}/list")
    assert page.index(code_of(called)) < page.index(code_of(waiting))
    assert '<li value="1">' in page
    assert "TST0000" not in page, "a whole plate is not for everybody"


def test_the_list_goes_by_place_where_hours_interleave(office):
    for truck in (1, 2):
        here(office, truck)
    office.wait(minutes=(office.window(hour=10) - office.now.at) // MINUTE - 5)
    office.done(Call(office.key(), PEOPLE["officer"], A))
    later = office.book(3, start=office.window(hour=10))
    office.done(Arrive(office.key(), PEOPLE["officer"], later))
    # The call runs out in the next hour, so the truck of nine stands behind the one of ten.
    office.wait(minutes=30)
    page = office.browser("officer").page(f"{HERE}/list")
    places = [int(found) for found in re.findall(r'<li value="(\d+)">', page)]
    assert places == sorted(places)
    assert len(places) == 3


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_sheet_is_for_the_officers_of_its_checkpoint(office, sheet: str):
    assert office.browser().get(f"{HERE}/{sheet}").status_code in (303, 401, 403)
    assert office.browser("carrier").get(f"{HERE}/{sheet}").status_code == 403
    assert office.browser("officer").get(f"/console/kz_b/{sheet}").status_code == 403
    assert office.browser("officer").get(f"/console/nowhere/{sheet}").status_code in (403, 404)
