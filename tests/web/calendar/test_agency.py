"""The agency's pages: the effect before the button, and the deed as it was shown."""

from __future__ import annotations

import html
import re

import pytest

from kezek.domain.booking.change import Move
from kezek.domain.turn.arrive import Arrive
from tests.web.office import Browser, Office
from tests.world import PEOPLE, A, B

DAY = "/agency/kz_a/2026-06-14"


def preview(b: Browser, at: str = DAY, **fields: str):
    given = {"capacity": "240", "reason": "one scanner", "step": "preview"} | fields
    return b.send(at, at, **given)


def apply(b: Browser, page: str, at: str = DAY, **fields: str):
    given = {"capacity": "240", "reason": "one scanner", "step": "apply"} | fields
    return b.post(at, b.fill(page, at) | given)


def effects(page: str) -> dict[str, int]:
    """The lines of the preview: their number by their first words."""
    found = re.findall(r"<li><b>([\d,]+)</b><span>(.*?)</span>", page)
    return {" ".join(text.split()[:3]): int(n.replace(",", "")) for n, text in found}


@pytest.fixture
def booked(office: Office) -> Office:
    office.numbers = [office.book(n, start=office.window(day=1, hour=12)) for n in range(10)]
    return office


def test_the_calendar_says_what_is_taken_and_where_the_number_comes_from(office):
    for n in range(3):
        office.book(n, line=B, start=office.window(B, day=1, hour=n))
    b = office.browser("agency")
    page = b.page("/agency/kz_b")
    assert re.search(r'51<span class="of"> of 96', page)
    day = b.page("/agency/kz_b/2026-06-14")
    for label, value in (("of these, booked here", 3), ("of these, taken outside this system", 48)):
        assert f"<dt>{label}</dt><dd>{value}</dd>" in day
    assert "assumed: the board ends earlier" in day


def test_a_cut_is_shown_before_it_is_made_and_then_made_as_shown(booked):
    b = booked.browser("agency")
    end = booked.last().position
    shown = preview(b, capacity="5")
    assert shown.status_code == 200
    told = effects(shown.text)
    assert told["bookings lose this"] == 5
    assert told["drivers may choose"] == 5
    assert told["bookings stay as"] == 5
    assert told["free places are"] == booked.day(ahead=1).capacity - 10 - (5 - 5)
    assert told["overbooked, deleted or"] == 0
    assert booked.last().position == end, "looking changes nothing"
    said = b.flash(apply(b, shown.text, capacity="5"))
    until = "Their drivers can choose another until 13 July, 09:30."
    assert f"has 5 places now. 5 bookings lost their time. {until}" in said
    assert sum(e.kind == "displaced" for e in booked.events()) == 5
    assert "one scanner" in b.page("/agency/kz_a"), "the decision stands in the line's log"
    booked.check()


def test_a_press_repeated_later_names_the_same_end_of_the_choice(booked):
    b = booked.browser("agency")
    shown = preview(b, capacity="5").text
    first = b.flash(apply(b, shown, capacity="5"))
    booked.wait(hours=3)
    assert b.flash(apply(b, shown, capacity="5")) == first


def test_places_known_from_elsewhere_that_no_longer_count_are_told(office):
    b, day = office.browser("agency"), "/agency/kz_b/2026-06-14"
    told = effects(preview(b, day, capacity="24").text)
    assert told["places taken outside"] == 24


def test_more_harm_than_was_shown_is_shown_again_first(booked):
    b = booked.browser("agency")
    shown = preview(b, capacity="240", close="yes")
    booked.book(77, start=booked.window(day=1, hour=13))
    answer = apply(b, shown.text, close="yes")
    assert answer.status_code == 422
    assert "Check the effect again" in answer.text
    assert effects(answer.text)["bookings lose this"] == 11
    assert booked.day(ahead=1).open
    b.flash(apply(b, answer.text, close="yes"))
    assert not booked.day(ahead=1).open


def test_decided_twice_with_one_press_it_is_one_decision(booked):
    b = booked.browser("agency")
    page = preview(b, close="yes").text
    said = [b.flash(apply(b, page, close="yes")) for _ in range(2)]
    assert said[0] == said[1]
    assert sum(e.kind == "day_closed" for e in booked.events()) == 1


