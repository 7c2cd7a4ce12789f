"""Who has the link follows the turn to the end, and nobody else learns of it."""

from __future__ import annotations

import html
import logging
import re
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from kezek.domain.account.actor import PUBLIC, Actor
from kezek.domain.booking.change import Cancel, Move
from kezek.domain.booking.lapse import Lapse
from kezek.domain.booking.release import Release
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from kezek.i18n import catalogue
from kezek.web import app as web_app
from kezek.web.frame.format import hour_value
from kezek.web.ticket.ticket import _made_own
from tests.world import PEOPLE, TODAY, A, vehicle

OFFICER = PEOPLE["officer"]


def link(office, number: int) -> str:
    return f"/t/{office.application.papers.link(number)}"


def arrived(office, n: int = 1, hour: int = 9) -> int:
    number = office.book(n, who="public", start=office.window(A, hour=hour))
    office.done(Arrive(office.key(), OFFICER, number))
    return number


def words(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_before_arrival_there_is_an_hour_and_bookings_ahead_but_no_place(office):
    office.book(1, start=office.window(A, hour=11))
    number = office.book(2, who="public", start=office.window(A, hour=12))
    page = words(office.browser().page(link(office, number)))
    assert "12:00" in page
    assert "1 booking before your hour" in page
    assert "Your place" not in page


def test_in_line_one_number_is_the_page_and_its_reasons_add_up(office):
    for n, hour in ((1, 9), (2, 9), (3, 10)):
        arrived(office, n, hour)
    number = arrived(office, 4, 10)
    page = words(office.browser().page(link(office, number)))
    assert "Place 4." in page
    assert "3 trucks ahead of you" in page
    assert "2 trucks booked for 09:00 and still waiting" in page
    assert "1 truck of your hour that arrived before you (09:30)" in page
    assert "3 are ahead, so your place is 4." in page


def test_a_call_fills_the_screen_until_it_is_answered(office):
    number = arrived(office)
    browser = office.browser()
    assert 'id="called"' not in browser.page(link(office, number))
    office.done(Call(office.key(), OFFICER, A))
    page = browser.page(link(office, number))
    assert 'class="callscreen on"' in page
    assert "09:50" in page
    url = link(office, number) + "/acknowledge"
    said = browser.post(url, browser.fill(page, url))
    assert said.status_code == 303
    page = browser.page(link(office, number))
    assert 'class="callscreen on"' not in page
    assert "Since 09:30 the officer sees that you are on your way." in words(page)
    assert office.kinds(number).count("acknowledged") == 1


def test_an_answer_from_a_page_of_an_earlier_call_is_not_taken(office):
    number, browser = arrived(office), office.browser()
    office.done(Call(office.key(), OFFICER, A))
    page = browser.page(link(office, number))
    office.wait(minutes=30)
    office.tick()
    office.done(Call(office.key(), OFFICER, A))
    url = link(office, number) + "/acknowledge"
    answer = browser.post(url, browser.fill(page, url))
    assert answer.status_code == 409
    assert "This call is over" in words(answer.text)
    assert "acknowledged" not in office.kinds(number)


def test_the_way_to_the_other_side(office):
    number, browser = arrived(office), office.browser()
    address = link(office, number)
    office.done(Call(office.key(), OFFICER, A))
    for command, said in ((Admit, "At the gate"), (Cross, "Crossed")):
        office.done(command(office.key(), OFFICER, number))
        assert said in words(browser.page(address))
    page = browser.page(address)
    assert "sse-connect" not in page
    assert "Move to another time" not in page


@pytest.mark.parametrize(
    ("end", "state", "why"),
    [
        (
            lambda o, n: Cancel(o.key(), PEOPLE["clerk"], n, cause="breakdown"),
            "Cancelled",
            "Reason: the truck has broken down.",
        ),
        (
            lambda o, n: Release(o.key(), OFFICER, n, "registration_shown"),
            "Annulled",
            "Reason: registration papers were shown.",
        ),
    ],
)
def test_an_end_is_named_with_its_reason(office, end, state: str, why: str):
    number = office.book(1, who="public")
    office.done(end(office, number))
    page = words(office.browser().page(link(office, number)))
    assert state in page
    assert why in page
    assert "Book a new time" in page


def test_turned_back_with_the_officers_reason(office):
    number = arrived(office)
    office.set_aside(number, "turn_back", "papers")
    assert "papers are missing or wrong" in office.browser().page(link(office, number))


def test_a_missed_call_is_said_at_the_top_of_the_ticket(office):
    """Before the timer has counted it, and after."""
    number = arrived(office)
    office.done(Call(office.key(), OFFICER, A))
    office.wait(minutes=40)
    said = "Your call ended at "
    assert said in words(office.browser().page(link(office, number)))
    office.done(Lapse(office.key(), PEOPLE["timer"], number))
    assert office.booking(number).misses == 1
    page = words(office.browser().page(link(office, number)))
    assert said in page
    assert "You are in line again. Wait for the next call." in page


def test_time_alone_ends_a_booking_on_the_page_too(office):
    number = office.book(1, who="public", start=office.window(A, hour=9))
    browser = office.browser()
    assert "Booked" in words(browser.page(link(office, number)))
    office.wait(hours=2)
    assert "Late" in words(browser.page(link(office, number)))
    office.wait(hours=30)
    assert "Did not come" in words(browser.page(link(office, number)))


def test_whoever_lost_the_time_through_a_closure_is_told_why_and_offered_another(office):
    number = office.book(1, who="public")
    office.done(CloseDay(office.key(), PEOPLE["agency"], A, str(TODAY), "flood"))
    page = office.browser().page(link(office, number))
    assert "at the booked time: flood. You lose nothing" in words(page)
    assert re.search(r"Your time was \d+ \w+, \d\d:00\. Choose a new one by \d+ \w+", words(page))
    assert f'href="{link(office, number)}/move"' in page
    move = words(office.browser().page(link(office, number) + "/move"))
    assert "Your time was taken away" in move
    assert "present time" not in move, "there is none to keep"


def test_moving_keeps_the_present_time_until_the_last_button(office):
    number, browser = office.book(1, who="public"), office.browser()
    move = link(office, number) + "/move"
    browser.page(move)
    target = office.window(A, hour=15)
    page = browser.page(f"{move}?day={TODAY}&hour={hour_value(target)}")
    assert "Confirm the new time" in page
    assert office.booking(number).start == office.window(A)
    answer = browser.post(move, browser.fill(page, move))
    assert browser.flash(answer) == "The booking has its new time."
    assert office.booking(number).start == target
    office.check()


def test_moving_to_a_full_hour_offers_others(office):
    number, browser = office.book(1, who="public"), office.browser()
    move = link(office, number) + "/move"
    target = office.window(A, hour=15)
    page = browser.page(f"{move}?day={TODAY}&hour={hour_value(target)}")
    for n in range(10):
        office.book(n + 50, start=target)
    answer = browser.post(move, browser.fill(page, move))
    assert answer.status_code == 409
    assert "The last place at this hour is taken." in answer.text
    assert hour_value(office.window(A, hour=14)) in answer.text
    assert office.booking(number).start == office.window(A)


def test_moving_to_the_same_hour(office):
    number, browser = office.book(1, who="public"), office.browser()
    move = link(office, number) + "/move"
    page = browser.page(f"{move}?day={TODAY}&hour={hour_value(office.window(A))}")
    assert "The booking has this time already." in page
    assert "Confirm the new time" not in page
    present = hour_value(office.window(A))
    assert f"hour={present}" not in page, "neither the grid nor the nearest hours offer it"
    assert "your hour" in page
    form = browser.token() | {"key": "k" * 20, "day": TODAY, "hour": present}
    answer = browser.post(move, form)
    assert answer.status_code == 409
    assert "The booking has this time already." in answer.text


def test_the_first_free_hour_of_a_move_is_never_the_present_one(office):
    number, browser = (
        office.book(1, who="public", start=office.window(A, hour=10)),
        office.browser(),
    )
    for n in range(10):
        office.book(n + 50, start=office.window(A, hour=9))
    page = browser.page(link(office, number) + "/move")
    assert hour_value(office.window(A, hour=10)) not in page
    assert "First free: Sat 13 June, 11:00" in page


@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_the_last_move_says_so_before_it_is_confirmed(office, lang: str):
    say = catalogue.words(lang).gettext
    last = say("This is the last time the booking can be moved.")
    assert (last != "This is the last time the booking can be moved.") is (lang != "en")
    number, browser = office.book(1, who="public"), office.browser()
    move = link(office, number) + "/move"
    at = [f"{move}?day={TODAY}&hour={hour_value(office.window(A, hour=n))}" for n in (13, 14, 15)]
    for n, address in enumerate(at):
        page = browser.page(f"{address}&lang={lang}")
        assert (last in page) is (n == 2)
        until = say("You can move this booking until %(until)s.").partition("%")[0]
        assert (until in page) is (n != 2)
        browser.post(move, browser.fill(page, move))
    assert office.booking(number).moves == 3
    assert "moved as often as the rules allow" in browser.page(f"{link(office, number)}?lang=en")


def test_the_move_of_a_lost_window_is_not_counted_beforehand_either(office):
    number, browser = office.book(1, who="public", start=office.window(A, day=1)), office.browser()
    for day in (2, 3):
        office.done(
            Move(office.key(), Actor(0, "ticket", ticket=number), number, office.window(A, day=day))
        )
    office.done(
        CloseDay(office.key(), PEOPLE["agency"], A, str(TODAY + timedelta(days=3)), "flood")
    )
    move = link(office, number) + "/move"
    page = browser.page(f"{move}?day={TODAY}&hour={hour_value(office.window(A, hour=15))}")
    assert "You can move this booking until" in page
    assert "This is the last time" not in page
    browser.post(move, browser.fill(page, move))
    assert "You can move 1 more time." in browser.page(link(office, number))


def test_moves_are_limited_and_the_page_says_by_what(office):
    number, browser = office.book(1, who="public"), office.browser()
    move = link(office, number) + "/move"
    for hour in (13, 14, 15):
        page = browser.page(f"{move}?day={TODAY}&hour={hour_value(office.window(A, hour=hour))}")
        browser.post(move, browser.fill(page, move))
    answer = browser.get(move)
    assert answer.status_code == 409
    assert "Code: moves_exhausted" in answer.text
    assert move not in browser.page(link(office, number))


def test_moving_too_late_and_in_the_wrong_state(office):
    number, browser = office.book(1, who="public", start=office.window(A, hour=9)), office.browser()
    assert "Code: move_too_late" in browser.get(link(office, number) + "/move").text
    other = arrived(office, 2)
    assert "Code: wrong_status" in browser.get(link(office, other) + "/move").text


def test_cancelling_needs_two_presses_and_gives_the_place_back(office):
    number, browser = office.book(1, who="public"), office.browser()
    answer = browser.send(link(office, number), link(office, number) + "/cancel")
    assert browser.flash(answer) == "The booking is cancelled. The place goes to others."
    assert office.status(number) == "cancelled"
    office.check()


def test_staff_who_press_twice_propose_a_cancellation_once(office):
    number = office.book(1)
    office.done(Arrive(office.key(), PEOPLE["officer"], number))
    url = f"/t/{office.application.papers.link(number)}"
    b = office.browser("officer")
    page = b.page(url)
    assert "Propose to cancel" in page
    form = b.fill(page, f"{url}/cancel") | {"cause": "asked_by_driver"}
    for _ in range(2):
        answer = b.post(f"{url}/cancel", form)
        assert answer.status_code == 303
        assert "proposed" in b.flash(answer)
    assert office.status(number) == "arrived"


def test_a_truck_that_came_since_the_page_was_shown_is_not_cancelled_by_staff_alone(office):
    number = office.book(1)
    url, b = link(office, number), office.browser("officer")
    page = b.page(url)
    assert "Propose to cancel" not in page
    form = b.fill(page, f"{url}/cancel") | {"cause": "asked_by_driver"}
    office.done(Arrive(office.key(), PEOPLE["officer"], number))
    assert "Code: second_person_needed" in b.post(f"{url}/cancel", form).text
    assert office.status(number) == "arrived"


def test_cancelling_twice_says_where_the_booking_stands(office):
    number, browser = office.book(1, who="public"), office.browser()
    address = link(office, number)
    page = browser.page(address)
    fields = browser.fill(page, address + "/cancel")
    office.done(Cancel(office.key(), PEOPLE["clerk"], number, cause="papers"))
    answer = browser.post(address + "/cancel", fields)
    assert answer.status_code == 409
    assert "Code: wrong_status" in answer.text
    assert "“Cancelled”" in answer.text
    assert f'href="{address}"' in answer.text


def test_another_driver_is_named(office):
    number, browser = office.book(1, who="public"), office.browser()
    address = link(office, number)
    answer = browser.send(address, address + "/driver", driver="Second Driver")
    assert browser.flash(answer) == "The driver is named on the ticket."
    assert "2 drivers are named already." in browser.page(address)
    assert "Second Driver" not in browser.page(address)


@pytest.mark.parametrize("name", ["", " ", "x" * 100])
def test_a_driver_without_a_name(office, name: str):
    number, browser = office.book(1, who="public"), office.browser()
    address = link(office, number)
    answer = browser.send(address, address + "/driver", driver=name)
    assert answer.status_code == 422
    assert "longer than 80 letters" in html.unescape(answer.text)
    assert "_csrf_token" in answer.text
    assert "token-of-the-form" not in answer.text


def test_too_many_drivers(office):
    number, browser = office.book(1, who="public"), office.browser()
    address = link(office, number)
    for n in range(3):
        browser.send(address, address + "/driver", driver=f"Driver {n}")
    answer = browser.send(address, address + "/driver", driver="One more")
    assert "At most 4 can be named." in answer.text


def test_a_ticket_is_kept_and_indexed_by_nobody(office):
    number = office.book(1, who="public")
    for path in ("", "/print", "/qr.svg", "/move"):
        answer = office.browser().get(link(office, number) + path)
        assert answer.headers["cache-control"] == "no-store", path
        assert answer.headers["referrer-policy"] == "no-referrer", path
        if path != "/move":
            assert "noindex" in answer.headers["x-robots-tag"], path


def test_the_page_shows_no_name_no_phone_no_vin_no_whole_plate(office):
    number, truck = office.book(1, who="public"), vehicle(1)
    for path in ("", "/print"):
        page = office.browser().page(link(office, number) + path)
        for secret in (truck.plate, truck.vin, truck.phone, truck.drivers[0]):
            assert secret not in page


@pytest.mark.parametrize("path", ["", "/live", "/qr.svg", "/print", "/move"])
@pytest.mark.parametrize("secret", ["1-AAAAAAAAAAAAAAAAAAAAAA", "x", "1", "%00", "0-x"])
def test_a_link_that_is_not_ours_opens_nothing(office, secret: str, path: str):
    office.book(1, who="public")
    answer = office.browser().get(f"/t/{secret}{path}")
    assert answer.status_code == 404
    assert "Code: ticket_unknown" in answer.text


def test_one_link_opens_one_ticket(office):
    first, second = office.book(1, who="public"), office.book(2, who="public")
    swapped = link(office, first).replace(f"/{first}-", f"/{second}-")
    assert office.browser().get(swapped).status_code == 404


def test_the_qr_code_is_a_picture_that_the_gate_believes(office):
    number = office.book(1, who="public")
    address = link(office, number)
    assert f'src="{address}/qr.svg"' in office.browser().page(address)
    answer = office.browser().get(address + "/qr.svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.text.startswith("<svg")
    view = office.application.tickets.view(number, office.application.now())
    text = office.application.papers.qr_text(view)
    assert office.application.papers.read_qr(text, office.application.now()) == number


def test_a_walk_in_has_no_qr_code(office):
    number = office.walk_in(1)
    assert "/qr.svg" not in office.browser().page(link(office, number))
    assert office.browser().get(link(office, number) + "/qr.svg").status_code == 404
    assert "walk-in" in office.browser().page(link(office, number) + "/print")


def test_the_secret_is_in_no_log(office, caplog):
    number = office.book(1, who="public")
    address = link(office, number)
    secret = address.removeprefix("/t/")
    caplog.set_level(logging.DEBUG, logger="kezek")
    caplog.set_level(logging.DEBUG, logger="litestar")
    browser = office.browser()
    browser.page(address)
    browser.get(address + "/nowhere")
    browser.post(address + "/cancel", {})
    ours = [r for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    assert not [r for r in ours if secret in r.getMessage() + str(r.exc_text)]


def test_who_is_named_like_a_placeholder_is_shown_by_that_name():
    names = "token-of-the-form key-of-the-form"
    here = SimpleNamespace(
        web=SimpleNamespace(mark="a-mark "), csrf_token="THE TOKEN", new_key=lambda: "THE KEY"
    )
    page = f"{names} {here.web.mark}token-of-the-form {here.web.mark}key-of-the-form"
    assert _made_own(here, page) == f"{names} THE TOKEN THE KEY"


def test_the_mark_of_a_process_is_on_no_page_and_in_no_other_process(office):
    marks: list[str] = []
    build = web_app.Web

    def seen(**parts):
        marks.append(parts["mark"])
        return build(**parts)

    with patch.object(web_app, "Web", seen):
        for _ in range(2):
            web_app.build_pages(office.application)
    assert len(set(marks)) == 2
    assert min(map(len, marks)) >= 32


def test_each_reader_gets_a_token_and_a_key_of_the_own(office):
    number = office.book(1, who="public")
    pages = [office.browser().page(link(office, number)) for _ in range(2)]
    for name in ("_csrf_token", "key"):
        values = [re.search(rf'name="{name}" value="([^"]+)"', page)[1] for page in pages]
        assert values[0] != values[1]
        assert "of-the-form" not in "".join(values)


def test_a_kept_page_is_as_new_as_the_line(office):
    number, browser = arrived(office, 1, 10), office.browser()
    address = link(office, number)
    assert "Place 1." in words(browser.page(address))
    arrived(office, 2, 9)
    assert "Place 2." in words(browser.page(address))
    office.do(Cancel("", PUBLIC, number))
    assert "Place 2." in words(browser.page(address))


def test_the_printed_ticket_says_the_rule(office):
    number = office.book(1, who="public")
    page = words(office.browser().page(link(office, number) + "/print"))
    assert "If you come late, you keep your place for 3 hours" in page
    assert "Booking number 1" in page


def test_the_ticket_in_other_languages(office):
    number = arrived(office)
    for lang, said in (("ru", "Ваше место"), ("kk", "Сіздің орныңыз")):
        assert said in office.browser().page(f"{link(office, number)}?lang={lang}")


def test_a_place_that_goes_back_says_why(office):
    late = [office.book(n, who="public", start=office.window(A, hour=9)) for n in (1, 2)]
    number = arrived(office, 3, 10)
    office.wait(minutes=35)
    for one in late:
        office.done(Arrive(office.key(), OFFICER, one))
    page = words(office.browser().page(link(office, number)))
    assert "How your place has changed 1 your place at 09:30" in page
    assert "+2 trucks booked for 09:00 came late and keep their earlier places (10:05)" in page
    assert "3 your place now" in page


def test_a_ticket_can_be_kept(office):
    number = office.book(1, who="public", start=office.window(A, hour=12))
    address = link(office, number)
    page = office.browser().page(address)
    whole = f"{office.application.settings.issuer}{address}"
    assert f'readonly value="{whole}"' in page
    answer = office.browser().get(f"{address}/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["cache-control"] == "no-store"
    lines = answer.text.replace("\r\n ", "").split("\r\n")
    assert "DTSTART:20260613T070000Z" in lines
    assert "DTEND:20260613T080000Z" in lines
    assert any(whole in line for line in lines)
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))


def test_a_walk_in_has_no_time_for_a_calendar(office):
    number = office.walk_in(1)
    assert office.browser().get(f"{link(office, number)}/calendar.ics").status_code == 404


def test_the_ticket_says_how_often_it_may_move_and_what_becomes_of_the_present_time(office):
    number = office.book(1, who="public", start=office.window(A, day=1))
    page = words(office.browser().page(link(office, number)))
    assert "You keep your present time until you confirm the new one." in page
    assert "You can move 3 more times." in page


def test_a_page_without_script_renews_itself_and_says_the_time_instead_of_an_age(office):
    number = arrived(office)
    page = office.browser().page(link(office, number))
    assert "just now" not in page
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page
    assert "As of 09:30" in words(page)
    assert "data-renew>Refresh</a>" in page
