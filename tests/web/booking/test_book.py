"""A driver books without an account; every no stands where it belongs, with what was typed."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from kezek.domain.calendar.capacity import CloseDay
from kezek.web.frame.format import hour_value
from tests.web.office import opened
from tests.world import PEOPLE, TODAY, A, B, D

TRUCK = {
    "country": "KZ",
    "plate": "927 PK 06",
    "vin": "XTC65115OJ1356789".replace("O", "0"),
    "trailer": "",
    "phone": "+7 701 555 01 41",
    "driver": "Invented Driver",
}


def steps(office, browser, line: str = A, hour: int = 12, **changes: str) -> tuple[str, object]:
    """From the address of an hour to the answer of the check."""
    start = office.window(line, hour=hour)
    post = line.removesuffix(".exit")
    address = f"/book?checkpoint={post}&day={TODAY}&hour={hour_value(start)}"
    address += f"&class={changes['vehicle_class']}" if "vehicle_class" in changes else ""
    fields = browser.fill(browser.page(address), "/book") | TRUCK | changes
    return address, followed(browser, browser.post("/book", fields))


def followed(browser, answer):
    """The page to which an answer leads, or the answer."""
    leads = answer.status_code == 303 and "/book" in answer.headers["location"]
    return browser.get(answer.headers["location"]) if leads else answer


def confirm(browser, page: str) -> object:
    forms = [browser.fill(page, "/book", n) for n in range(page.count('action="/book"'))]
    return browser.post("/book", next(f for f in forms if f["step"] == "confirm"))


def errors(text: str) -> str:
    box = re.search(r'id="errors">.*?</ul>', text, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", box[0])) if box else ""


def at_field(text: str, name: str) -> str:
    found = re.search(rf'id="f-{name}-e">.*?</svg>(.*?)</span>', text, re.DOTALL)
    return html.unescape(found[1]) if found else ""


def test_from_the_list_of_posts_to_a_ticket(office):
    browser = office.browser()
    assert '/book?checkpoint=kz_a"' in browser.page("/book")
    when = browser.page("/book?checkpoint=kz_a")
    assert f"/book?checkpoint=kz_a&amp;day={TODAY}" in when or f"&day={TODAY}" in when
    _, checked = steps(office, browser)
    assert checked.status_code == 200
    assert "Is everything right?" in checked.text
    assert "4,325 KZT" in checked.text
    answer = confirm(browser, checked.text)
    assert answer.status_code == 303
    number = office.application.papers.number_of(answer.headers["location"].removeprefix("/t/"))
    booking = office.booking(number)
    assert (booking.line, booking.start, booking.holder) == (A, office.window(A), 0)
    assert "Booked" in browser.page(answer.headers["location"])
    office.check()


def test_no_rule_is_told_before_a_post_is_chosen(office):
    browser, told = office.browser(), "The rules in short"
    assert told not in browser.page("/book")
    assert told in browser.page("/book?checkpoint=kz_a")


def test_a_double_press_books_once(office):
    browser = office.browser()
    _, checked = steps(office, browser)
    first, second = (confirm(browser, checked.text) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert office.slot(office.window(A)).taken == 1


def test_an_address_without_an_account_books_so_many_a_minute():
    with opened(rate_book=1) as office:
        browser = office.browser()
        said = []
        for hour in (12, 13):
            other = {"plate": f"9{hour} PK 06", "vin": f"XTC651150J13567{hour}"}
            _, checked = steps(office, browser, hour=hour, **other)
            said.append(confirm(browser, checked.text).status_code)
        assert said == [303, 429]
        answer = confirm(browser, checked.text)
        assert f"Try again in {answer.headers['retry-after']} seconds." in answer.text
        assert "Is everything right?" in answer.text, "nothing that was typed is lost"
        office.wait(minutes=2)
        assert confirm(browser, answer.text).status_code == 303


def test_posts_are_ordered_by_their_next_free_place(shipped):
    page = shipped.page("/book")
    order = re.findall(r'/book\?checkpoint=(\w+)"', page)
    assert order.index("kz_syrym") < order.index("kz_dostyk") < order.index("kz_nur_zholy")
    assert set(re.findall(r'/book\?checkpoint=(\w+)"', shipped.page("/book?to=CN"))) == {
        "kz_bakhty",
        "kz_dostyk",
        "kz_kalzhat_kolzhat",
        "kz_maykapchagay",
        "kz_nur_zholy",
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=syr", {"kz_syrym"}),
        ("q=СЫРЫМ", {"kz_syrym"}),
        ("q=syrym&to=CN", set()),
        ("q=zzz", set()),
    ],
)
def test_the_list_of_posts_is_searched_without_a_script_too(shipped, asked: str, found: set[str]):
    page = shipped.page(f"/book?{asked}")
    assert set(re.findall(r'class="name" href="/book\?checkpoint=(\w+)"', page)) == found
    hidden = 'id="none" hidden' in page
    assert hidden is bool(found)


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("country", "", "Choose the country"),
        ("plate", "", "The plate is missing."),
        ("plate", "9" * 40, "at most 16"),
        ("plate", "12#45", "letters and digits only"),
        ("vin", "", "The VIN is missing."),
        ("vin", "XTC651150", "A VIN has 17 characters."),
        ("vin", "XTC65115OJ1356789", "no letters I, O and Q"),
        ("trailer", "!!", "letters and digits only"),
        ("phone", "", "a lost ticket cannot be found"),
        ("phone", "12", "as many digits as that country uses"),
        ("driver", "x" * 81, "longer than 80"),
    ],
)
def test_what_is_impossible_is_told_at_its_field(office, field: str, typed: str, told: str):
    browser = office.browser()
    _, answer = steps(office, browser, **{field: typed})
    assert answer.status_code == 422
    assert told in at_field(answer.text, field)
    assert told in errors(answer.text)
    for name in ("plate", "phone", "driver"):
        kept = typed if name == field else TRUCK[name]
        assert f'value="{html.escape(kept)}"' in answer.text or not kept


@pytest.mark.parametrize(
    ("country", "typed", "kept", "told"),
    [
        ("UZ", "90 123 45 67", "+998901234567", ""),
        ("KZ", "8 701 123 45 67", "+77011234567", ""),
        ("KZ", "90 123 45 67", "", "Write the country&#39;s code first, for example +998 or +7"),
    ],
)
def test_a_phone_without_its_code_is_one_of_the_truck_s_country(office, country, typed, kept, told):
    plate = "01 123 ABC" if country == "UZ" else TRUCK["plate"]
    browser = office.browser()
    _, checked = steps(office, browser, country=country, plate=plate, phone=typed)
    if told:
        assert told in html.unescape(checked.text).replace("'", "&#39;")
        assert f'value="{typed}"' in checked.text
        return
    assert kept in checked.text
    made = confirm(browser, checked.text).headers["location"]
    answer = browser.send("/ticket", "/ticket", ticket=plate, phone=typed)
    assert answer.headers["location"] == made


def test_everything_that_is_wrong_is_told_at_once(office):
    _, answer = steps(office, office.browser(), plate="", vin="1", phone="")
    assert "3 things to put right" in answer.text


def test_a_strange_plate_is_doubted_and_booked(office):
    browser = office.browser()
    _, checked = steps(office, browser, plate="WWWWWW1")
    assert "We do not know this plate format" in checked.text
    assert confirm(browser, checked.text).status_code == 303


def test_a_plate_that_is_read_anew_is_shown_before_it_is_confirmed(office):
    browser = office.browser()
    _, checked = steps(office, browser, plate="KZ 7O1 AAA 02")
    assert "We read this plate as 701AAA02" in checked.text
    assert 'value="701AAA02"' in checked.text
    assert "typed KZ7O1AAA02" in checked.text
    made = confirm(browser, checked.text).headers["location"]
    for page in (made, f"{made}/print"):
        assert "The plate was read as KZ 701 AAA 02." in browser.page(page)
    _, plain = steps(office, browser, hour=13, vin="XTC651150J1356780")
    assert "was read as" not in browser.page(confirm(browser, plain.text).headers["location"])


def test_an_impossible_plate_is_not_doubted_too_and_the_summary_says_which_one(office):
    _, answer = steps(office, office.browser(), plate="!!!", trailer="!!!")
    assert "We do not know this plate format" not in answer.text
    assert "Truck: A plate has letters and digits only." in errors(answer.text)
    assert "Trailer: A plate has letters and digits only." in errors(answer.text)


def test_a_truck_that_is_booked_already(office):
    browser = office.browser()
    _, checked = steps(office, browser)
    confirm(browser, checked.text)
    _, answer = steps(office, browser, hour=14, vin="XTC651150J1356780")
    assert answer.status_code == 409, "told at the check, before anything was confirmed"
    assert re.search(r'href="/t/[^"]+">Open the ticket', answer.text), "it is in this browser"
    _, other = steps(office, office.browser(), hour=14, vin="XTC651150J1356780")
    assert "Find that booking to move or cancel it" in other.text
    assert "A truck with this plate already has an active booking" in at_field(answer.text, "plate")
    assert 'value="927PK06"' in answer.text


def test_who_was_booked_while_the_form_was_read_is_told_at_the_last_button_too(office):
    browser = office.browser()
    _, first = steps(office, browser)
    _, second = steps(office, browser, hour=14)
    assert confirm(browser, first.text).status_code == 303
    answer = confirm(browser, second.text)
    assert answer.status_code == 409
    assert "A truck with this plate already has an active booking" in at_field(answer.text, "plate")


def test_the_last_step_shows_the_plate_once_and_the_choice_of_class_its_money(office):
    _, checked = steps(office, office.browser())
    assert checked.text.count("927PK06") - checked.text.count('value="927PK06"') <= 1
    when = office.browser().page("/book?checkpoint=kz_a")
    assert re.search(r"1 MRP, 4,325 KZT", when), "the choice itself says the money"


def test_a_browser_keeps_the_ticket_that_it_has_booked(office):
    browser = office.browser()
    _, checked = steps(office, browser)
    address = confirm(browser, checked.text).headers["location"]
    assert f'href="{address}"' in browser.page("/ticket")
    assert "Your tickets" not in office.browser().page("/ticket")


def test_a_full_hour_offers_the_nearest_free_ones_and_keeps_what_was_typed(office):
    browser = office.browser()
    _, checked = steps(office, browser, hour=12)
    for n in range(10):
        office.book(n + 50, start=office.window(A, hour=12))
    answer = confirm(browser, checked.text)
    assert answer.status_code in (409, 422)
    assert "The last place at this hour is taken." in errors(answer.text)
    assert "Free hours nearest to it" in answer.text
    offered = [
        browser.fill(answer.text, "/book", n)
        for n in range(answer.text.count('action="/book"'))
        if browser.fill(answer.text, "/book", n).get("plate") == "927PK06"
    ]
    starts = {office.window(A, hour=h) for h in (10, 11, 13, 14)}
    assert {f["hour"] for f in offered} == {hour_value(s) for s in starts}
    checked = followed(browser, browser.post("/book", offered[0]))
    assert confirm(browser, checked.text).status_code == 303
    office.check()


def test_another_hour_keeps_every_field(office):
    browser = office.browser()
    address, _ = steps(office, browser, vin="half typed")
    fields = browser.fill(browser.page(address), "/book") | TRUCK | {"vin": "half", "to": "when"}
    answer = browser.post("/book", fields)
    assert answer.headers["location"] == address.split("&hour=")[0]
    assert "half" not in answer.headers["location"]
    other = address.replace(hour_value(office.window(A)), hour_value(office.window(A, hour=14)))
    page = browser.page(other)
    for typed in ("927 PK 06", "half", "+7 701 555 01 41", "Invented Driver"):
        assert f'value="{typed}"' in page
    assert "Invented Driver" not in office.browser().page(other), "another browser has nothing"


def test_back_after_confirm_shows_the_booking_that_was_made(office):
    browser = office.browser()
    address, checked = steps(office, browser)
    made = confirm(browser, checked.text).headers["location"]
    for back in (address, f"{address}&step=confirm"):
        page = browser.page(back)
        assert "This hour is booked" in page
        assert made in page
        assert "Confirm booking" not in page
        assert 'name="plate"' not in page
    page = browser.page(f"{address}&another=1")
    assert 'id="f-plate" name="plate" type="text" value=""' in page
    assert "This hour is booked" not in office.browser().page(address)


@pytest.mark.parametrize("text", ["x", "eJw=", "9" * 9_000, "=" * 40])
def test_a_draft_that_is_none_of_ours_fills_nothing(office, text: str):
    browser = office.browser()
    address = f"/book?checkpoint=kz_a&day={TODAY}&hour={hour_value(office.window(A))}"
    for path in (address, f"{address}&step=confirm"):
        answer = browser.client.get(path, headers={"cookie": f"kezek_draft={text}"})
        assert answer.status_code == 200
        assert 'name="plate" type="text" value=""' in answer.text


@pytest.mark.parametrize(("hour", "over"), [(9, True), (10, False)])
def test_a_booking_that_cannot_be_moved_is_told_so_before_and_on_the_ticket(
    office, hour: int, over
):
    browser = office.browser()
    never = "A booking of this hour cannot be moved to another time."
    address, checked = steps(office, browser, hour=hour)
    assert (never in browser.page(address)) is over
    assert (never in checked.text) is over
    assert ("You can move this booking until 13 June, 10:00." in checked.text) is not over
    ticket = browser.page(confirm(browser, checked.text).headers["location"])
    assert ("This booking cannot be moved. The booking could be moved until" in ticket) is over
    assert ("You can move this booking until 13 June, 10:00." in ticket) is not over


def test_a_link_to_a_full_hour_offers_links_to_free_ones(office):
    for n in range(10):
        office.book(n + 50, start=office.window(A, hour=12))
    value = hour_value(office.window(A, hour=12))
    page = office.browser().page(f"/book?checkpoint=kz_a&day={TODAY}&hour={value}")
    assert "The last place at this hour is taken." in errors(page)
    assert hour_value(office.window(A, hour=13)) in page


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("day=2026-06-12", "The chosen time has passed."),
        ("day=2026-13-01", "This checkpoint does not have this hour."),
        ("day=2026-09-01", "The last day that can be booked is"),
        (f"day={TODAY}&hour=2026-06-13T10:30Z", "This checkpoint does not have this hour."),
        (f"day={TODAY}&hour=nonsense", "This checkpoint does not have this hour."),
        (f"day={TODAY}&hour=2026-06-12T19:00Z", "The chosen time has passed."),
        (f"day={TODAY}&class=imperial", "have no such class"),
        (f"day={TODAY}&class=priority", "have no such class"),
    ],
)
def test_a_time_or_class_that_cannot_be(office, address: str, told: str):
    page = office.browser().page(f"/book?checkpoint=kz_a&{address}")
    assert told in errors(page)


def test_a_closed_day(office):
    office.done(CloseDay(office.key(), PEOPLE["agency"], A, str(TODAY), "flood"))
    page = office.browser().page(f"/book?checkpoint=kz_a&day={TODAY}")
    assert "The checkpoint is closed on 13 June: flood." in errors(page)


def test_a_day_closed_while_the_form_was_filled_in(office):
    browser = office.browser()
    _, checked = steps(office, browser)
    office.done(CloseDay(office.key(), PEOPLE["agency"], A, str(TODAY), "flood"))
    answer = confirm(browser, checked.text)
    assert "The checkpoint is closed on 13 June: flood." in errors(answer.text)
    assert 'value="927PK06"' in answer.text


@pytest.mark.parametrize(
    ("post", "code"), [("kz_nowhere", "checkpoint_unknown"), ("kz_../x", "checkpoint_unknown")]
)
def test_a_post_that_is_not_there(office, post: str, code: str):
    answer = office.browser().get(f"/book?checkpoint={post}")
    assert answer.status_code == 404
    assert f"Code: {code}" in answer.text


def test_a_post_without_a_queue(shipped):
    answer = shipped.get("/book?checkpoint=uz_oybek")
    assert answer.status_code == 404
    assert "Code: line_unknown" in answer.text


def test_the_accelerated_class_costs_what_the_law_says(office):
    browser = office.browser()
    _, checked = steps(office, browser, vehicle_class="accelerated")
    assert "432,500 KZT" in checked.text
    answer = confirm(browser, checked.text)
    number = office.application.papers.number_of(answer.headers["location"].removeprefix("/t/"))
    assert office.booking(number).vehicle_class == "accelerated"


def test_a_fee_that_nobody_published_is_not_invented(office):
    _, checked = steps(office, office.browser(), line=D)
    assert "not published" in checked.text


def test_one_truck_may_hold_a_booking_with_each_authority(office):
    browser = office.browser()
    for line in (A, D):
        _, checked = steps(office, browser, line=line)
        assert confirm(browser, checked.text).status_code == 303
    _, checked = steps(office, browser, line=B, hour=13)
    assert checked.status_code == 409


def test_filling_in_the_form_reserves_nothing(office):
    before = len(office.events())
    steps(office, office.browser())
    assert len(office.events()) == before


def test_the_truck_can_be_changed_before_the_last_button(office):
    browser = office.browser()
    _, checked = steps(office, browser)
    page = checked.text
    forms = [browser.fill(page, "/book", n) for n in range(page.count('action="/book"'))]
    back = browser.post("/book", next(f for f in forms if f["step"] == "truck"))
    assert 'value="927PK06"' in back.text
    assert "Check and continue" in back.text


def test_the_check_shows_what_will_stand_on_the_ticket(office):
    typed = {"plate": "927 pk-06", "phone": "8 701 555 01 41"}
    _, checked = steps(office, office.browser(), **typed)
    shown = html.unescape(checked.text)
    assert 'name="plate" value="927PK06"' in shown
    assert 'name="phone" value="+77015550141"' in shown
    assert typed["phone"] not in shown


def test_who_has_signed_in_books_for_the_own_account(office):
    browser = office.browser("carrier")
    _, checked = steps(office, browser)
    answer = confirm(browser, checked.text)
    number = office.application.papers.number_of(answer.headers["location"].removeprefix("/t/"))
    assert office.booking(number).holder == PEOPLE["carrier"].account


@pytest.mark.parametrize(
    "changes", [{"step": "fly"}, {"step": ""}, {"key": "short"}, {"key": "ä" * 20}]
)
def test_a_form_that_no_page_of_ours_sends(office, changes: dict[str, str]):
    browser = office.browser()
    _, checked = steps(office, browser)
    page = checked.text
    forms = [browser.fill(page, "/book", n) for n in range(page.count('action="/book"'))]
    sent = next(f for f in forms if f["step"] == "confirm") | changes
    answer = browser.post("/book", sent)
    assert answer.status_code == 400
    assert "Code: malformed" in answer.text


def test_hours_of_another_day_cannot_slip_in(office):
    """Day and hour travel apart; the hour decides."""
    browser = office.browser()
    value = hour_value(office.window(A, hour=15))
    day = TODAY + timedelta(days=-3)
    page = browser.page(f"/book?checkpoint=kz_a&day={day}&hour={value}")
    assert "The chosen time has passed." in errors(page)


def test_a_full_day_leads_to_the_first_free_hour(office):
    browser = office.browser()
    assert "First free: Sat 13 June, 09:00" in browser.page("/book?checkpoint=kz_a")
    for ahead in range(2):
        on = (TODAY + timedelta(days=ahead)).isoformat()
        office.done(CloseDay(office.key(), PEOPLE["agency"], A, on, "works on the road"))
    page = browser.page(f"/book?checkpoint=kz_a&day={TODAY}")
    free = re.search(r'href="([^"]*)">First free: Mon 15 June, 00:00', page)
    assert free
    assert "Truck and driver" in browser.page(html.unescape(free[1]))