def test_a_closed_day_names_reason_and_people_and_opens_again(booked):
    b = booked.browser("agency")
    b.flash(apply(b, preview(b, close="yes", reason="flood").text, close="yes", reason="flood"))
    page = b.page("/agency/kz_a")
    assert "Closed Sunday 14 June, the whole day" in page
    assert "“flood”" in page
    assert "10 bookings lost their time." in page
    assert "by Invented agency" in page
    shown = preview(b, capacity="48", reason="dry again")
    assert effects(shown.text)["places are added"] == 48
    said = b.flash(apply(b, shown.text, capacity="48", reason="dry again"))
    assert "is open again, with 48 places" in said
    assert booked.day(ahead=1).capacity == 48


def test_trucks_that_are_here_keep_their_places_and_the_page_says_so(office):
    number = office.book(1, start=office.window(hour=10))
    office.done(Arrive(office.key(), PEOPLE["officer"], number))
    b, today = office.browser("agency"), "/agency/kz_a/2026-06-13"
    shown = preview(b, today, close="yes")
    assert "will have 1 places, not 0" in shown.text
    b.flash(apply(b, shown.text, today, close="yes"))
    assert office.status(number) == "arrived"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"capacity": ""}, "f-capacity-e"),
        ({"capacity": "many"}, "f-capacity-e"),
        ({"capacity": "-1"}, "f-capacity-e"),
        ({"capacity": "10001"}, "f-capacity-e"),
        ({"reason": " "}, "f-reason-e"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "apply"])
def test_what_is_wrong_stands_at_its_field(office, fields, field, step):
    b = office.browser("agency")
    end = office.last().position
    answer = preview(b, **({"step": step} | fields))
    assert answer.status_code == 422
    assert f'id="{field}"' in answer.text
    assert office.last().position == end


@pytest.mark.parametrize("on", ["2026-06-12", "2026-07-14", "2026-6-14", "never", "20260614"])
def test_a_day_outside_the_calendar_is_not_found(office, on):
    assert office.browser("agency").get(f"/agency/kz_a/{on}").status_code == 404


def test_an_agency_with_several_posts_chooses_and_one_opens_at_once(office):
    page = office.browser("agency").page("/agency")
    assert re.findall(r'href="(/agency/\w+)"', page) == ["/agency/kz_a", "/agency/kz_b"]
    alone = office.browser("kg_agency").get("/agency")
    assert alone.headers["location"] == "/agency/kg_dostuk"
    chosen = office.browser("agency").get("/agency?checkpoint=kz_b")
    assert chosen.headers["location"] == "/agency/kz_b"


def test_the_post_of_another_authority_is_closed(office):
    b = office.browser("kg_agency")
    assert b.get("/agency/kz_a").status_code == 403
    assert b.post(DAY, b.token() | {"step": "apply", "capacity": "0"}).status_code == 403


