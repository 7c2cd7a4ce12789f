"""The console: an officer takes a truck from arrival to crossed, and is told why when not."""

from __future__ import annotations

import asyncio
import re

import pytest

from kezek.domain.account.actor import Actor
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.kernel.instant import MINUTE
from kezek.domain.kernel.keyboard import Layout
from kezek.domain.turn.acknowledge import Acknowledge
from kezek.domain.turn.approve import Propose, Refuse
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit
from kezek.web.frame.live import messages
from tests.typist import Way, typed
from tests.web.office import Browser, Office, code_of, no
from tests.world import PEOPLE, TODAY, A, B

HERE = "/console/kz_a"


def arrived(w: Office, n: int = 1, hour: int = 9, **how: object) -> int:
    number = w.book(n, start=w.window(hour=hour), **how)
    w.done(Arrive(w.key(), PEOPLE["officer"], number))
    return number


def booked(w: Office) -> int:
    return w.book(1, start=w.window(hour=9))


def called(w: Office, n: int = 1) -> int:
    number = arrived(w, n)
    w.done(Call(w.key(), PEOPLE["officer"], A))
    return number


def admitted(w: Office, n: int = 1) -> int:
    number = called(w, n)
    w.done(Admit(w.key(), PEOPLE["officer"], number))
    return number


def press(b: Browser, verb: str, number: int, at: str = HERE, **fields: str):
    """The button of a verb in the row of a booking."""
    page, url = b.page(at), f"{HERE}/{verb}"
    count = page.count(f'action="{url}"')
    for nth in range(count):
        filled = b.fill(page, url, nth)
        if filled.get("booking") == str(number):
            return b.post(url, filled | fields)
    raise AssertionError(f"no button {verb} for {number}")


def look_for(b: Browser, text: str) -> str:
    """The console after the form of its search was sent."""
    answer = b.send(HERE, f"{HERE}/search", q=text)
    assert answer.status_code == 200
    return answer.text


def test_a_plate_is_never_part_of_an_address(office):
    number, b = office.book(1, start=office.window(hour=9)), office.browser("officer")
    assert 'class="hit"' not in b.page(f"{HERE}?q=TST00001")
    assert 'class="hit"' in b.page(f"{HERE}?q={code_of(number).lower()}")
    assert b.get(f"{HERE}/search").headers["location"] == HERE, "a reload that the browser forgot"


@pytest.mark.parametrize("typed", ["01KG123ABC", "01 kg 123 abc", "01123abc", "kg123"])
def test_a_kyrgyz_truck_is_found_as_its_plate_is_painted(office, typed):
    number = office.book(1, country="KG", plate="01 KG 123 ABC")
    assert code_of(number) in look_for(office.browser("officer"), typed)


def test_a_code_is_found_that_was_typed_with_letters_that_look_alike(office):
    number = office.book(1)
    code = code_of(number)
    alike = code.translate(str.maketrans("ABEKMHOPCTYX", "АВЕКМНОРСТУХ"))
    assert f'id="hit-{number}"' in look_for(office.browser("officer"), alike)


def test_a_walk_in_taken_by_mistake_leaves_the_line_within_five_minutes_from_its_card(office):
    b, number = office.browser("officer"), office.walk_in(1)
    found = look_for(b, code_of(number))
    assert "taken by mistake" in b.flash(
        b.post(f"{HERE}/mistake", b.fill(found, f"{HERE}/mistake"))
    )
    assert office.status(number) == "cancelled"
    later = office.walk_in(2)
    page = look_for(office.browser("second"), code_of(later))
    assert f'action="{HERE}/mistake"' not in page, "only whoever took it"
    office.wait(minutes=6)
    page = look_for(b, code_of(later))
    assert f'action="{HERE}/mistake"' not in page
    assert "Turn back, with a second person…" in page


def test_the_form_of_a_walk_in_says_how_it_joins_and_about_where(office):
    b = office.browser("officer")
    for n in range(2):
        office.done(Arrive("", PEOPLE["officer"], office.book(n, start=office.window(hour=9))))
    found = b.page(HERE)
    assert "is called in the next round of the class cycle" in found
    assert "A truck that joins now gets about place 3." in found


