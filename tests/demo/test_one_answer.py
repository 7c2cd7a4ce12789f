"""A page and the API say the same about the same truck, over all trucks of a demonstration's lines.

The demonstration is played in process on a clock that stands while both are asked: some hundred
trucks of every class come in every way, a day is closed, and the simulation is silent at first.
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
from litestar.testing import TestClient

from kezek import bootstrap
from kezek.api.mount import Api as Mounted
from kezek.app.application import Demo
from kezek.app.booking.ticket import TicketView
from kezek.app.desk.batch import Done
from kezek.app.regulation.version_file import shipped_regulations
from kezek.demo.opening import board_began, issue_keys, prepare
from kezek.domain.account.account import Login
from kezek.domain.account.actor import Actor, Role
from kezek.domain.account.decide import IssueKey
from kezek.domain.booking.book import Book, Vehicle
from kezek.domain.booking.change import Cancel
from kezek.domain.booking.release import Release
from kezek.domain.booking.status import ENDED, LIVE
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.decide import Command
from kezek.domain.kernel.instant import HOUR, MINUTE, Instant, Moment, local_day, to_datetime
from kezek.domain.kernel.refusal import Reason
from kezek.domain.turn.approve import Approve, Propose
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross, TurnBack
from kezek.i18n.say.refusal import sentence
from kezek.settings import Settings
from kezek.web.frame.page_context import SESSION_COOKIE
from kezek.web.turn.board import shown_state
from tests.api.app import Api
from tests.keys import lay_keys
from tests.memory.store import MemoryStore
from tests.planning.stand_in import forecast
from tests.web.serve import build_app

OFFICERS = {"kz_syrym": "demo-officer-syrym", "kg_dostuk": "demo-officer-dostuk"}
ADMIN = Actor(0, "console", frozenset({(Role.ADMINISTRATOR, "*")}))
TRUCKS = 70  # at each line
STEP = 10 * MINUTE


class Standing:
    """A clock that stands until it is moved."""

    factor, doubt = 1, 0

    def __init__(self, start: Instant) -> None:
        self.start = start

    def now(self) -> Moment:
        return Moment(self.start, self.start)


class Played:
    """A demonstration that has run for some hours, with its pages and its API."""

    def __init__(self, folder: Path) -> None:
        store = MemoryStore()
        bootstrap.make_demo(store, Demo(board_began(), 1, 7))
        lay_keys(folder)
        self.clock = Standing(board_began())
        with patch.object(bootstrap, "DemoClock", lambda *_: self.clock):
            settings = Settings(folder=folder, rate_public=1_000_000)
            self.application = bootstrap.furnish(settings, store, shipped_regulations())
        prepare(self.application)
        self.numbers: dict[str, list[int]] = {place: [] for place in OFFICERS}
        self.chance = Random(7)
        self.api: Any = Api.__new__(Api)
        self.api.application, self.api.loop = self.application, asyncio.new_event_loop()
        self.api.app, self.api.keys = Mounted(self.application), issue_keys(self.application)
        self.people = {place: self.session(login) for place, login in OFFICERS.items()}

    def session(self, login: str) -> tuple[Actor, TestClient]:
        found = self.application.store.reader.get(Login, login)
        secret = self.application.access.plain._begin(found.account, "session", 12 * HOUR)
        browser = TestClient(build_app(self.application), raise_server_exceptions=False)
        browser.follow_redirects = False
        browser.cookies.set(SESSION_COOKIE, secret)
        key, digest = self.application.access.new_key()
        place = next(place for place, name in OFFICERS.items() if name == login)
        issue = IssueKey("", ADMIN, found.account, digest, "test", Role.OFFICER, place, 100_000)
        assert self.do(issue), "an administrator issues keys"
        self.api.keys[place] = key
        return self.application.access.session(secret).actor, browser

    # Playing.

    def do(self, command: Command) -> dict[str, Any] | None:
        answer = self.application.desk.ask(command)
        return dict(answer.outcome) if isinstance(answer, Done) else None

    def play(self) -> None:
        for place in OFFICERS:
            for n in range(TRUCKS):
                self.book(place, n)
        for _ in range(24):
            for command in self.application.timer.due():
                self.do(command)
            for place in OFFICERS:
                self.work(place)
            self.clock.start += STEP
        self.end()

    def book(self, place: str, n: int) -> None:
        served = self.application.network.served_at(place)
        chance, now = self.chance, self.clock.start
        classes = [name for name, rule in served.at(self.clock.start).classes.items() if rule.pool]
        vehicle_class = chance.choice([classes[0]] * 4 + classes)
        start = now - now % HOUR + chance.choice((0, 0, 1, 1, 2, 3, 4, 5, 24, 30)) * HOUR
        carrier = Actor(900 + n % 3, "carrier", frozenset({(role, "*") for role in Role}))
        letters = "".join("ABCEHKMOPTX"[n * step % 11] for step in (1, 3, 5))
        plate = f"{100 + n * 7 % 900} {letters} {1 + len(self.numbers['kz_syrym']) % 17:02}"
        truck = Vehicle("KZ", plate, f"TESTTRUCK{n:04d}{place[:4].upper():_<4}".replace("_", "0"))
        truck = replace(truck, phone=f"+7701{1000000 + n}", drivers=("A. Driver",))
        command = Book("", carrier, served.line.id, start, vehicle_class, truck, protected=True)
        made = self.do(command) or self.do(replace(command, protected=False))
        if made:
            self.numbers[place].append(made["number"])

    def work(self, place: str) -> None:
        """Ten minutes at a post: some arrive, the next are called, most of them cross."""
        officer, chance = self.people[place][0], self.chance
        line = self.application.network.served_at(place).line
        for view in self.views(place):
            number, start = view.booking.number, view.booking.start or 0
            if view.ahead and start - HOUR < self.clock.start and chance.random() < 0.25:
                self.do(Arrive("", officer, number))
            elif view.status == "called" and chance.random() < 0.6:
                self.do(Admit("", officer, number))
            elif view.status == "admitted" and chance.random() < 0.5:
                sent_back = chance.random() < 0.15
                self.do(
                    TurnBack("", officer, number, "papers")
                    if sent_back
                    else Cross("", officer, number)
                )
        for _ in range(2):
            self.do(Call("", officer, line.id))

    def end(self) -> None:
        """What time alone does not bring: a walk-in, a cancellation, proposals, a closed day."""
        for place, (officer, _) in self.people.items():
            line = self.application.network.served_at(place).line
            truck = Vehicle(
                "KZ", f"WLK{len(place)}{place[-1].upper()}", f"TESTTRUCK0000{len(place):04d}"
            )
            made = self.do(WalkIn("", officer, line.id, replace(truck, drivers=("A. Driver",))))
            if made:
                self.numbers[place].append(made["number"])
            agency = Actor(901, "agency", frozenset({(role, "*") for role in Role}))
            views = self.views(place)
            ahead = [v.booking.number for v in views if v.ahead]
            if len(ahead) > 2:
                self.do(Cancel("", agency, ahead[0], 0, "asked_by_driver"))
                self.do(Release("", agency, ahead[1], "registration_shown"))
            waiting = [v.booking.number for v in views if v.status == "arrived"]
            for number, verb, cause in zip(
                waiting, ("turn_back", "call"), ("papers", "medical"), strict=False
            ):
                self.do(Propose("", officer, number, verb, cause))
            if len(waiting) > 2:
                self.do(Propose("", officer, waiting[2], "cancel", "papers"))
                self.do(Approve("", agency, waiting[2], verb="cancel"))
            tomorrow = local_day(self.clock.start, line.zone) + timedelta(days=1)
            self.do(CloseDay("", agency, line.id, tomorrow.isoformat(), "one scanner under repair"))

    def simulate(self, place: str) -> None:
        """The simulation speaks of the line as it stands."""
        served = self.application.network.served_at(place)
        state = self.application.forecasts.state(served)
        version = self.application.watch.version(state.line)
        self.application.forecasts.take(state, forecast(state), version)

    # Asking.

    def views(self, place: str) -> list[TicketView]:
        return self.application.tickets.views(self.numbers[place], self.clock.start)

    def page(self, place: str, url: str) -> str:
        answer = self.people[place][1].get(url, headers={"accept-encoding": "identity"})
        assert answer.status_code == 200, (url, answer.status_code, answer.text[-600:])
        return answer.text

    def get(self, place: str, path: str) -> Any:
        """An answer for the very person whose pages are read."""
        return self.api.get(path, place).body


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    made = Played(tmp_path_factory.mktemp("played"))
    made.play()
    yield made
    made.api.loop.close()
    bootstrap.close_application(made.application)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def clock(at: str, zone: str) -> str:
    return f"{to_datetime(round(datetime.fromisoformat(at).timestamp() * 1000), zone):%H:%M}"


def span(told: dict[str, str] | None, zone: str, names: tuple[str, str]) -> tuple[str, str] | None:
    """A range of the API as a page writes it."""
    return (clock(told[names[0]], zone), clock(told[names[1]], zone)) if told else None


def found(text: str, label: str) -> tuple[str, str] | None:
    """A range of a page behind its label."""
    hit = re.search(rf"{label} (?:[^–]{{0,16}} )?(\d\d:\d\d) – (?:\D{{0,16}} )?(\d\d:\d\d)", text)
    return (hit[1], hit[2]) if hit else None


def test_every_state_and_class_is_there(played: Played):
    views = [view for place in OFFICERS for view in played.views(place)]
    assert len(views) > 100
    assert {view.status for view in views} >= LIVE | ENDED - {"late"}
    assert len({view.booking.vehicle_class for view in views}) > 4
    assert any(view.missed_until for view in views), "a call was missed"


@pytest.mark.parametrize("place", OFFICERS)
def test_page_and_api_tell_the_same_outlook(played: Played, place: str):
    assert same_outlook(played, place) == {None, "pace"}
    played.simulate(place)
    assert same_outlook(played, place) == {None, "twin"}


def same_outlook(played: Played, place: str) -> set[str | None]:
    """Every truck's ranges on its page are those of the API; what they rest on."""
    bases = set()
    zone = played.application.network.served_at(place).line.zone
    for view in played.views(place):
        number = view.booking.number
        page = words(played.page(place, f"/t/{played.application.papers.link(number)}"))
        told = played.get(place, f"/bookings/{number}/forecast")["likely"]
        called, crossed = (told or {}).get("called"), (told or {}).get("crossed")
        ends = ("low", "high")
        shown_call = found(page, "Likely call and crossing") or found(page, "Likely call")
        assert shown_call == span(called, zone, ends), (number, view.status)
        if crossed and crossed != called:
            assert found(page, "Likely crossing") == span(crossed, zone, ends), (
                number,
                view.status,
            )
        basis = "twin" if "simulations of this line" in page else None
        basis = "pace" if "trucks ahead ÷ pace" in page else basis
        assert basis == (told["basis"] if told else None), (number, view.status)
        bases.add(basis)
    return bases


