"""A post with lines in both directions, over pages and the API of one server."""

from __future__ import annotations

import re

from kezek.domain.checkpoint.checkpoint import Checkpoint, new_line
from kezek.domain.network.load import OpenLine
from kezek.domain.turn.arrive import Arrive
from tests.web.office import Office
from tests.world import PEOPLE, A

ENTRY, BUSES = "kz_a.entry", "kz_a.exit.buses"


def opened_lines(office: Office) -> None:
    post = office.store.reader.get(Checkpoint, "kz_a")
    for direction, name in (("entry", ""), ("exit", "buses")):
        line = new_line(
            post, authority="kz", regulation="kz", basis="ours", direction=direction, name=name
        )
        office.done(OpenLine(office.key(), PEOPLE["agency"], line, 240))


def arrived(office: Office, n: int, line: str) -> int:
    number = office.book(n, line=line, start=office.window(hour=10))
    office.until(max(office.now.at, office.window(hour=10)))
    office.done(Arrive(office.key(), PEOPLE["officer"], number))
    return number


def test_every_line_has_its_row_and_its_page_with_its_direction(office):
    opened_lines(office)
    arrived(office, 1, ENTRY)
    driver = office.browser()
    board = driver.page("/")
    rows = re.findall(r'id="post-(kz_a[\w.]*)"', board)
    assert sorted(rows) == ["kz_a", ENTRY, BUSES]
    assert "kz_a · entry" in board
    assert f"kz_a · exit ({BUSES})" in board
    page = driver.page(f"/checkpoints/{ENTRY}")
    assert f'href="/checkpoints/{BUSES}"' in page
    assert office.booking(1).code in page
    assert office.booking(1).code not in driver.page("/checkpoints/kz_a")


def counted(page: str) -> list[str]:
    """The sentences of the board that count all its checkpoints."""
    return re.findall(r"\d+ checkpoints? (?:have|has)", re.sub(r"<[^>]+>", "", page))


def test_the_board_counts_checkpoints_however_many_lines_each_has(office):
    driver = office.browser()
    before = counted(driver.page("/"))
    opened_lines(office)
    assert before
    assert counted(driver.page("/")) == before


def test_a_line_is_booked_and_served_by_its_id(office):
    opened_lines(office)
    driver = office.browser()
    assert "kz_a · entry" in driver.page(f"/book?checkpoint={ENTRY}")
    numbers = {line: arrived(office, n, line) for n, line in ((1, A), (2, ENTRY))}
    guard = office.browser("officer")
    console = guard.page(f"/console/{ENTRY}")
    assert office.booking(numbers[ENTRY]).code in console
    assert office.booking(numbers[A]).code not in console
    guard.send(f"/console/{ENTRY}", f"/console/{ENTRY}/call")
    assert office.booking(numbers[ENTRY]).called_at is not None
    assert office.booking(numbers[A]).called_at is None
    agency = office.browser("agency")
    assert "kz_a · entry" in agency.page("/agency")
    assert "kz_a · entry" in agency.page(f"/agency/{ENTRY}")


def test_who_serves_elsewhere_is_kept_from_every_line_of_the_post(office):
    opened_lines(office)
    stranger = office.browser("b_officer")
    for place in ("kz_a", ENTRY, BUSES):
        assert stranger.get(f"/console/{place}").status_code == 403
    assert office.browser("kg_agency").get(f"/agency/{ENTRY}").status_code == 403


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_a_line_that_leads_inwards_is_shown_from_abroad_to_its_post(office):
    opened_lines(office)
    driver = office.browser()
    inwards, outwards = (text_of(driver.page(f"/checkpoints/{place}")) for place in (ENTRY, "kz_a"))
    code = office.application.network.posts()["kz_a"].checkpoint.neighbour_country
    assert re.search(rf"{code} [\w ]+ to KZ kz_a\b", inwards), inwards[:600]
    assert re.search(rf"KZ kz_a to {code} ", outwards), outwards[:600]
    assert re.search(r"kz_a · entry from \w", text_of(driver.page("/book")))
    assert ENTRY not in driver.page(f"/book?to={code}")
    assert ENTRY in driver.page("/book?to=KZ")