def test_a_truck_goes_from_the_search_to_the_far_side(office):
    number, b = office.book(1, start=office.window(hour=9)), office.browser("officer")
    code = code_of(number)
    found = b.page(f"{HERE}?q={code}")
    assert "TST00001" in found, "an officer sees the whole plate"
    assert "Invented Driver 1" in found
    said = b.flash(press(b, "arrive", number, f"{HERE}?q={code}"))
    assert said == f"{code} has arrived and stands at place 1."
    said = b.flash(press(b, "call", number))
    assert said == f"{code} is called and must be at the gate by 09:50."
    assert b.flash(press(b, "admit", number)) == f"{code} is admitted at the gate."
    assert b.flash(press(b, "cross", number)) == f"{code} has crossed."
    assert office.status(number) == "crossed"
    office.check()


@pytest.mark.parametrize("text", ["0001", "tst-00001", " TST 00001 ", "ТSТ00001"])
def test_a_plate_is_found_by_a_part_however_it_is_typed(office, text):
    office.book(1, start=office.window(hour=9))
    assert "TST00001" in look_for(office.browser("officer"), text)


def test_a_qr_text_is_told_genuine_forged_or_of_another_post(office):
    b = office.browser("officer")
    here, there = office.book(1), office.book(2, line=B, start=office.window(B))
    tickets, papers = office.application.tickets, office.application.papers
    texts = [papers.qr_text(tickets.view(n, office.now.at)) for n in (here, there)]
    for sent in (texts[0], f"  {texts[0].lower()} ", texts[0].replace(" ", "\u00a0 ")):
        assert "Ticket is genuine" in look_for(b, sent)
    assert "for another checkpoint" in look_for(b, texts[1])
    forged = texts[0][:-9] + ("A" if texts[0][-9] != "A" else "B") + texts[0][-8:]
    page = look_for(b, forged)
    assert "not a ticket of this system" in page
    assert forged not in page


@pytest.mark.parametrize("layout", Layout)
def test_a_scanner_on_any_keyboard_layout_finds_the_truck(office, layout):
    b, number = office.browser("officer"), office.book(1)
    application = office.application
    text = application.papers.qr_text(application.tickets.view(number, office.now.at))
    for scanned in (text, code_of(number), "TST00001"):
        for way in Way:
            page = look_for(b, typed(scanned, layout, way) + "\r\n")
            assert f'id="hit-{number}"' in page, (scanned, way)


def test_two_trucks_that_one_text_may_mean_are_a_choice(office):
    first, second = office.book(1, plate="AZE00001"), office.book(2, plate="QWE00001")
    page = look_for(office.browser("officer"), "AZE00001")
    assert f'id="hit-{first}"' in page
    assert f'id="hit-{second}"' in page, "a French keyboard writes AZE where QWE is meant"
    assert f'id="hit-{second}"' not in look_for(office.browser("officer"), "AZE"), "a part, typed"


@pytest.mark.parametrize(
    ("layout", "named"), [(None, "to English (US)"), (Layout.RUSSIAN, "is set to “Russian”")]
)
def test_a_text_that_cannot_be_read_is_to_be_scanned_again_and_accuses_nobody(
    office, layout, named
):
    b, number = office.browser("officer"), office.book(1)
    application = office.application
    text = application.papers.qr_text(application.tickets.view(number, office.now.at))
    lost = text[:60] + text[61:]
    for scanned in (lost, text[:30]):
        page = look_for(b, typed(scanned, layout) if layout else scanned)
        assert "This code cannot be read. Scan it again." in page
        assert named in page
        assert "not a ticket of this system" not in page


def test_nothing_found_says_so_and_many_ask_for_more(office):
    b = office.browser("officer")
    assert "Nothing found for “ZZZ”" in look_for(b, "ZZZ")
    for n in range(8):
        office.book(n, start=office.window(hour=9))
    page = look_for(b, "TST")
    assert page.count('class="hit"') == 5
    assert "3 more match" in page


def test_a_missed_call_goes_behind_and_the_last_one_ends(office):
    b, other, number = office.browser("officer"), office.browser("second"), called(office)
    for nth in range(3):
        said = b.flash(press(b, "propose", number, reason="driver_gone"))
        assert "A second person must answer it." in said
        assert office.status(number) == "called", "only proposed"
        assert f'action="{HERE}/approve"' not in b.page(HERE), "not by the same person"
        last = other.flash(press(other, "approve", number))
        assert "is now behind the current hour" in last or nth == 2
        if nth < 2:
            office.done(Call(office.key(), PEOPLE["officer"], A))
    assert "Its booking has ended" in last
    assert office.status(number) == "no_show"
    assert "Places taken away by two people: 3." in b.page(HERE)
    for truck in (2, 3):
        waiting = office.book(truck)
        office.done(Arrive(office.key(), PEOPLE["officer"], waiting))
    ticket = b.page(f"/t/{office.application.papers.link(waiting)}")
    assert "3 trucks were moved by hand at this checkpoint in the last hour." in ticket