@pytest.mark.parametrize("place", OFFICERS)
def test_page_and_api_allow_the_same_and_name_the_same_times(played: Played, place: str):
    zone = played.application.network.served_at(place).line.zone
    for view in played.views(place):
        number = view.booking.number
        link = f"/t/{played.application.papers.link(number)}"
        page, told = played.page(place, link), played.get(place, f"/bookings/{number}")
        text, about = words(page), (number, view.status)
        assert (f'href="{link}/move"' in page and "Move to another time" in text) == (
            "move" in told["can"]
        ), about
        assert (f'action="{link}/cancel"' in page) == ("cancel" in told["can"]), about
        assert (f'action="{link}/driver"' in page) == ("add_driver" in told["can"]), about
        if "cancel" in told["can"]:
            alone = "Cancel the booking, with a second person" not in text
            assert alone == told["cancels_alone"], about
            assert ('name="cause"' in page) == told["owes_cause"], about
        assert found(text, "Be at the waiting area") == span(
            told["arrive_by"], zone, ("start", "until")
        ), about
        not_before = re.search(r"Not before (\d\d:\d\d)", text)
        if not_before:
            assert not_before[1] == clock(told["not_before"], zone), about
        fixed = "This booking cannot be moved." in text
        assert not fixed or told["cannot_move"], about
        assert ("move" in told["can"]) == (not told["cannot_move"]), about
        missed = re.search(r"Your (?:last )?call ended at (\d\d:\d\d)", text)
        assert (missed[1] if missed else None) == (
            clock(told["missed_until"], zone) if told["missed_until"] else None
        ), about


