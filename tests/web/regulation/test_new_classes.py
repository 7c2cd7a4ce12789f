"""Pages and the API show the labels that a rule set gives to classes that no catalogue knows."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from kezek.domain.turn.arrive import Arrive
from tests.api.app import Api
from tests.web.office import Office, opened
from tests.world import PEOPLE, World
from tests.yard_rules import LINE, opening, yard_rules

OFFICER = PEOPLE["xx_officer"]
START = {"checkpoint": LINE, "start": "2026-06-14T10:00:00Z"}
TRUCK = {"country": "DE", "plate": "TST 77", "vin": "TESTTRUCK00000077", "drivers": ["Invented"]}


@pytest.fixture(scope="module")
def office():
    with opened(regulations=yard_rules()) as made:
        made.done(opening())
        yield made


def ticket(office: Office, number: int) -> str:
    return f"/t/{office.application.papers.link(number)}"


def test_ticket_board_console_and_form_show_the_labels(office: Office):
    start = office.window(LINE, hour=12)
    names = ("live_animals", "empty_trucks", "buses")
    numbers = [office.book(n, line=LINE, start=start, vehicle_class=c) for n, c in enumerate(names)]
    office.until(start)
    for number in numbers:
        office.done(Arrive(office.key(), OFFICER, number))
    anybody, officer = office.browser(), office.browser("xx_officer")
    for lang, animals, empty in (
        ("en", "live animals", "empty trucks"),
        ("ru", "живой скот", "порожние"),
    ):
        anybody.client.cookies.set("kezek_lang", lang)
        officer.client.cookies.set("kezek_lang", lang)
        assert animals in anybody.page(ticket(office, numbers[0]))
        # The reason for a place names the other class; without a label English stands in.
        assert animals in anybody.page(ticket(office, numbers[2]))
        assert "buses" in anybody.page(ticket(office, numbers[2]))
        post = anybody.page(f"/checkpoints/{LINE}")
        assert animals in post
        assert "buses" in post
        console = officer.page(f"/console/{LINE}")
        assert animals in console
        assert empty in console
        assert animals in anybody.page(f"/book?checkpoint={LINE}")
        rules = anybody.page("/regulations/xx-yard")
        assert animals.capitalize() in rules
        assert "Unannounced" in rules


def test_the_api_tells_pools_labels_and_books_the_ordinary_class(tmp_path: Path):
    w = World(yard_rules())
    w.done(opening())
    api = Api(tmp_path, world=w)
    asyncio.set_event_loop(api.loop)
    try:
        told = api.get("/regulations/xx-yard").body
        assert told["pools"][1] == {"name": "stable", "reserved": True, "classes": ["live_animals"]}
        label = {row["name"]: row["label"] for row in told["classes"]}
        assert label["live_animals"] == {"en": "live animals", "ru": "живой скот"}
        made = api.post("/bookings", START | {"vehicle": TRUCK}, "carrier")
        assert (made.status, made.body["class"]) == (201, "empty_trucks"), made.body
        days = api.get(f"/checkpoints/{LINE}/availability?days=2").body["days"]
        assert [(day["ordinary"], day["kept"]) for day in days[1:2]] == [(70, 25)]
    finally:
        api.close()