def test_turning_back_needs_a_cause_of_the_list(office):
    b, number = office.browser("officer"), admitted(office)
    refused = b.flash(press(b, "turn-back", number, reason="because"))
    assert "Give a reason" in refused
    assert no("reason_missing") in refused
    assert office.status(number) == "admitted"
    assert "papers are missing" in b.flash(press(b, "turn-back", number, reason="papers"))
    assert office.status(number) == "turned_back"


def test_a_truck_before_its_hour_is_not_offered_for_a_call(office):
    b = office.browser("officer")
    arrived(office, hour=11)
    page = b.page(HERE)
    assert "Waits for its hour: 11:00." in page
    assert f'action="{HERE}/call"' not in page


class TestOutOfTurn:
    def out(self, b: Browser, number: int, **fields: str):
        given = {"code": code_of(number), "reason": "perishable"} | fields
        return b.send(HERE, f"{HERE}/out-of-turn", **given)

    def test_alone_it_is_done_at_once_and_awaits_its_second_approval(self, office):
        b = office.browser("officer")
        arrived(office, 1)
        number = arrived(office, 2)
        assert "awaits its second approval" in b.flash(self.out(b, number))
        page = b.page(HERE)
        assert "perishable goods" in page
        assert "Another person in charge must approve it." in page
        assert f'action="{HERE}/approve"' not in page
        other = office.browser("second")
        assert "A supervisor or the agency must approve it." in other.page(HERE)
        chief = office.browser("supervisor")
        assert "is approved" in chief.flash(press(chief, "approve", number))
        assert office.booking(number).exception == "approved"
        assert "Waits for a second person" not in chief.page(HERE)

    def test_an_exception_awaits_even_when_its_truck_has_gone(self, office):
        b = office.browser("officer")
        arrived(office, 1)
        number = arrived(office, 2)
        b.flash(self.out(b, number))
        press(b, "admit", number)
        press(b, "cross", number)
        chief = office.browser("supervisor")
        assert code_of(number) in chief.page(HERE)
        assert "is approved" in chief.flash(press(chief, "approve", number))

    def test_proposed_first_it_is_called_with_two_names(self, office):
        chief, b = office.browser("supervisor"), office.browser("officer")
        arrived(office, 1)
        number = arrived(office, 2)
        assert "is on the list" in chief.flash(self.out(chief, number, step="propose"))
        assert office.status(number) == "arrived"
        page = b.page(HERE)
        assert page.count("Proposed: call out of turn") == 2, "on the list, and at the truck's row"
        assert "1 waits for your answer" in page
        assert "Proposed: call out of turn" in look_for(b, code_of(number))
        assert "1 waits for a second person" in chief.page(HERE)
        pressed = press(b, "call", number)
        assert "Two people agreed." in b.flash(pressed)

    def test_a_refused_proposal_is_gone_and_a_refused_call_is_counted(self, office):
        b, chief = office.browser("officer"), office.browser("supervisor")
        arrived(office, 1)
        number = arrived(office, 2)
        b.flash(self.out(b, number, step="propose"))
        said = chief.flash(press(chief, "refuse", number, reason="not_proven"))
        assert "Nothing has changed." in said
        assert office.booking(number).exception == ""
        assert "Waits for a second person" not in chief.page(HERE)
        page = b.page(HERE)
        assert "refused your request at 09:30" in page, "who had asked hears of it"
        assert page.count("Refused: call out of turn") == 3, "on top, at the row and in the list"
        assert "refused your request" not in office.browser("second").page(HERE)
        assert "Refused: call out of turn" in look_for(b, code_of(number))
        assert "you asked for it" in b.page(f"{HERE}/handover")
        office.wait(minutes=31)
        assert "refused your request" not in b.page(HERE)
        b.flash(self.out(b, number))
        said = chief.flash(press(chief, "refuse", number, reason="not_founded"))
        assert "is counted as refused" in said
        assert office.booking(number).exception == "refused"
        page = b.page(HERE)
        assert "refused later: 1" in page
        assert page.count("Called out of turn, refused") == 3
        assert "Called out of turn, refused" in look_for(b, code_of(number))
        assert "Called out of turn, refused" in b.page(f"{HERE}/handover")

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"reason": ""}, no("out_of_turn")),
            ({"reason": "friend"}, no("reason_missing")),
            ({"code": "2222"}, "No truck in this line has the code"),
        ],
    )
    def test_without_code_or_cause_nothing_is_done(self, office, fields, said):
        b = office.browser("officer")
        arrived(office, 1)
        number = arrived(office, 2)
        assert said in b.flash(self.out(b, number, **fields))
        assert office.status(number) == "arrived"