@pytest.mark.parametrize("place", OFFICERS)
def test_console_and_api_offer_an_officer_the_same_steps(played: Played, place: str):
    buttons = {"arrive": "arrive", "admit": "admit", "cross": "cross"}
    for view in played.views(place):
        if not view.live:
            continue
        number, code = view.booking.number, view.booking.code
        page = played.page(place, f"/console/{place}?q={code}")
        row = page[page.index(f'id="hit-{number}"') :].partition("</article>")[0]
        answer = played.api.post(f"/checkpoints/{place}/search", {"q": code}, place).body
        told = next(one for one in answer["items"] if one["number"] == number)
        shown = {verb for verb in buttons if f'action="/console/{place}/{verb}"' in row}
        assert shown == {told["next_step"]} - {""}, (number, view.status)
        assert (f"/console/{place}/release" in row) == ("release" in told["steps"])
        assert (f"/console/{place}/turn-back" in row) == ("turn_back" in told["steps"])
        assert ("Propose to turn back" in row) == ("turn_back" in told["steps_by_two"])


@pytest.mark.parametrize("place", OFFICERS)
def test_page_and_api_refuse_a_window_for_the_same_reason(played: Played, place: str):
    served, reasons = played.application.network.served_at(place), set()
    zone, now = served.line.zone, played.clock.start
    begin = now - now % HOUR
    hours = (*range(-3, 8), 16, 30, 31, 24 * 40)
    for ahead in hours:
        start = begin + ahead * HOUR
        utc = f"{to_datetime(start):%Y-%m-%dT%H:%M}"
        page = words(played.page(place, f"/book?checkpoint={place}&hour={quote(utc + 'Z')}"))
        form = {
            "checkpoint": place,
            "start": f"{utc}:00Z",
            "vehicle": {"country": "KZ", "plate": f"777 ZZZ {ahead % 17 + 1:02}"}
            | {"vin": f"TESTTRUCK9{ahead % 1000:07d}", "phone": "+77010000000"}
            | {"drivers": ["A. Driver"]},
        }
        answer = played.api.post("/bookings", form, "trucks")
        if answer.status == 201:
            assert "to put right" not in page, ahead
            played.do(
                Cancel("", Actor(0, "x", ticket=answer.body["number"]), answer.body["number"])
            )
            continue
        reasons.add(answer.code)
        said = sentence(Reason(answer.code), {}, "en", zone)[0].split("%")[0].split(".")[0]
        assert said[:24] in page, (ahead, answer.code)
    assert reasons >= {"window_past", "day_closed", "horizon_exceeded"}


def test_page_and_api_give_a_post_the_same_state(played: Played):
    words_of = {"open": "open", "full": "full", "closed": "shut", "no_line": "idle"}
    items = played.api.get("/board").body["items"]
    rows = {row.place: row for row in played.application.boards.rows(played.clock.start)}
    told = {one["line"] or one["checkpoint"]: one["state_today"] for one in items}
    shown = {
        row.served.line.id if row.served else place: shown_state(row) for place, row in rows.items()
    }
    assert {place: words_of[state] for place, state in told.items()} == shown
    assert set(told.values()) >= {"open", "full", "no_line"}
