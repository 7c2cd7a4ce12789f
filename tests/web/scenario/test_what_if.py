"""The agency's questions to the simulator: what a form asks, and who may read what came of it."""

from __future__ import annotations

import asyncio
import dataclasses
import html
import re
import sys
import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from kezek import bootstrap
from kezek.app.calendar.unmet import FullPost
from kezek.app.port import Fault
from kezek.app.scenario.ground import shipped_ground
from kezek.app.scenario.what_if import WAITING_MAX, WhatIfOrigin, WhatIfs
from kezek.app.scenario.what_if_request import WhatIfRequest, faults_of, scenario_of
from kezek.domain.calendar.capacity import SetCapacity
from kezek.planning.scenario.answer.answer import (
    Band,
    CalendarFigures,
    Difference,
    Figure,
    HourWaits,
    LineLength,
    PostAnswer,
    ScenarioAnswer,
    TruckGroup,
)
from kezek.planning.scenario.play.compile import compile_post
from kezek.planning.scenario.play.play import job_of, play
from kezek.planning.scenario.world.ground import KnownPost
from kezek.planning.scenario.world.read import read_scenario
from kezek.system.chance import SeededChance
from kezek.system.shelf import FolderShelf
from kezek.system.simulator import SpawnedSimulator
from kezek.web.scenario import what_if_view
from tests.draft import DRAFT, ground_with_draft
from tests.web.office import Browser, Office, opened
from tests.world import PEOPLE, A

FORM = "/agency/what-if"
PAGES = ("what_if", "what_if_form", "what_if_view")
ORIGIN = WhatIfOrigin(1, 0, "A question")


class Stand:
    """A simulator that plays nothing: tests say who is at work, and lay the answers down."""

    def __init__(self) -> None:
        self.at_work: set[str] = set()

    async def play(self, id: str) -> None:
        self.at_work.add(id)
        await asyncio.Event().wait()

    def playing(self, id: str) -> bool:
        return id in self.at_work


@pytest.fixture
def stand() -> Stand:
    return Stand()


@pytest.fixture
def office(stand: Stand, monkeypatch):
    """The small world, whose first post is calibrated as a real one."""
    ground = shipped_ground()
    ground = dataclasses.replace(
        ground,
        posts={**ground.posts, "kz_a": KnownPost("A", "Asia/Almaty", "kz")},
        calibrated={**ground.calibrated, "kz_a": ground.calibrated["kz_syrym"] | {"id": "kz_a"}},
    )
    for module in ("kezek.app.scenario.what_if_request", "kezek.web.scenario.what_if_form"):
        monkeypatch.setattr(f"{module}.shipped_ground", lambda: ground)
    monkeypatch.setattr(bootstrap, "SpawnedSimulator", lambda _: stand)
    with opened() as found:
        yield found


def ask(b: Browser, **fields: str):
    given = {"posts": "kz_a", "from": "2026-06-15", "until": "2026-06-20", "runs": "5"} | fields
    return b.post(FORM, b.fill(b.page(FORM), FORM) | given)


def asked(office: Office, b: Browser, **fields: str) -> tuple[str, Path]:
    """The address of a question that was taken, and its folder."""
    taken = ask(b, **fields)
    assert taken.status_code == 303, re.findall(r"bad-text.*?</span>", taken.text)
    url = taken.headers["location"]
    return url, office.application.settings.folder / "what-if" / url.removeprefix("/what-if/")


def figure(value: float) -> Figure:
    return Figure(value=value, error=1.5)