class TestWalkIn:
    def take(self, b: Browser, **fields: str):
        given = {"country": "KZ", "plate": "TST 00777", "phone": "", "driver": ""} | fields
        return b.send(HERE, f"{HERE}/walk-in", **given)

    def test_it_joins_the_line_and_its_code_is_shown(self, office):
        b = office.browser("officer")
        said = b.flash(self.take(b, driver="Invented Name"))
        assert "joined the line as a walk-in" in said
        assert "was read as" not in said
        assert "TST00777" in b.page(HERE)

    def test_what_was_read_otherwise_than_typed_is_said(self, office):
        b = office.browser("officer")
        said = b.flash(self.take(b, plate="kz 7O1 AAA 02", phone="8 701 123 45 67"))
        assert "The plate was read as KZ 701 AAA 02. The phone was read as +77011234567." in said

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"plate": "!!"}, "w-plate"),
            ({"country": ""}, "w-country"),
            ({"phone": "12"}, "w-phone"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field_with_what_was_typed(self, office, fields, field):
        b = office.browser("officer")
        answer = self.take(b, **fields)
        assert answer.status_code == 422
        assert f'id="{field}-e"' in answer.text
        assert '<details class="reasoned" id="walk-in" open>' in answer.text

    def test_a_booked_truck_is_no_walk_in(self, office):
        number = office.book(777)
        answer = self.take(office.browser("officer"))
        assert answer.status_code == 422
        assert f"This truck is booked here as {code_of(number)}." in answer.text
        assert f"{HERE}/release" in answer.text, "shown, to be taken or released"

    def test_a_truck_that_is_booked_elsewhere_is_named_with_the_post(self, office):
        number = office.book(777, line=B)
        answer = self.take(office.browser("officer"))
        assert "This truck is booked at" in answer.text
        assert code_of(number) not in answer.text, "not theirs to take"


class TestUndo:
    def test_the_own_last_step_is_offered_for_ten_real_seconds(self, office):
        b, number = office.browser("officer"), arrived(office)
        press(b, "call", number)
        assert 'data-seconds="10"' in b.page(HERE)
        office.wait(seconds=6)
        assert 'data-seconds="4"' in b.page(HERE)
        said = b.flash(press(b, "undo", number))
        assert said == f"The call of {code_of(number)} is undone: it is in line again."
        assert office.status(number) == "arrived"
        assert office.kinds(number)[-2:] == ["called", "undone"], "a new event, nothing deleted"

    def test_it_is_offered_however_much_else_happens_in_the_line(self, office):
        b, number, other = office.browser("officer"), arrived(office), arrived(office, 2)
        press(b, "call", number)
        chief = PEOPLE["supervisor"]
        for _ in range(35):
            office.done(Propose(office.key(), chief, other, "call", "medical"))
            office.done(Refuse(office.key(), chief, other, "by_mistake"))
        assert "data-seconds" in b.page(HERE)

    def test_later_it_is_not_offered_and_not_taken(self, office):
        b, number = office.browser("officer"), arrived(office)
        press(b, "call", number)
        page = b.page(HERE)
        office.wait(seconds=10.5)
        assert "data-seconds" not in b.page(HERE)
        late = b.post(f"{HERE}/undo", b.fill(page, f"{HERE}/undo"))
        assert no("undo_too_late") in b.flash(late)
        assert office.status(number) == "called"

    def test_it_takes_back_the_step_that_was_shown_and_no_newer_one(self, office):
        b, number = office.browser("officer"), arrived(office)
        press(b, "call", number)
        old = b.page(HERE)
        press(b, "admit", number)
        answer = b.post(f"{HERE}/undo", b.fill(old, f"{HERE}/undo"))
        assert no("nothing_to_undo") in b.flash(answer)
        assert office.status(number) == "admitted"

    def test_nobody_undoes_the_step_of_another(self, office):
        number = arrived(office)
        press(office.browser("officer"), "call", number)
        assert "data-seconds" not in office.browser("second").page(HERE)

    def test_pressed_twice_it_is_done_once(self, office):
        b, number = office.browser("officer"), arrived(office)
        press(b, "call", number)
        filled = b.fill(b.page(HERE), f"{HERE}/undo")
        first, second = (b.flash(b.post(f"{HERE}/undo", filled)) for _ in range(2))
        assert first == second
        assert office.kinds(number).count("undone") == 1


def test_releasing_a_blocked_truck_frees_it_and_counts_the_claim(office):
    b, number = office.browser("officer"), office.book(1, who="rival")
    at = f"{HERE}?q={code_of(number)}"
    assert no("reason_missing") in b.flash(press(b, "release", number, at, reason=""))
    said = b.flash(press(b, "release", number, at, reason="registration_shown"))
    assert "The owner can book the truck now" in said
    assert office.account("rival").claims_lost == 1
    assert office.book(1), "the owner books at once"


def test_a_call_that_ran_out_is_said_and_what_comes_too_late_hears_when_it_ended(office):
    b, number = office.browser("officer"), called(office)
    filled = b.fill(b.page(HERE), f"{HERE}/admit")
    until = office.booking(number).call_until
    office.until(until + MINUTE)
    said = b.flash(b.post(f"{HERE}/admit", filled))
    assert "The call ended on" in said
    assert "09:50" in said
    assert "Call the truck again when it is next" in said
    assert b.page(HERE).count("Call ran out, counted as missed") == 2, "at its row and in the list"
    assert "Call ran out, counted as missed" in b.page(f"{HERE}/handover")


def test_what_takes_an_hour_away_is_said_to_the_officer_who_looks_the_truck_up(office):
    b, number = office.browser("officer"), booked(office)
    office.done(CloseDay(office.key(), PEOPLE["agency"], A, TODAY.isoformat(), "flood"))
    found = look_for(b, code_of(number))
    assert "flood" in found[found.index('class="hit"') :]
    assert office.status(number) == "displaced"


def test_a_call_is_not_taken_away_before_its_time_by_one_person(office):
    b, number = office.browser("officer"), called(office)
    filled = b.token(HERE) | {"booking": str(number)}
    said = b.flash(b.post(f"{HERE}/miss", filled))
    assert "After that the call is counted as missed automatically." in said
    assert no("call_running") in said
    assert office.kinds(number)[-1] == "called"
    office.until(office.booking(number).call_until)
    assert "is now behind" in b.flash(b.post(f"{HERE}/miss", b.token(HERE) | filled))
    assert office.kinds(number)[-1] == "missed"


class TestClosedDay:
    def close(self, office: Office) -> None:
        office.done(CloseDay(office.key(), PEOPLE["agency"], A, TODAY.isoformat(), "flood"))

    def test_it_is_said_and_a_call_asks_first(self, office):
        b, number = office.browser("officer"), arrived(office)
        open_page = b.page(HERE)
        self.close(office)
        said = b.flash(b.post(f"{HERE}/call", b.fill(open_page, f"{HERE}/call")))
        assert "The checkpoint is closed today: flood." in said
        assert no("closed_today") in said
        assert office.status(number) == "arrived"
        page = b.page(HERE)
        assert 'id="closed"' in page
        assert "The checkpoint is closed today: flood. Call anyway?" in page
        assert "is called" in b.flash(press(b, "call", number))
        assert office.body()["despite_closure"] == 1

    def test_a_walk_in_asks_first(self, office):
        b = office.browser("officer")
        self.close(office)
        given = {"country": "KZ", "plate": "TST 00777"}
        refused = b.send(HERE, f"{HERE}/walk-in", **given)
        assert "The checkpoint is closed today: flood." in refused.text
        taken = b.send(HERE, f"{HERE}/walk-in", **given, despite_closure="1")
        assert "joined the line as a walk-in" in b.flash(taken)


@pytest.mark.parametrize("verb", ["arrive", "call", "admit", "cross", "turn-back", "miss"])
def test_a_stale_page_gets_the_present_status_and_nothing_is_half_done(office, verb):
    build = {"arrive": booked, "call": arrived, "admit": called, "miss": called}
    number = build.get(verb, admitted)(office)
    b = office.browser("officer")
    filled = b.token(HERE) | {"booking": str(number), "reason": "papers"}
    other = office.browser("second")
    for step in ("arrive", "call", "admit", "cross"):
        other.post(f"{HERE}/{step}", other.token(HERE) | {"booking": str(number)})
    assert office.status(number) == "crossed"
    end = office.last().position
    said = b.flash(b.post(f"{HERE}/{verb}", filled))
    assert "“Crossed”" in said
    assert no("wrong_status") in said
    assert office.last().position == end


def test_the_same_press_twice_is_one_step(office):
    b, number = office.browser("officer"), arrived(office)
    filled = b.fill(b.page(HERE), f"{HERE}/call")
    end = office.last().position
    said = [b.flash(b.post(f"{HERE}/call", filled)) for _ in range(2)]
    assert said[0] == said[1]
    assert office.last().position == end + 1
    assert office.status(number) == "called"


def test_a_truck_of_another_post_is_none_of_this_console(office):
    number = office.book(1, line=B, start=office.window(B, hour=9))
    b = office.browser("officer")
    answer = b.post(f"{HERE}/arrive", b.token(HERE) | {"booking": str(number)})
    assert no("booking_unknown") in b.flash(answer)
    assert office.status(number) == "confirmed"


@pytest.mark.parametrize("fields", [{}, {"booking": "x"}, {"booking": "-1"}, {"booking": "1e9"}])
def test_a_form_without_a_booking_is_not_understood(office, fields):
    b = office.browser("officer")
    answer = b.post(f"{HERE}/admit", b.token(HERE) | fields)
    assert answer.status_code == 400
    assert "malformed" in answer.text


def test_who_reloads_after_a_refused_step_comes_back(office):
    b = office.browser("officer")
    assert b.get(f"{HERE}/walk-in").headers["location"] == HERE
    assert b.post(f"{HERE}/dance", b.token(HERE)).status_code == 404


def test_due_trucks_are_listed_and_the_late_say_how_late(office):
    office.book(1, start=office.window(hour=9))
    office.book(2, start=office.window(hour=11))
    office.wait(hours=1)
    page = office.browser("officer").page(HERE)
    due = page[page.index('id="due"') : page.index('id="counts"')]
    assert "TST00001" in due
    assert "30 min" in due
    assert "TST00002" in due
    assert "2 due by 12:00" in page


def test_an_officer_of_one_post_opens_it_at_once_and_others_choose(office):
    assert office.browser("officer").get("/console").headers["location"] == HERE
    from kezek.domain.account.decide import GrantRole
    from tests.world import ADMIN

    account = PEOPLE["officer"].account
    office.done(GrantRole(office.key(), ADMIN, account, "officer", "kz_b"))
    page = office.browser("officer").page("/console")
    assert re.findall(r'href="(/console/\w+)"', page) == ["/console/kz_a", "/console/kz_b"]


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("/console/kz_b", 403, "not_allowed"),
        ("/console/zz_zz", 403, "not_allowed"),
        ("/console/kz_b/stream", 403, "not_allowed"),
    ],
)
def test_the_console_of_another_post_is_closed_with_the_code(office, url, status, code):
    answer = office.browser("officer").get(url)
    assert answer.status_code == status
    assert code in answer.text
    assert "To your own checkpoints" in answer.text


