"""The page of one post: the line as the public may see it, and nothing more."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.kernel.instant import HOUR
from kezek.domain.regulation.regulations import Regulations
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from tests.web.office import opened
from tests.world import PEOPLE, TODAY, A, rules, vehicle


def arrive(office, n: int, hour: int = 9, **how: object) -> int:
    number = office.book(n, start=office.window(A, hour=hour), **how)
    office.done(Arrive(office.key(), PEOPLE["officer"], number))
    return number


def codes(page: str) -> list[str]:
    line = page[page.index('<ol class="line">') :]
    return re.findall(r'<span class="code">(\w{4})</span>', line)


def test_the_line_stands_in_its_order_under_the_heads_of_its_hours(office):
    numbers = [arrive(office, n, hour) for n, hour in ((1, 11), (2, 9), (3, 10), (4, 9))]
    page = office.browser().page("/checkpoints/kz_a")
    expected = [office.booking(numbers[i]).code for i in (1, 3, 2, 0)]
    assert codes(page) == expected
    heads = re.findall(r'<li class="sep"><span>(.*?) ·', page)
    assert heads == [
        "Window 09:00 to 10:00",
        "Window 10:00 to 11:00, opens in 30 min",
        "Window 11:00 to 12:00, opens in 1 h 30",
    ]


def test_nobody_is_named_and_no_plate_is_whole(office):
    number = arrive(office, 1)
    office.done(Call(office.key(), PEOPLE["officer"], A))
    page = office.browser().page("/checkpoints/kz_a")
    truck = vehicle(1)
    for secret in (truck.plate, truck.vin, truck.phone, truck.drivers[0]):
        assert secret not in page
    assert office.booking(number).code in page
    assert truck.plate[-3:] in page


def test_whoever_is_called_stands_on_the_board_of_calls(office):
    number = arrive(office, 1)
    office.done(Call(office.key(), PEOPLE["officer"], A))
    page = office.browser().page("/checkpoints/kz_a")
    called = page[
        page.index('id="called-now"') : page.index("</section>", page.index("called-now"))
    ]
    assert office.booking(number).code in called
    assert "09:50" in called


def test_a_long_line_is_cut_and_shown_whole_on_demand(office):
    for n in range(45):
        arrive(office, n, 9 + n // 10)
    browser = office.browser()
    assert "Show the other 5 trucks" in browser.page("/checkpoints/kz_a")
    assert len(codes(browser.page("/checkpoints/kz_a"))) == 40
    assert len(codes(browser.page("/checkpoints/kz_a?all=1"))) == 45


def test_without_enough_crossings_no_wait_is_claimed(office):
    arrive(office, 1)
    assert "No estimate" in office.browser().page("/checkpoints/kz_a")


def test_a_closed_day_is_told_with_its_reason(office):
    office.done(CloseDay(office.key(), PEOPLE["agency"], A, str(TODAY), "flood on the road"))
    page = office.browser().page("/checkpoints/kz_a")
    assert "Reason: flood on the road." in page
    assert "Closed today" in page


@pytest.mark.parametrize(("ahead", "warned"), [(1, True), (2, False)])
def test_a_closure_warns_from_the_day_before_and_stands_with_the_days_until_then(
    office, ahead: int, warned: bool
):
    on = TODAY + timedelta(days=ahead)
    office.done(CloseDay(office.key(), PEOPLE["agency"], A, str(on), "flood on the road"))
    page = office.browser().page("/checkpoints/kz_a")
    assert ("Reason: flood on the road." in page) is warned
    listed = re.search(r"<li>Closed [^<]*: flood on the road</li>", page)
    assert (listed is None) is warned


def test_the_head_names_the_next_place_and_the_way_to_it(office):
    page = office.browser().page("/checkpoints/kz_a")
    head = page[page.index('id="take"') : page.index('id="closures"')]
    assert "Next ordinary place:" in head
    assert 'href="/book?checkpoint=kz_a"' in head


def test_the_reason_of_the_published_board_is_in_words(shipped):
    assert "holiday on the published board" in shipped.page("/checkpoints/kz_nur_zholy")


def test_a_post_without_a_queue_invents_nothing(shipped):
    page = shipped.page("/checkpoints/uz_oybek")
    assert "There is no electronic queue at this checkpoint." in page
    assert "lanes: not published" in page
    assert "sse-connect" not in page


def test_lanes_are_shown_where_a_source_states_them(shipped):
    posts = shipped.application.network.posts().values()
    stated = next(p.checkpoint.id for p in posts if (p.checkpoint.lanes or "").startswith("8"))
    assert "8 lanes" in shipped.page(f"/checkpoints/{stated}")


@pytest.mark.parametrize("url", ["/checkpoints/kz_nowhere", "/checkpoints/kz_nowhere/live"])
def test_an_unknown_post_is_not_found(shipped, url: str):
    answer = shipped.get(url)
    assert answer.status_code == 404
    assert "Code: not_found" in answer.text


def test_a_post_without_a_line_has_no_stream(shipped):
    assert shipped.get("/checkpoints/uz_oybek/live").status_code == 404


def test_names_are_those_of_the_language(shipped):
    assert "Нур Жолы" in shipped.page("/checkpoints/kz_nur_zholy?lang=ru")
    assert "Бақты" in shipped.page("/checkpoints/kz_bakhty?lang=kk")


def test_the_line_tells_who_is_in_his_hour_from_who_came_early(office):
    for n, hour in ((1, 11), (2, 9), (3, 10), (4, 9)):
        arrive(office, n, hour)
    page = office.browser().page("/checkpoints/kz_a")
    assert page.count("of them 2 in the booked hour") == 3
    assert "2 now" in office.browser().page("/")


def test_the_head_of_a_later_day_ends_by_the_windows_of_that_day():
    decree = replace(rules()["kz"], effective_on="2026-06-14", window=2 * HOUR)
    with opened(regulations=Regulations(rules(), rules().known, [decree])) as office:
        office.until(office.window(A, hour=23))
        number = office.book(1, start=office.window(A, day=1, hour=0))
        office.done(Arrive(office.key(), PEOPLE["officer"], number))
        page = office.browser().page("/checkpoints/kz_a")
    heads = re.findall(r'<li class="sep"><span>(.*?),', page)
    assert heads == ["Window 00:00 to 02:00"]