def answer() -> ScenarioAnswer:
    post = PostAnswer(
        checkpoint="kz_a",
        name="A",
        zone="Asia/Almaty",
        load=1.2,
        tight="customs",
        trucks=figure(900),
        no_shows=figure(30),
        lost=figure(0),
        wait=figure(125),
        worst=figure(700),
        worst_of_all=900,
        longest=figure(40),
        truck_hours=figure(2_000),
        calendar=CalendarFigures(booked=930, days=0.5, left=3, late_until="", refused=2),
        groups=(
            TruckGroup(
                name="all",
                trucks=figure(900),
                mean=figure(125),
                beyond=figure(50),
                quantiles=(figure(60),) * 7,
            ),
        ),
        hours=tuple(HourWaits(hour=h, trucks=4, quantiles=(figure(60),) * 7) for h in range(24)),
        lengths=(LineLength(at="2026-06-15T00:00+05:00", quantiles=(1.0,) * 7),),
        bands=(Band(until=60, trucks=figure(300)), Band(until=None, trucks=figure(600))),
    )
    gap = Difference(checkpoint="kz_a", group="all", minutes=figure(-20), verdict="wins")
    return ScenarioAnswer(
        title="<b>mine</b>",
        question="",
        begins="2026-06-15",
        until="2026-06-20",
        seed=77,
        replications=5,
        change={},
        posts=(post,),
        other_title="changed",
        other=(post,),
        differences=(gap,),
    )


def test_a_wish_becomes_a_scenario_that_can_be_played():
    wish = WhatIfRequest(
        title='Two "lanes"\nmore',
        other_title="changed",
        posts=("kz_syrym", "kz_bakhty"),
        begins=date(2026, 6, 15),
        until=date(2026, 6, 20),
        runs=20,
        seed=4,
        regulation="kz",
        demand_percent=110,
        lanes=9,
        capacity=300,
        closed_from=datetime(2026, 6, 16, 8),  # noqa: DTZ001 - a local time, as a form sends it
        closed_until=datetime(2026, 6, 16, 20),  # noqa: DTZ001
        announced=False,
    )
    text = scenario_of(wish)
    assert faults_of(text) == ()
    file = tomllib.loads(text)
    assert file["title"] == wish.title
    assert file["compare"]["change"] == {
        "checkpoint.*.regulation": "kz",
        "checkpoint.*.demand.factor": 1.1,
        "checkpoint.*.stage.*.lanes": 9,
        "checkpoint.*.capacity_per_day": 300,
        "checkpoint.*.closure": [
            {"from": wish.closed_from, "until": wish.closed_until, "announced": False}
        ],
    }


def nur_zholy(capacity: int, coming: int | None) -> list[float | None]:
    """Days until a place at a post that is full for four weeks, as it is and with more places."""
    begins = date(2026, 6, 15)
    wish = WhatIfRequest(
        title="More places",
        other_title="changed",
        posts=("kz_nur_zholy",),
        begins=begins,
        until=date(2026, 6, 29),
        runs=2,
        seed=1,
        capacity=capacity,
        coming=coming,
        full=(FullPost("kz_nur_zholy", date(2026, 7, 13), 28, 633, 30),),
    )
    (point,) = read_scenario(scenario_of(wish), "x", shipped_ground())
    worlds = [
        compile_post(world, 0, shipped_ground().regulations)
        for world in (point.world, point.other)
        if world is not None
    ]
    assert all(world.known == (coming is not None) for world in worlds)
    return [sum(w.course) / len(w.course) if w.course else None for w in worlds]


def test_more_places_shorten_the_days_until_a_place_where_the_post_is_full():
    full = FullPost("kz_nur_zholy", date(2026, 7, 13), 28, 633, 30)
    assert full.coming == 633 + 591, "the places of a day, and 28 full days over the horizon of 30"
    assert full.booked_days(date(2026, 6, 15)) == 28
    now, then = nur_zholy(1_200, full.coming)
    assert now > 28
    assert then < now / 3
    # The least that is known: as many come as there are places, and the days ahead stay full.
    now, then = nur_zholy(1_200, 633)
    assert now == 28
    assert then < 3


def test_where_the_demand_is_not_known_days_until_a_place_cannot_be_told():
    assert nur_zholy(1_200, None) == [None, None]