def test_the_stream_tells_of_the_line_only(office):
    async def news() -> list[bytes]:
        found = []
        stream = messages(office.application.watch, A)
        found.append(await anext(stream))
        await asyncio.to_thread(office.book, 5)
        found.append(await anext(stream))
        await stream.aclose()
        return found

    first, second = asyncio.run(news())
    assert b"event: beat" in first
    assert b"event: changed" in second


def test_the_link_is_said_to_be_up_only_by_the_script_that_knows(office):
    assert 'id="link" hidden' in office.browser("officer").page(HERE)


def test_a_person_is_at_a_post_from_its_console_s_first_page_on_and_a_stranger_is_not(office):
    assert office.browser("carrier").get(HERE).status_code == 403
    assert not office.application.presence.manned()
    office.browser("officer").page(HERE)
    assert office.application.presence.manned() == {"kz_a"}


def test_an_answered_call_says_since_when_and_an_unanswered_one_is_marked(office):
    numbers, b = [called(office, n) for n in (1, 2)], office.browser("officer")
    mark = 'data-after="3" hidden'
    assert b.page(HERE).count(mark) == 2, "whoever was called a moment ago owes no answer yet"
    office.wait(minutes=1)
    driver = Actor(0, "ticket", ticket=numbers[0])
    until = office.booking(numbers[0]).call_until
    office.done(Acknowledge(office.key(), driver, numbers[0], until))
    office.wait(minutes=3)
    page = b.page(HERE)
    assert page.count("On the way since 09:31") == 1
    assert page.count("No answer for 4 min") == 1
    assert mark not in page