class TestLog:
    def test_it_is_read_in_words_and_in_pages(self, office):
        for n in range(60):
            office.book(n, start=office.window(day=1, hour=n % 24))
        b = office.browser("agency")
        page = b.page("/log?checkpoint=kz_a")
        assert page.count("<tr><td") == 50
        assert re.search(r"booking \w{4} \(No\. 60\): booked", page)
        assert "Invented carrier" in page
        older = re.search(r'href="(/log\?[^"]*before=\d+)"', page)[1].replace("&amp;", "&")
        second = b.page(older)
        assert "(No. 10): booked" in second
        newer = re.search(r'href="(/log\?[^"]*after=\d+)"', second)[1].replace("&amp;", "&")
        assert re.findall(r"No\. \d+", b.page(newer)) == re.findall(r"No\. \d+", page)

    def test_it_is_filtered_by_post_and_kind(self, office):
        office.book(1)
        office.book(2, line=B, start=office.window(B))
        b = office.browser("agency")
        b.flash(apply(b, preview(b, capacity="10").text, capacity="10"))
        assert "kz_b:" in b.page("/log")
        page = b.page("/log?checkpoint=kz_a&kind=capacity_set")
        assert page.count("<tr><td") == 1
        assert "“one scanner”" in page
        assert "Nothing yet." in b.page("/log?kind=line_opened")

    def test_an_agency_reads_its_own_lines_and_an_administrator_everything(self, office):
        office.book(1)
        kg = office.browser("kg_agency")
        assert "(No. 1)" not in kg.page("/log")
        assert kg.get("/log?checkpoint=kz_a").status_code == 403
        admin = office.browser("admin").page("/log")
        assert "(No. 1)" in admin
        assert "account added" in admin

    @pytest.mark.parametrize(
        "query", ["before=x", "after=-1", "before=99999999999999999999", "kind=no"]
    )
    def test_an_odd_address_is_no_fault(self, office, query):
        assert office.browser("admin").get(f"/log?{query}").status_code == 200

    def test_every_event_of_a_life_is_told(self, office):
        """Each kind of event that this world has seen has words, and none shows its raw body."""
        from kezek.domain.account.decide import CloseAccount, GrantRole
        from kezek.domain.booking.change import Cancel
        from kezek.domain.turn.call import Call
        from tests.world import ADMIN

        clerk = PEOPLE["clerk"].account
        office.done(GrantRole(office.key(), ADMIN, clerk, "clerk", "kz_b"))
        office.done(CloseAccount(office.key(), ADMIN, clerk))
        number = office.book(1, start=office.window(hour=9))
        office.done(Arrive(office.key(), PEOPLE["officer"], number))
        office.done(Call(office.key(), PEOPLE["officer"], A))
        office.done(Cancel(office.key(), PEOPLE["carrier"], office.book(2)))
        office.wait(hours=1)
        office.tick()
        page = office.browser("admin").page("/log")
        for words in (
            "next by the rules",
            "not at the gate in time",
            "clerk · kz_b",
            "account closed",
        ):
            assert words in page
        assert "{" not in re.sub(r"<script.*?</script>|hx-[^ >]*|content='[^']*'", "", page)


class TestAffected:
    def test_the_list_stands_beside_the_preview_and_can_be_taken_along(self, booked):
        b = booked.browser("agency")
        page = preview(b, capacity="7").text
        rows = re.findall(r'<tr><th scope="row">(\w{4})</th>', page)
        latest = {booked.booking(n).code for n in sorted(booked.numbers)[-3:]}
        assert set(rows) == latest
        assert "3 bookings lose this time" in page
        url = html.unescape(re.search(r'href="([^"]*affected.csv[^"]*)"', page)[1])
        end = booked.last().position
        file = b.get(url)
        assert file.headers["content-type"].startswith("text/csv")
        head, *lines = file.content.decode("utf-8-sig").splitlines()
        assert head == "code,window,class,carrier,choice,new_window"
        assert {line.split(",")[0] for line in lines} == latest
        assert all("2026-06-14 12:00,in_turn,Invented carrier,open," in line for line in lines)
        assert booked.last().position == end, "looking changes nothing"

    def test_afterwards_it_says_how_many_have_chosen(self, booked):
        b = booked.browser("agency")
        apply(b, preview(b, close="yes").text, close="yes", shown="10")
        number = min(booked.numbers)
        booked.done(Move(booked.key(), PEOPLE["carrier"], number, booked.window(day=2, hour=8)))
        page = b.page(DAY)
        assert "1 of 10 have chosen a new time, 9 have not yet" in page
        in_russian = b.get(f"{DAY}/affected.csv?lang=ru").content.decode("utf-8-sig")
        assert in_russian.startswith("code;window;"), "as the reader's spreadsheet splits columns"
        rows = b.get(f"{DAY}/affected.csv?lang=en").text.splitlines()
        assert sum("chosen,2026-06-15 08:00" in row for row in rows) == 1

    @pytest.mark.parametrize(
        "query", ["capacity=a", "capacity=-1", "capacity=99999", "close=no&capacity=²"]
    )
    def test_a_wrong_number_is_no_fault_of_ours(self, office, query):
        assert office.browser("agency").get(f"{DAY}/affected.csv?{query}").status_code in {404, 422}

    def test_nobody_else_reads_it(self, office):
        assert office.browser("officer").get(f"{DAY}/affected.csv").status_code == 403

    def test_values_can_be_handed_to_the_form_by_its_address(self, office):
        page = office.browser("agency").page(f"{DAY}?capacity=120")
        assert re.search(r'name="capacity"[^>]*value="120"', page)