def test_a_full_post_is_asked_about_with_what_would_come(office, stand):
    b = office.browser("agency")
    for ahead in range(1, 11):
        on = (date(2026, 6, 13) + timedelta(days=ahead)).isoformat()
        office.done(SetCapacity(office.key(), PEOPLE["agency"], A, on, 0, "works"))
    page = b.page(f"{FORM}?checkpoint=kz_a&capacity=300&from=2026-06-20&until=2026-06-27")
    assert re.search(r'name="posts" value="kz_a" checked', page)
    assert re.search(r'name="capacity"[^>]*value="300"', page)
    assert re.search(r'name="from"[^>]*value="2026-06-20"', page)
    assert "full for 10 days; Kezek estimates" in page
    _, folder = asked(office, b)
    scenario = tomllib.loads((folder / "scenario.toml").read_text())
    assert scenario["checkpoint"][0]["demand"] == {"at_least": True}
    _, folder = asked(office, b, coming="400")
    scenario = tomllib.loads((folder / "scenario.toml").read_text())
    assert scenario["checkpoint"][0]["demand"] == {"per_day": 400}
    assert scenario["checkpoint"][0]["booked_days"] == 9


def test_the_result_is_one_sentence_and_leads_to_the_decision(office, stand):
    b = office.browser("agency")
    url, folder = asked(office, b, capacity="300")
    unknown = msgspec.structs.replace(
        answer().posts[0],
        calendar=CalendarFigures(booked=9, days=0, left=0, late_until="", refused=0, known=False),
    )
    told = msgspec.structs.replace(answer(), posts=(unknown,), other=(unknown,))
    (folder / "answer.json").write_bytes(msgspec.json.encode(told))
    page = b.page(url)
    assert "The change shortens the mean wait from 2 h 05 to 2 h 05; the days until a place" in page
    assert "cannot be told: the checkpoint is full" in page
    assert 'href="/agency/kz_a/2026-06-15?capacity=300"' in page
    assert page.count('class="course-this"') == page.count('class="course-other"') == 1
    assert "/agency/kz_a/2026-06-15" not in office.browser().page(url)


def test_a_question_is_played_and_answered_on_a_page_of_its_own(office, stand):
    b = office.browser("agency")
    url, folder = asked(office, b, lanes="9", title="Nine lanes")
    file = tomllib.loads((folder / "scenario.toml").read_text())
    assert file["compare"]["change"] == {"checkpoint.*.stage.*.lanes": 9}
    stand.at_work.add(folder.name)
    (folder / "progress").write_text("3 5")
    waiting = b.get(url)
    assert "3 of 5 runs are done" in waiting.text
    assert waiting.headers["refresh"] == "3"
    (folder / "answer.json").write_bytes(msgspec.json.encode(answer()))
    stand.at_work.clear()
    done = b.get(url)
    assert "refresh" not in done.headers
    page = done.text
    assert page.count("<b>2 h 05</b><small>± 1.5 min</small>") == 2
    assert "seed: 77" in page
    assert "<b>changed:</b> Lanes at each step: 9." in page
    assert "as it is: More trucks come than can cross" in page
    assert re.search(r"all trucks</th>.*?−20 min.*?<b>gains</b>", page, re.DOTALL)
    assert "&lt;b&gt;mine" in page
    assert "<b>mine" not in page
    assert "Nine lanes" in b.page(FORM)


def test_a_question_is_named_by_its_post_and_asked_by_the_clock_of_the_pages(office, stand):
    b = office.browser("agency")
    _, folder = asked(office, b)
    name = tomllib.loads((folder / "scenario.toml").read_text())["title"]
    (row,) = re.findall(r"<tr><th scope=\"row\"><a href=\"/what-if/.*?</tr>", b.page(FORM))
    assert re.fullmatch(r"What if at .+, from 2026-06-15", name)
    assert name in html.unescape(row)
    origin = msgspec.json.decode((folder / "asked.json").read_bytes(), type=WhatIfOrigin)
    assert origin.at == office.application.now()


