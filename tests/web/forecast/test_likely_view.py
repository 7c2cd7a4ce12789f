"""A range says how it was made and how good such ranges were; the pace stands in, and says so."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from kezek.app.forecast.accuracy import Accuracy
from kezek.app.forecast.replay import Scores
from kezek.app.forecast.usual_wait import UsualWait, hour_of_week
from kezek.domain.account.actor import Actor
from kezek.domain.booking.change import Move
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.kernel.instant import HOUR, MINUTE
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from kezek.planning.question import (
    UNCORRECTED,
    Correction,
    Corrections,
    LineForecast,
    Range,
    TruckForecast,
)
from tests.planning.stand_in import forecast
from tests.world import PEOPLE, TODAY, A

OFFICER = PEOPLE["officer"]
GOOD = Accuracy(
    trucks=90,
    inside80=0.79,
    inside90=0.9,
    loss=3.0,
    loss_last_wait=6.0,
    loss_by_pace=5.0,
    error=12.4,
)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def link(office, number: int) -> str:
    return f"/t/{office.application.papers.link(number)}"


def arrived(office, n: int) -> int:
    number = office.book(n, who="public", start=office.window(A, hour=9))
    office.done(Arrive(office.key(), OFFICER, number))
    return number


def crossed(office, n: int) -> None:
    number = arrived(office, n)
    office.done(Call(office.key(), OFFICER, A))
    office.wait(minutes=4)
    office.done(Admit(office.key(), OFFICER, number))
    office.done(Cross(office.key(), OFFICER, number))


def told(office, **changes: object) -> LineForecast:
    """What the planner would have answered now is kept, as the server keeps it."""
    application = office.application
    state = application.forecasts.state(application.network.of_line("kz_a.exit"))
    answer = replace(forecast(state), **changes)
    application.forecasts.take(state, answer, application.watch.version(A))
    return answer


def clock(office, at: int) -> str:
    local = (at + 5 * HOUR) // MINUTE % (24 * 60)
    return f"{local // 60:02}:{local % 60:02}"


def test_the_ticket_shows_when_the_call_and_the_crossing_are_likely(office):
    for n in range(1, 6):
        crossed(office, n)
    number = arrived(office, 9)
    answer = told(office)
    page = words(office.browser().page(link(office, number)))
    mine = next(one for one in answer.trucks if one.number == number)
    step = 5 * MINUTE
    low, high = mine.called.at[1] // step * step, -(-mine.called.at[5] // step) * step
    assert f"Likely call {clock(office, low)} – {clock(office, high)}" in page
    low, high = mine.crossed.at[1] // step * step, -(-mine.crossed.at[5] // step) * step
    assert f"Likely crossing {clock(office, low)} – {clock(office, high)}" in page
    assert f"Method: 200 simulations of this line from {clock(office, office.now.at)}" in page
    assert "We have not yet measured how accurate this is here." in page


def test_the_carrier_s_overview_shows_when_a_call_is_expected(office):
    for n in range(1, 6):
        crossed(office, n)
    number = office.book(9, start=office.window(A, hour=9))
    office.done(Arrive(office.key(), OFFICER, number))
    browser = office.browser("carrier")
    assert "call about" not in browser.page("/carrier")
    answer = told(office)
    mine = next(one for one in answer.trucks if one.number == number)
    step = 5 * MINUTE
    low, high = mine.called.at[1] // step * step, -(-mine.called.at[5] // step) * step
    page = words(browser.page("/carrier"))
    assert f"call about {clock(office, low)} to {clock(office, high)}" in page


def test_a_measured_accuracy_stands_beside_the_range(office):
    crossed(office, 1)
    number = arrived(office, 2)
    office.application.forecasts._scores[A] = Scores(office.now.at, GOOD, GOOD)
    told(office)
    said = "In the last 30 days 8 of 10 trucks were within the range. Typical error: 12 min."
    browser = office.browser()
    assert said in words(browser.page(link(office, number)))
    assert said in words(browser.page("/checkpoints/kz_a"))


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (UNCORRECTED, False),
        (Corrections(called=Correction((-1,), (0.1,), (0,), (0,))), True),
    ],
)
def test_a_corrected_range_says_so(office, used, said):
    crossed(office, 1)
    number = arrived(office, 2)
    office.application.forecasts._scores[A] = Scores(office.now.at, GOOD, GOOD, corrections=used)
    told(office)
    for url in (link(office, number), "/checkpoints/kz_a"):
        page = words(office.browser().page(url))
        assert "simulations of this line" in page
        assert ("Corrected for past errors in all lines." in page) is said


def test_the_picture_has_twenty_dots_and_is_read_aloud(office):
    crossed(office, 1)
    number = arrived(office, 2)
    told(office)
    for url in (link(office, number), "/checkpoints/kz_a"):
        page = office.browser().page(url)
        picture = page[page.index('<figure class="dots"') :].partition("</figure>")[0]
        assert picture.count("<circle") == 20
        assert re.search(r"<figcaption>20 dots from \d\d:\d\d to \d\d:\d\d: ", picture)


@pytest.mark.parametrize("span", [MINUTE, 10 * MINUTE, HOUR, 7 * HOUR, 40 * HOUR])
def test_dots_stay_inside_the_picture_however_wide_the_range_is(office, span):
    crossed(office, 1)
    number = arrived(office, 2)
    answer = told(office)
    at = Range(tuple(office.now.at + n * span for n in range(7)))
    trucks = tuple(replace(one, called=at, crossed=at) for one in answer.trucks)
    told(office, trucks=trucks)
    page = office.browser().page(link(office, number))
    picture = page[page.index('<figure class="dots"') :].partition("</figure>")[0]
    dots = re.findall(r'<circle cx="([\d.]+)" cy="([-\d.]+)" r="([\d.]+)"/>', picture)
    assert len(dots) == 20
    for x, y, r in (tuple(map(float, dot)) for dot in dots):
        assert r <= x <= 240 - r
        assert y - r >= 0, "a stack fits under the top"
        assert y + r <= 64


def test_after_the_call_only_the_crossing_is_told(office):
    crossed(office, 1)
    number = arrived(office, 2)
    office.done(Call(office.key(), OFFICER, A))
    told(office)
    page = words(office.browser().page(link(office, number)))
    assert "Likely crossing" in page
    assert "Likely call" not in page


def test_a_call_that_the_forecast_did_not_know_leaves_no_stale_range(office):
    crossed(office, 1)
    number = arrived(office, 2)
    told(office)
    office.done(Call(office.key(), OFFICER, A))
    assert "likely" not in words(office.browser().page(link(office, number)))


def test_who_came_after_the_forecast_joins_as_any_of_its_class(office):
    crossed(office, 1)
    told(office)
    office.wait(minutes=1)
    number = arrived(office, 2)
    assert "simulations of this line" in words(office.browser().page(link(office, number)))


def test_without_a_forecast_the_pace_stands_in_and_says_so(office):
    for n in range(1, 6):
        crossed(office, n)
    number = arrived(office, 9)
    page = words(office.browser().page(link(office, number)))
    assert "Likely call" in page
    assert "Method: 0 trucks ahead ÷ pace of the last" in page
    assert "No forecast yet: the simulation is starting." in page
    assert "Likely crossing" not in page


def test_a_twin_without_a_basis_is_not_shown(office):
    for n in range(1, 6):
        crossed(office, n)
    number = arrived(office, 9)
    told(office, no_basis="nobody_crossed", trucks=(), joins=(), lengths=())
    page = words(office.browser().page(link(office, number)))
    assert "trucks ahead ÷ pace" in page
    assert "simulated" not in page.partition("Method:")[2]


def test_with_neither_nothing_is_told(office):
    number = arrived(office, 1)
    assert "likely" not in words(office.browser().page(link(office, number)))
    assert "No estimate" in office.browser().page("/checkpoints/kz_a")


def told_from(office, number: int, minutes: int) -> None:
    """The planner tells of one truck: called and through in some minutes, give or take three."""
    at = office.now.at + minutes * MINUTE
    called = Range(tuple(at + spread * MINUTE for spread in range(-3, 4)))
    told(office, trucks=(TruckForecast(number, called, called),))


def test_a_range_of_the_hour_before_a_move_is_never_shown(office):
    for n in range(1, 6):
        crossed(office, n)
    number = office.book(9, who="public", start=office.window(A, hour=12))
    told_from(office, number, minutes=240)
    at = link(office, number)
    assert "Likely call" in words(office.browser().page(at))
    driver = Actor(account=0, label="ticket", ticket=number)
    office.done(Move(office.key(), driver, number, office.window(A, hour=20)))
    page = office.browser().page(at)
    assert "Likely call and crossing" not in page
    assert "The likely call for the new hour is being computed" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    told_from(office, number, minutes=700)
    page = office.browser().page(at)
    assert "Likely call and crossing" in page
    assert "being computed" not in page


def test_a_range_of_the_place_before_a_missed_call_is_never_shown(office):
    for n in range(1, 6):
        crossed(office, n)
    number, _ = arrived(office, 9), arrived(office, 10)
    told_from(office, number, minutes=77)
    at = link(office, number)
    high = clock(office, -(-(office.now.at + 79 * MINUTE) // (5 * MINUTE)) * 5 * MINUTE)
    assert high in words(office.browser().page(at))
    office.done(Call(office.key(), OFFICER, A))
    office.wait(
        minutes=office.application.network.served()["kz_a.exit"].rules.newest.call_for // MINUTE + 1
    )
    assert office.status(number) == "arrived"
    assert high not in words(office.browser().page(at))


@pytest.mark.parametrize(("minutes", "low"), [(1, 0), (-20, 0), (14, 10)])
def test_no_range_begins_before_now_and_one_range_is_said_once(office, minutes: int, low: int):
    for n in range(1, 6):
        crossed(office, n)
    number = arrived(office, 9)
    office.wait(minutes=2)
    told_from(office, number, minutes)
    page = words(office.browser().page(link(office, number)))
    found = re.search(r"Likely call and crossing (\d\d:\d\d) – (\d\d:\d\d)", page)
    assert found, page
    now = clock(office, office.now.at)
    assert now <= found[1] < found[2]
    assert "Likely crossing" not in page
    if not low:
        assert found[1] == now


def test_an_old_forecast_is_not_shown(office):
    crossed(office, 1)
    number = arrived(office, 2)
    told(office)
    office.wait(hours=1)
    assert "simulations of this line" not in words(office.browser().page(link(office, number)))


def test_the_checkpoint_shows_the_wait_until_the_call_and_until_the_other_side(office):
    crossed(office, 1)
    arrived(office, 2)
    told(office)
    page = words(office.browser().page("/checkpoints/kz_a"))
    head = "If you arrive now with a booking for this hour"
    assert re.search(rf"{head} \S+ min – \S+ min until the call", page)
    assert "until you have crossed" in page


def test_the_board_shows_a_range_for_each_post_with_a_line(office):
    crossed(office, 1)
    arrived(office, 2)
    browser = office.browser()
    assert " min</td>" not in row(browser.page("/"))
    told(office)
    assert re.search(
        r'data-label="wait at 09:00:">(up to )?[\d–]+ min</td>', row(browser.page("/"))
    )


def test_the_board_says_what_its_ranges_are_and_how_good_they_were(office):
    crossed(office, 1)
    arrived(office, 2)
    browser = office.browser()
    small = "Likely wait: from the beginning of the first free hour until the call"
    assert small not in words(browser.page("/"))
    told(office)
    page = words(browser.page("/"))
    assert small in page
    assert "We have not yet measured how accurate this is here." in page
    office.application.forecasts._scores[A] = Scores(office.now.at, GOOD, GOOD)
    office.wait(minutes=1)
    said = "In the last 30 days 8 of 10 trucks were called within the range."
    assert said in words(browser.page("/"))


def row(page: str) -> str:
    found = page[page.index('id="post-kz_a"') :].partition("</tr>")[0]
    return found[found.index('class="wait"') :]


def test_the_console_shows_how_long_the_line_will_be(office):
    crossed(office, 1)
    told(office)
    page = words(office.browser("officer").page("/console/kz_a"))
    assert "Trucks expected in the line: 2–6 in 1 hour , 4–8 in 3 hours , 7–11 in 6 hours" in page


@pytest.mark.parametrize("lang", ["ru", "kk"])
def test_other_languages_have_every_sentence(office, lang):
    crossed(office, 1)
    number = arrived(office, 2)
    told(office)
    page = words(office.browser().page(f"{link(office, number)}?lang={lang}"))
    assert "simulated" not in page
    assert "likely" not in page


def test_a_kept_ticket_is_drawn_again_when_the_forecast_says_something_new(office):
    crossed(office, 1)
    number = arrived(office, 2)
    browser = office.browser()
    assert "simulations of this line" not in words(browser.page(link(office, number)))
    told(office)
    assert "simulations of this line" in words(browser.page(link(office, number)))


def test_hours_that_can_be_booked_show_the_wait_at_them(office):
    for n in range(1, 6):
        crossed(office, n)
    browser = office.browser()
    hours = f"/book?checkpoint=kz_a&day={TODAY}"
    assert not re.search(r"up to \d", words(browser.page(hours)))
    told(office)
    page = words(browser.page(hours))
    assert re.search(r"12:00 10 free wait (up to )?\d", page)
    assert "told for the next 24 hours" in page
    later = words(browser.page(f"/book?checkpoint=kz_a&day={TODAY + timedelta(days=3)}"))
    assert not re.search(r"12:00 10 free wait", later)
    post = words(browser.page("/checkpoints/kz_a"))
    assert "Wait at the first free hour" in post
    assert "If you arrive now with a booking for this hour" in post


def test_hours_more_than_a_day_ahead_show_what_is_usual_or_that_it_is_not_known_yet(office):
    start = office.window(A, day=3, hour=12)
    browser, hours = office.browser(), f"/book?checkpoint=kz_a&day={TODAY + timedelta(days=3)}"
    page = words(browser.page(hours))
    assert "The usual wait has not been computed yet." in page
    assert "not known yet" not in page
    office.application.forecasts.take_usual(A, {})
    page = words(browser.page(hours))
    assert "has not been computed yet" not in page
    assert "not known yet: trucks must have crossed in it on at least 4 days" in page
    assert "usually" not in page
    usual = UsualWait(low=14 * MINUTE, median=29 * MINUTE, high=46 * MINUTE, days=7)
    office.application.forecasts.take_usual(A, {hour_of_week(start, office.line().zone): usual})
    page = words(browser.page(hours))
    assert page.count("usually 10–50 min") == 1
    assert re.search(r"12:00 10 free usually 10–50 min", page)
    assert "in the last 12 weeks lie in the range. Each hour rests on 7 days or more." in page
    soon = words(browser.page(f"/book?checkpoint=kz_a&day={TODAY}"))
    assert "usual" not in soon


def test_the_first_free_hour_shows_what_is_usual_where_it_is_far(office):
    for day in range(2):
        on = str(TODAY + timedelta(days=day))
        office.done(CloseDay(office.key(), PEOPLE["agency"], A, on, "flood"))
    browser = office.browser()
    page = words(browser.page("/checkpoints/kz_a"))
    assert "The usual wait has not been computed yet." in page
    assert "too few trucks have crossed at this hour" not in page
    office.application.forecasts.take_usual(A, {})
    page = words(browser.page("/checkpoints/kz_a"))
    assert "Not known yet: the wait is estimated" in page
    assert "has not been computed yet" not in page
    start = office.window(A, day=2, hour=0)
    usual = UsualWait(low=0, median=62 * MINUTE, high=2 * HOUR, days=4)
    office.application.forecasts.take_usual(A, {hour_of_week(start, office.line().zone): usual})
    page = words(browser.page("/checkpoints/kz_a"))
    assert "Wait at the first free hour Mon 15 June, 00:00 usually up to 2 h" in page
    assert "half of the trucks waited at most 1 h" in page
    assert "from 4 days of the last 12 weeks at this hour of the week" in page


def test_nobody_is_told_the_wait_of_now_where_nobody_can_join_now(office):
    for n in range(1, 6):
        crossed(office, n)
    told(office)
    office.done(CloseDay(office.key(), PEOPLE["agency"], A, str(TODAY), "flood"))
    page = words(office.browser().page("/checkpoints/kz_a"))
    assert "If you arrive now" not in page
    assert "Wait at the first free hour Sun 14 June, 00:00" in page
