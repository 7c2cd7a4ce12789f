"""A carrier's pages: its list, its trucks, and many bookings at once."""

from __future__ import annotations

import asyncio
import html
import re

import pytest

from kezek.domain.account.account import GarageVehicle
from kezek.domain.account.garage import KeepInGarage
from kezek.domain.booking.change import Cancel
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.web.frame.live import messages_of
from tests.web.office import Browser, Office
from tests.world import PEOPLE, A, B, vehicle

GARAGE, BULK = "/carrier/garage", "/carrier/bulk"
HEAD = "checkpoint,day,hour,country,plate,driver,phone,vin"


def row(n: int, day: str = "2026-06-14", hour: str = "12:00", post: str = "kz_a") -> str:
    return f"{post},{day},{hour},KZ,TST{n:05d},Invented Driver,+77000000001,{vehicle(n).vin}"


def keep(w: Office, *numbers: int) -> None:
    who = PEOPLE["carrier"]
    for n in numbers:
        truck = vehicle(n)
        w.done(
            KeepInGarage(
                w.key(), who, GarageVehicle(who.account, truck.plate, "KZ", truck.vin, "", "")
            )
        )


class TestGarage:
    def add(self, b: Browser, noun: str, **fields: str):
        return b.send(GARAGE, f"{GARAGE}/{noun}/add", **fields)

    def truck(self, b: Browser, **fields: str):
        given = {"country": "KZ", "plate": "tst-00 001", "vin": "", "trailer": ""} | fields
        return self.add(b, "vehicle", **given)

    def followed(self, b: Browser, answer) -> str:
        assert answer.status_code == 303
        return b.page(answer.headers["location"])

    def test_vehicles_and_drivers_come_and_go(self, office):
        b = office.browser("carrier")
        assert "is in your list" in b.flash(self.truck(b))
        said = b.flash(self.add(b, "driver", driver="Айбек Н.", phone="+7 701 123 45 67"))
        assert said == "The driver Айбек Н. is in your list."
        page = b.page(GARAGE)
        assert "TST00001" in page
        assert "+77011234567" in page
        assert "TST00001 is no longer" in b.flash(b.send(GARAGE, f"{GARAGE}/vehicle/remove"))
        assert "Айбек Н. is no longer" in b.flash(b.send(GARAGE, f"{GARAGE}/driver/remove"))
        page = b.page(GARAGE)
        assert "No vehicle yet." in page
        assert "No driver yet." in page

    def test_what_a_truck_s_new_particulars_have_replaced_is_said(self, office):
        b, first, other = office.browser("carrier"), vehicle(1).vin, vehicle(2).vin
        self.truck(b, vin=first, trailer="tst-00 900")
        b.page(GARAGE)
        assert "was already in the list" not in html.unescape(
            self.followed(b, self.truck(b, vin=first, trailer="TST00900"))
        )
        page = self.followed(b, self.truck(b, vin=other))
        assert f"Its VIN was {first} and is now {other}" in page
        assert "Its trailer was TST00900 and is now –" in page
        self.add(b, "driver", driver="Айбек Н.", phone="+7 701 123 45 67")
        b.page(GARAGE)
        page = self.followed(b, self.add(b, "driver", driver="Айбек Н.", phone="+7 701 765 43 21"))
        assert "Its phone was +77011234567 and is now +77017654321" in page

    def test_two_trucks_with_one_vin_are_a_doubt_that_stops_nobody(self, office):
        b = office.browser("carrier")
        self.truck(b, vin=vehicle(1).vin)
        page = self.followed(b, self.truck(b, plate="TST00002", vin=vehicle(1).vin))
        assert "The truck TST00002 is in your list." in page
        assert "TST00001 in your list has the same VIN" in page

    def test_removing_twice_is_said_and_harms_nothing(self, office):
        keep(office, 1)
        b = office.browser("carrier")
        filled = b.fill(b.page(GARAGE), f"{GARAGE}/vehicle/remove")
        b.post(f"{GARAGE}/vehicle/remove", filled)
        assert "not in your list" in b.flash(b.post(f"{GARAGE}/vehicle/remove", filled))

    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"plate": "?"}, "vehicle-plate-e"),
            ({"country": ""}, "vehicle-country-e"),
            ({"vin": "TOO SHORT"}, "vehicle-vin-e"),
            ({"trailer": "!"}, "vehicle-trailer-e"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(self, office, fields, field):
        answer = self.truck(office.browser("carrier"), **fields)
        assert answer.status_code == 422
        assert f'id="{field}"' in answer.text

    def test_nobody_reads_or_changes_the_list_of_another(self, office):
        keep(office, 1)
        own, rival = office.browser("carrier"), office.browser("rival")
        assert "TST00001" not in rival.page(GARAGE)
        stolen = own.fill(own.page(GARAGE), f"{GARAGE}/vehicle/remove")["id"]
        rival.post(f"{GARAGE}/vehicle/remove", rival.token() | {"id": stolen})
        assert "TST00001" in own.page(GARAGE)

    def test_the_list_says_which_truck_is_booked_and_by_whom(self, office):
        keep(office, 1, 2)
        office.book(1)
        office.book(2, who="rival")
        page = office.browser("carrier").page(GARAGE)
        assert re.search(r'href="/t/[^"]+"', page)
        assert "booked by somebody else" in page

    def test_nouns_of_the_form_only(self, office):
        b = office.browser("carrier")
        assert b.post(f"{GARAGE}/ship/add", b.token()).status_code == 404


class TestToday:
    def test_trucks_stand_by_what_they_need(self, office):
        number = office.book(1, start=office.window(hour=9))
        office.book(2, start=office.window(hour=15))
        office.book(3, start=office.window(day=1))
        office.book(4, who="rival")
        office.done(Arrive(office.key(), PEOPLE["officer"], number))
        office.done(Call(office.key(), PEOPLE["officer"], A))
        page = office.browser("carrier").page("/carrier")
        assert page.index("TST00001") < page.index("TST00002") < page.index("Sunday 14 June")
        assert page.index("Sunday 14 June") < page.index("TST00003")
        assert "TST00004" not in page
        assert "gate by 09:50" in page
        assert '<div class="is-called"><dt>called</dt><dd>1</dd>' in page
        assert len(re.findall(r'href="/t/[^"]+"', page)) == 3

    def test_the_stream_tells_of_the_own_lines_only(self, office):
        async def told() -> list[bytes]:
            stream = messages_of(office.application.watch, frozenset({A}))
            found = [await anext(stream)]
            waiting = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            await asyncio.to_thread(office.book, 9, line=B, start=office.window(B))
            await asyncio.sleep(0)
            assert not waiting.done()
            await asyncio.to_thread(office.book, 10)
            found.append(await waiting)
            await stream.aclose()
            return found

        first, second = asyncio.run(told())
        assert b"event: beat" in first
        assert b"event: changed" in second


class TestTable:
    def send(self, b: Browser, text: str | bytes, *, upload: bool = False, **fields: str):
        filled = b.fill(b.page(BULK), BULK) | fields
        if upload:
            raw = text if isinstance(text, bytes) else text.encode()
            return b.post(BULK, filled, files={"file": ("trucks.csv", raw, "text/csv")})
        return b.post(BULK, filled | {"csv": text})

    def answers(self, page: str) -> list[tuple[str, str]]:
        """Line and answer of each row."""
        found = re.findall(
            r'<td class="num"[^>]*>(\d+)</td>.*?data-label="Result">(.*?)</td>', page
        )
        return [(line, html.unescape(re.sub(r"<[^>]+>", "", text))) for line, text in found]

    @pytest.mark.parametrize("upload", [False, True])
    def test_good_rows_are_booked_and_bad_ones_change_nothing(self, office, upload):
        office.book(3, who="rival")
        lines = [HEAD, row(1), row(2, hour="25"), row(3), row(4, post="zz"), row(5)]
        answer = self.send(office.browser("carrier"), "\n".join(lines), upload=upload)
        assert answer.status_code == 200
        told = self.answers(answer.text)
        assert [line for line, _ in told] == ["2", "3", "4", "5", "6"]
        assert told[0][1] == told[4][1] == "Booked: kz_a, 14 June, 12:00."
        assert "hour may not be “25”" in told[1][1]
        assert "active booking" in told[2][1]
        assert "show the papers to an officer" in told[2][1], "the next thing to do"
        assert "No checkpoint is called “zz”" in told[3][1]
        assert "2 booked, 3 refused" in answer.text
        assert office.slot(office.window(day=1, hour=12)).taken == 2
        office.check()

    @pytest.mark.parametrize(
        "make",
        [
            lambda text: text.encode("utf-8-sig"),
            lambda text: text.replace(",", ";").encode(),
            lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
            lambda text: text.replace(",", "\t").encode("utf-16"),
            lambda text: (
                text.replace(",", ";").replace("Invented Driver", "Айбек").encode("cp1251")
            ),
        ],
    )
    def test_spreadsheets_of_every_kind_are_read(self, office, make):
        raw = make("\n".join([HEAD, row(1), row(2)]))
        assert "2 booked" in self.send(office.browser("carrier"), raw, upload=True).text

    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            (HEAD.encode() + b"\n\xb0\xb1\xb2", "type “CSV UTF-8 (Comma delimited)”"),
            (b"PK\x03\x04", "This is an Excel workbook"),
            (b"plate\nTST1", "are missing: “checkpoint”, “day”, “hour”, “country”."),
            (
                (HEAD + ",colour\n" + row(1) + ",red").encode(),
                "This column is not known: 9 “colour”.",
            ),
            (HEAD.encode(), "has no rows"),
            ((HEAD + "\n" + row(1) + "\n").encode() * 1 + b'"', "is not valid CSV"),
        ],
    )
    def test_a_table_that_is_none_is_refused_whole_with_the_reason(self, office, raw, said):
        end = office.last().position
        answer = self.send(office.browser("carrier"), raw, upload=True)
        assert answer.status_code == 422
        assert html.unescape(answer.text).count(said) == 1
        assert office.last().position == end

    def test_a_thousand_rows_are_answered_and_one_more_is_refused(self, office):
        b = office.browser("carrier")
        lines = [HEAD] + [row(n, hour=str(n % 24)) for n in range(1000)]
        answer = self.send(b, "\n".join(lines), upload=True)
        assert "223 booked, 777 refused" in answer.text
        assert self.answers(answer.text)[-1][0] == "1001"
        office.check()
        more = self.send(b, "\n".join([*lines, row(1000)]), upload=True)
        assert more.status_code == 422
        assert "more rows than may be sent" in more.text

    def test_too_much_is_refused_before_it_is_read(self, office):
        b = office.browser("carrier")
        answer = self.send(b, b"x" * 1_100_000, upload=True)
        assert answer.status_code == 413

    def test_the_same_form_twice_books_once(self, office):
        b = office.browser("carrier")
        filled = b.fill(b.page(BULK), BULK) | {"csv": "\n".join([HEAD, row(1), row(2)])}
        first, second = (b.post(BULK, filled) for _ in range(2))
        assert self.answers(first.text) == self.answers(second.text)
        assert office.slot(office.window(day=1, hour=12)).taken == 2

    def test_what_was_refused_can_be_put_right_in_place(self, office):
        b = office.browser("carrier")
        text = "\n".join([HEAD, row(1, hour="99")])
        page = html.unescape(self.send(b, text).text)
        assert row(1, hour="99").replace(",+7", ",'+7") in page, "no cell is a formula"
        done = html.unescape(self.send(b, "\n".join([HEAD, row(1)])).text)
        assert row(1) not in done

    def test_the_answers_can_be_kept_as_a_file(self, office):
        b = office.browser("carrier")
        page = self.send(b, "\n".join([HEAD, row(1), row(2, hour="x")])).text
        text = html.unescape(
            re.search(r'<textarea name="answer"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1]
        )
        filled = b.fill(page, f"{BULK}/answer") | {"answer": text}
        file = b.client.post(f"{BULK}/answer", data=filled, files={"none": ("", b"", "text/plain")})
        assert file.status_code == 200
        assert "attachment" in file.headers["content-disposition"]
        assert file.headers["content-type"].startswith("text/csv")
        lines = file.content.decode("utf-8-sig").splitlines()
        assert lines[0].startswith("line,plate,answer,reason")
        assert re.match(r"2,TST00001,booked,,.*,/?http://.*/t/1-", lines[1].replace(",,", ",,"))
        assert lines[2].startswith("3,TST00002,refused,value_unexpected,")

    def again(self, b: Browser, page: str) -> list[str]:
        """The lines of the refused rows, as the file that the page offers."""
        text = re.search(r'<textarea name="again"[^>]*>(.*?)</textarea>', page, re.DOTALL)
        assert text, "the refused rows are offered"
        filled = b.fill(page, f"{BULK}/answer", 1) | {"again": html.unescape(text[1])}
        file = b.client.post(f"{BULK}/answer", data=filled, files={"none": ("", b"", "text/plain")})
        assert "kezek-refused.csv" in file.headers["content-disposition"]
        return file.content.decode("utf-8-sig").splitlines()

    def test_refused_rows_are_a_table_to_mend_and_send_again(self, office):
        b = office.browser("carrier")
        page = self.send(b, "\n".join([HEAD, row(1), row(2, hour="x"), row(3, post="zz")])).text
        lines = self.again(b, page)
        assert lines[0] == f"reason,{HEAD}"
        assert lines[1].startswith("hour may not be “x”.")
        assert lines[1].endswith(row(2, hour="x").replace(",+7", ",'+7")), "no cell is a formula"
        mended = "\n".join(lines).replace(",x,", ",12:00,").replace(",zz,", ",kz_a,")
        assert "2 booked, 0 refused" in self.send(b, mended).text

    def test_a_table_in_russian_is_read_as_it_is_written_there(self, office):
        b = office.browser("carrier")
        b.client.cookies.set("lang", "ru")
        head = "Пункт пропуска;Дата;Время;Страна;Госномер;Водитель;Телефон;VIN"
        sent = row(1, "14.06.26", "12:00–13:00").replace(",", ";").replace(";KZ;", ";Казахстан;")
        answer = self.send(b, f"{head}\n{sent}".encode("cp1251"), upload=True)
        assert office.slot(office.window(day=1, hour=12)).taken == 1, answer.text

    @pytest.mark.parametrize(
        ("lang", "first"),
        [("en", "checkpoint,day"), ("ru", "пункт пропуска;дата"), ("kk", "өткізу пункті;күні")],
    )
    def test_the_template_is_filled_in_in_every_language(self, office, lang, first):
        b = office.browser("carrier")
        file = b.get(f"{BULK}/template?lang={lang}").content.decode("utf-8-sig")
        assert file.startswith(first)
        cells = ["kz_a", "14.06.2026", "12:00", "KZ", "TST00001", vehicle(1).vin, "", "", "", ""]
        self.send(b, file + ("," if lang == "en" else ";").join(cells))
        assert office.slot(office.window(day=1, hour=12)).taken == 1

    def test_all_unknown_columns_are_named_at_once(self, office):
        colours = [f"colour {n}" for n in range(12)]
        page = self.send(office.browser("carrier"), ",".join([HEAD, *colours]) + "\n" + row(1)).text
        told = html.unescape(page)
        for n, colour in enumerate(colours, 9):
            assert f"{n} “{colour}”" in told
        assert "Known are: checkpoint, day, hour, country, plate," in told

    def test_a_row_for_a_full_hour_or_a_closed_day_says_the_first_free_hour(self, office):
        office.done(CloseDay(office.key(), PEOPLE["agency"], A, "2026-06-14", "repair"))
        start = office.window(day=2, hour=12)
        full = office.slot(start).capacity
        for n in range(100, 100 + full):
            office.book(n, start=start)
        b = office.browser("carrier")
        told = self.answers(self.send(b, "\n".join([HEAD, row(1), row(2, "2026-06-15")])).text)
        assert "The next free hour for this truck is 15 June, 00:00." in told[0][1]
        assert "The next free hour for this truck is 15 June, 13:00." in told[1][1]

    def test_no_hour_is_named_to_more_rows_than_it_has_places_for(self, office):
        start, after = office.window(day=2, hour=12), office.window(day=2, hour=13)
        full, left = office.slot(start).capacity, office.slot(after).capacity - 1
        for n in range(full + left):
            office.book(100 + n, start=start if n < full else after)
        rows = [row(n, "2026-06-15") for n in (1, 2)]
        told = self.answers(self.send(office.browser("carrier"), "\n".join([HEAD, *rows])).text)
        assert "The next free hour for this truck is 15 June, 13:00." in told[0][1]
        assert "The next free hour for this truck is 15 June, 14:00." in told[1][1]

    def test_a_row_says_where_a_vin_is_owed(self, office):
        b = office.browser("carrier")
        sent = row(1).rpartition(",")[0] + ","
        page = self.send(b, f"{HEAD}\n{sent}").text
        (told,) = self.answers(page)
        assert "VIN" in told[1]
        assert "You can still continue" not in page
        (line,) = self.again(b, page)[1:]
        mended = f"reason,{HEAD}\n{line}{vehicle(1).vin}"
        assert "1 booked, 0 refused" in self.send(b, mended).text

    def test_formulas_in_cells_stay_text(self, office):
        text = f'{HEAD}\nkz_a,2026-06-14,x,KZ,"=HYPERLINK(1)",,,'
        page = self.send(office.browser("carrier"), text).text
        assert "&#39;=HYPERLINK(1)" in page or "'=HYPERLINK(1)" in html.unescape(page)


class TestMovedTogether:
    MOVE = "/carrier/move"

    def lost(self, office: Office, *trucks: int) -> list[int]:
        numbers = [office.book(n, start=office.window(day=1, hour=12)) for n in trucks]
        close = CloseDay(office.key(), PEOPLE["agency"], A, "2026-06-14", "repair")
        office.done(close)
        return numbers

    def test_all_are_proposed_hours_and_moved_with_one_press(self, office):
        numbers = self.lost(office, 1, 2, 3)
        b = office.browser("carrier")
        assert f'href="{self.MOVE}"' in b.page("/carrier")
        page = b.page(self.MOVE)
        assert "3 trucks need a new time" in page
        ticked = re.findall(r'name="truck" value="(\d+)" checked', page)
        assert ticked == [str(n) for n in numbers]
        chosen = dict(re.findall(r'name="hour\.(\d+)".*?value="([^"]+)" selected', page))
        fields = b.fill(page, self.MOVE) | {"truck": ticked}
        fields |= {f"hour.{n}": hour for n, hour in chosen.items()}
        answer = b.post(self.MOVE, fields)
        assert answer.status_code == 200
        assert "3 moved, 0 refused" in answer.text
        assert "No truck needs a new time." in answer.text
        assert [office.status(n) for n in numbers] == ["confirmed"] * 3
        assert sum(e.kind == "moved" for e in office.events()) == 3
        again = b.post(self.MOVE, fields)
        assert again.status_code == 200
        assert sum(e.kind == "moved" for e in office.events()) == 3
        office.check()

    def test_the_refused_is_named_and_the_others_move(self, office):
        one, two = self.lost(office, 1, 2)
        b = office.browser("carrier")
        page = b.page(self.MOVE)
        start = re.search(rf'name="hour\.{one}".*?value="([^"]+)" selected', page)[1]
        fields = b.fill(page, self.MOVE) | {"truck": [str(one), str(two), "999"]}
        fields |= {f"hour.{one}": start, f"hour.{two}": "2026-06-14T07:00Z"}
        text = b.post(self.MOVE, fields).text
        assert "1 moved, 1 refused" in text
        assert "TST00002: " in text
        assert office.status(two) == "displaced"

    def sent(self, b: Browser, *trucks: int):
        """The form as it is shown, with these trucks ticked."""
        page = b.page(self.MOVE)
        chosen = dict(re.findall(r'name="hour\.(\d+)".*?value="([^"]+)" selected', page))
        fields = b.fill(page, self.MOVE) | {f"hour.{n}": hour for n, hour in chosen.items()}
        shown = re.findall(r'name="shown" value="(\d+)"', page)
        return b.post(self.MOVE, fields | {"shown": shown, "truck": [str(n) for n in trucks]})

    def test_the_lost_time_stands_beside_the_new_one_with_its_reason(self, office):
        self.lost(office, 1)
        page = office.browser("carrier").page(self.MOVE)
        assert re.search(r'data-label="Lost time"><span>14 June, 12:00 <small[^>]*>repair<', page)
        assert re.search(r'value="2026-06-14T19:00Z" selected>15 June, 00:00<', page)
        today = office.browser("carrier").page("/carrier")
        assert "lost 14 June, 12:00: repair. Choose another by 13 July, 09:30." in today

    def test_whoever_is_unticked_is_left_and_stays_unticked(self, office):
        one, two = self.lost(office, 1, 2)
        b = office.browser("carrier")
        answer = self.sent(b, two)
        assert "TST00002: moved from 14 June, 12:00 to 15 June, 00:00." in answer.text
        assert [office.status(n) for n in (one, two)] == ["displaced", "confirmed"]
        assert f'name="truck" value="{one}">' in answer.text
        assert re.search(r'href="/t/[^"]+/move">Choose another hour', answer.text)

    def test_with_nothing_ticked_it_says_so(self, office):
        (number,) = self.lost(office, 1)
        answer = self.sent(office.browser("carrier"))
        assert answer.status_code == 422
        assert "Tick at least one truck. Nothing was moved." in answer.text
        assert office.status(number) == "displaced"

    def test_where_every_ticked_truck_has_gone_it_says_so(self, office):
        one, two = self.lost(office, 1, 2)
        b = office.browser("carrier")
        fields = b.fill(b.page(self.MOVE), self.MOVE) | {"truck": str(one)}
        office.done(Cancel(office.key(), PEOPLE["carrier"], one))
        answer = b.post(self.MOVE, fields)
        assert answer.status_code == 422
        assert "The bookings of the ticked trucks have ended. Nothing was moved." in answer.text
        assert office.status(two) == "displaced"

    def test_who_was_moved_in_another_tab_is_not_moved_again(self, office):
        (number,) = self.lost(office, 1)
        b = office.browser("carrier")
        page = b.page(self.MOVE)
        self.sent(b, number)
        stale = b.fill(page, self.MOVE) | {
            "truck": str(number),
            f"hour.{number}": "2026-06-15T07:00Z",
        }
        answer = b.post(self.MOVE, stale)
        assert "TST00001 has a time already: 15 June, 00:00. It was not moved again." in answer.text
        assert "0 moved, 0 refused" in answer.text
        assert office.booking(number).moves == 0

    def test_nobody_moves_the_trucks_of_another(self, office):
        (number,) = self.lost(office, 1)
        b = office.browser("rival")
        fields = b.token() | {"key": "a" * 20, "truck": str(number)}
        b.post(self.MOVE, fields | {f"hour.{number}": "2026-06-15T07:00Z"})
        assert office.status(number) == "displaced"

    def test_the_tickets_of_a_day_are_printed_together(self, office):
        for n in (1, 2):
            office.book(n, start=office.window(day=1, hour=10 + n))
        office.book(3, start=office.window(day=2))
        office.book(4, start=office.window(day=1), who="rival")
        page = office.browser("carrier").page("/carrier/print?day=2026-06-14")
        assert page.count('<article class="sheet">') == 2
        assert page.count("<svg") > page.count('<article class="sheet">')
        empty = office.browser("carrier").page("/carrier/print?day=2026-07-20")
        assert "No ticket for this day." in empty


class TestKept:
    """Trucks of a table stand in the list of vehicles, and the next table is made of it."""

    send = TestTable.send

    def test_booked_trucks_are_in_the_list_and_the_refused_are_not(self, office):
        b = office.browser("carrier")
        page = self.send(b, "\n".join([HEAD, row(1), row(2), row(3, hour="25")])).text
        assert "Added to or changed in your list of vehicles: 2." in page
        page = b.page(GARAGE)
        assert "TST00001" in page
        assert "TST00002" in page
        assert "TST00003" not in page

    def test_what_the_list_knows_is_not_erased_by_an_empty_cell(self, office):
        who, truck = PEOPLE["carrier"], vehicle(1)
        known = GarageVehicle(who.account, truck.plate, "KZ", truck.vin, "TST00900", "")
        office.done(KeepInGarage(office.key(), who, known))
        b = office.browser("carrier")
        page = self.send(b, "\n".join([HEAD, row(1)])).text
        assert "1 booked" in page
        assert "Added to or changed in your list" not in page
        assert "TST00900" in b.page(GARAGE)

    def test_what_does_not_fit_is_named_and_its_booking_stands(self, office, monkeypatch):
        monkeypatch.setattr("kezek.domain.account.garage.GARAGE_MAX", 1)
        page = html.unescape(
            self.send(office.browser("carrier"), "\n".join([HEAD, row(1), row(2)])).text
        )
        assert "2 booked" in page
        assert "is full" in page
        assert "Not added: TST00002." in page

    def test_next_week_s_table_is_made_of_the_list_and_can_be_sent(self, office):
        b = office.browser("carrier")
        self.send(b, "\n".join([HEAD, row(1)]))
        keep(office, 2)
        file = b.client.get(f"{BULK}/next")
        assert "attachment" in file.headers["content-disposition"]
        head, first, second = file.content.decode("utf-8-sig").splitlines()
        assert head == "checkpoint,day,hour,country,plate,vin,trailer,driver,phone,class"
        assert first == (
            f"kz_a,2026-06-21,12:00,KZ,TST00001,{vehicle(1).vin},,Invented Driver,"
            "'+77000000001,in_turn"
        )
        assert second == f",,,KZ,TST00002,{vehicle(2).vin},,,,"

    def test_the_template_is_the_first_line_as_the_reader_s_spreadsheet_splits_it(self, office):
        b = office.browser("carrier")
        said = {
            lang: b.client.get(f"{BULK}/template", headers={"accept-language": lang})
            for lang in ("en", "ru")
        }
        assert (
            said["en"].content
            == b"\xef\xbb\xbfcheckpoint,day,hour,country,plate,vin,trailer,driver,phone,class\r\n"
        )
        assert said["ru"].content.count(b";") == 9


class TestForm:
    def plan(self, b: Browser) -> str:
        return b.page(f"{BULK}?checkpoint=kz_a&day=2026-06-14")

    def test_an_hour_that_runs_is_chosen_by_nobody_beforehand(self, office):
        keep(office, 1)
        page = office.browser("carrier").page(f"{BULK}?checkpoint=kz_a&day=2026-06-13")
        assert 'value="2026-06-13T04:00Z">09:00' in page, "it runs, and can be chosen"
        assert 'value="2026-06-13T05:00Z" selected>10:00' in page

    def test_ticked_trucks_are_booked_each_at_its_hour(self, office):
        keep(office, 1, 2, 3)
        b = office.browser("carrier")
        page = self.plan(b)
        ids = re.findall(r'name="vehicle" value="(\w+)"', page)
        assert len(ids) == 3
        fields = b.fill(page, BULK) | {"vehicle": ids[:2]}
        fields |= {f"hour.{ids[0]}": "2026-06-14T07:00Z", f"hour.{ids[1]}": "2026-06-14T08:00Z"}
        answer = b.post(BULK, fields)
        assert "2 booked, 0 refused" in answer.text
        assert office.slot(office.window(day=1, hour=12)).taken == 1
        assert office.slot(office.window(day=1, hour=13)).taken == 1
        assert "has a booking already" in self.plan(b)

    def test_a_truck_that_somebody_else_booked_cannot_be_ticked(self, office):
        keep(office, 1)
        office.book(1, who="rival")
        page = self.plan(office.browser("carrier"))
        assert "somebody else has booked this plate" in page
        assert re.search(r'name="vehicle" value="\w+" disabled', page)

    def test_nothing_ticked_or_no_hour_is_said(self, office):
        keep(office, 1)
        b = office.browser("carrier")
        page = self.plan(b)
        answer = b.post(BULK, b.fill(page, BULK))
        assert answer.status_code == 422
        assert "Tick at least one truck" in answer.text
        (id,) = re.findall(r'name="vehicle" value="(\w+)"', page)
        answer = b.post(BULK, b.fill(page, BULK) | {"vehicle": id})
        assert answer.status_code == 422
        assert "Choose an hour." in answer.text

    def test_what_was_refused_stays_ticked(self, office):
        keep(office, 1)
        for n in range(10, 20):
            office.book(n, start=office.window(day=1, hour=12), who="rival")
        b = office.browser("carrier")
        page = self.plan(b)
        (id,) = re.findall(r'name="vehicle" value="(\w+)"', page)
        fields = {"vehicle": id, f"hour.{id}": "2026-06-14T07:00Z"}
        answer = b.post(BULK, b.fill(page, BULK) | fields)
        assert "0 booked, 1 refused" in answer.text
        assert "This hour is full" in answer.text or "last place at this hour" in answer.text
        assert re.search(rf'value="{id}" checked', answer.text)


def test_a_table_is_counted_as_its_rows(office: Office):
    b, most = office.browser("carrier"), office.application.settings.rate_public
    sheet = "\n".join([HEAD, row(1)])
    # As many rows as a minute has have been sent already.
    office.application.rates.charge(f"rows {PEOPLE['carrier'].account}", most, most + 1)
    assert b.send(BULK, BULK, csv=sheet).status_code == 429
    assert office.slot(office.window(A)).taken == 0
    office.wait(minutes=1)
    assert b.send(BULK, BULK, csv=sheet).status_code == 200