def test_how_many_lanes_there_are_is_said_before_and_after(office, stand):
    b = office.browser("agency")
    assert "lanes: 8 (assumed by Kezek)" in b.page(FORM)
    url, folder = asked(office, b, lanes="9")
    (folder / "answer.json").write_bytes(msgspec.json.encode(answer()))
    row = re.search(r"Lanes at each step</th>.*?</tr>", b.get(url).text)
    assert re.findall(r">([^<>]+)</td>", row[0]) == ["8 (assumed by Kezek)", "9"]


def test_as_it_is_says_which_board_it_plays(office, stand):
    b, since = office.browser("agency"), "Later closures and changes of places"
    url, folder = asked(office, b)
    (folder / "answer.json").write_bytes(msgspec.json.encode(answer()))
    assert since in b.page(FORM)
    assert since in b.get(url).text


def test_the_page_says_what_was_changed_whatever_its_title(office, stand):
    closed = {"closed_from": "2026-06-16T08:00", "closed_until": "2026-06-16T20:00"}
    url, folder = asked(office, office.browser("agency"), title="Quiet", demand="180", **closed)
    (folder / "answer.json").write_bytes(msgspec.json.encode(answer()))
    page = office.browser().get(url).text
    assert "Demand, percent of today&#39;s: 180; Closed from 16 June, 08:00 until" in page
    assert "<b>changed:</b>" not in office.browser("agency").page(FORM)


def test_a_draft_is_listed_with_its_status_and_really_played(office, stand, monkeypatch):
    drafted = ground_with_draft()
    known = drafted.calibrated["kz_syrym"] | {"id": "kz_a"}
    ground = dataclasses.replace(
        drafted,
        posts={**drafted.posts, "kz_a": KnownPost("A", "Asia/Almaty", "kz")},
        calibrated={**drafted.calibrated, "kz_a": known},
    )
    for module in ("app.scenario.what_if_request", *(f"web.scenario.{m}" for m in PAGES)):
        monkeypatch.setattr(f"kezek.{module}.shipped_ground", lambda: ground)
    b = office.browser("agency")
    listed = re.search(rf'<option value="{DRAFT}"[^>]*>([^<]+)<', b.page(FORM))
    assert listed[1].endswith(", 2027-01-01 (draft)")
    url, folder = asked(office, b, regulation=DRAFT, until="2026-06-16", runs="2")
    (point,) = read_scenario((folder / "scenario.toml").read_text(), "scenario.toml", ground)
    (folder / "answer.json").write_bytes(
        msgspec.json.encode(play(job_of(point, ground.regulations), threads=1))
    )
    page = b.page(url)
    assert f"Rule set: {listed[1]}" in page
    assert "(проект)" in b.page(f"{url}?lang=ru")


def test_whoever_has_the_link_may_read_and_nobody_else_finds_it(office, stand):
    url, folder = asked(office, office.browser("agency"))
    (folder / "answer.json").write_bytes(msgspec.json.encode(answer()))
    (folder / "summary.csv").write_text("n\n1\n")
    anybody = office.browser()
    assert anybody.get(url).status_code == 200
    table = anybody.get(f"{url}/summary.csv")
    assert (table.text, table.headers["content-type"]) == ("n\n1\n", "text/csv; charset=utf-8")
    for other in ("asked.json", "lock", "..%2fkezek.db", "groups.csv"):
        assert anybody.get(f"{url}/{other}").status_code == 404
    assert anybody.get("/what-if/" + "0" * 32).status_code == 404
    assert len(folder.name) == 32
    assert url not in office.browser("admin").get(FORM).text


def test_a_simulation_that_died_says_so(office, stand):
    url, _ = asked(office, office.browser("agency"))
    stand.at_work.clear()
    page = office.browser().get(url)
    assert "stopped before its end" in page.text
    assert "refresh" not in page.headers


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"posts": "kz_nowhere"}, "Choose a checkpoint"),
        ({"until": "2026-06-15"}, "The last day must be after the first"),
        ({"from": "soon"}, "The last day must be after the first"),
        ({"lanes": "0"}, "Write a whole number from 1 to 100"),
        ({"demand": "many"}, "Write a whole number from 1 to 1,000"),
        ({"runs": "501"}, "Write a whole number from 2 to 500"),
        ({"closed_from": "2026-06-16T08:00"}, "A closure needs a start and a later end"),
        ({"closed_from": "x", "closed_until": "y"}, "A closure needs a start and a later end"),
        ({"regulation": "kg-dostuk", "posts": "kz_a", "lanes": "1001"}, "Write a whole number"),
    ],
)
def test_what_cannot_be_played_is_said_at_its_field(office, fields, told):
    answered = ask(office.browser("agency"), **fields)
    assert answered.status_code == 422
    assert told in answered.text
    assert not (office.application.settings.folder / "what-if").exists()


def test_only_an_agency_asks(office):
    assert office.browser("officer").get(FORM).status_code == 403
    assert office.browser().get(FORM).status_code == 303


def test_a_crowd_is_refused_and_not_kept(tmp_path):
    async def crowd() -> None:
        what_ifs = WhatIfs(FolderShelf(tmp_path), Stand(), SeededChance(1))
        for _ in range(WAITING_MAX):
            await what_ifs.ask("", ORIGIN)
        with pytest.raises(Fault, match="try again"):
            await what_ifs.ask("", ORIGIN)

    asyncio.run(crowd())
    assert len(list(tmp_path.iterdir())) == WAITING_MAX


def test_the_oldest_that_is_done_makes_room(tmp_path, monkeypatch):
    monkeypatch.setattr("kezek.app.scenario.what_if.KEPT_MAX", 2)
    stand = Stand()

    async def three() -> list[str]:
        what_ifs = WhatIfs(FolderShelf(tmp_path), stand, SeededChance(1))
        found = []
        for at in range(3):
            found.append(await what_ifs.ask("", WhatIfOrigin(1, at, "")))
            (tmp_path / found[-1] / "answer.json").write_text("{}")
        return found

    first, *others = asyncio.run(three())
    assert {path.name for path in tmp_path.iterdir()} == set(others)
    assert first not in others


def test_a_folder_is_locked_while_its_simulation_is_played_and_no_longer(tmp_path):
    waits = "import sys; sys.stdin.read(); open(sys.argv[-1] + '/answer.json', 'w').write('{}')"
    simulator = SpawnedSimulator(tmp_path, (sys.executable, "-c", waits))
    (tmp_path / "one").mkdir()
    assert not simulator.playing("one")

    async def played() -> bool:
        task = asyncio.ensure_future(simulator.play("one"))
        await asyncio.sleep(0)
        seen = simulator.playing("one")
        await task
        return seen

    assert asyncio.run(played())
    assert not simulator.playing("one")
    assert (tmp_path / "one" / "answer.json").exists()


def test_a_simulation_that_takes_too_long_is_ended(tmp_path):
    sleeps = (sys.executable, "-c", "import time; time.sleep(600)")
    simulator = SpawnedSimulator(tmp_path, sleeps, seconds_max=0.2)
    (tmp_path / "one").mkdir()
    asyncio.run(simulator.play("one"))
    assert not simulator.playing("one")


def test_a_difference_that_is_nothing_has_no_sign(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(what_if_view, "span", lambda _, minutes: f"{minutes:.1f}")
    told = [what_if_view._signed(None, minutes) for minutes in (0.0, -0.0, -0.04, 0.04, -0.1, 2.0)]
    assert told == ["0.0", "0.0", "0.0", "0.0", "−0.1", "+2.0"]
