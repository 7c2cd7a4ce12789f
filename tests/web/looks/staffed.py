"""A small world with trucks in every state, before those who work in it and the drivers in it."""

from __future__ import annotations

import re
from dataclasses import replace

from kezek.domain.account.account import GarageDriver, GarageVehicle
from kezek.domain.account.decide import GrantRole
from kezek.domain.account.garage import KeepInGarage
from kezek.domain.calendar.capacity import CloseDay
from kezek.domain.turn.approve import Propose, Refuse
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from kezek.web.frame.format import hour_value
from tests.planning.stand_in import forecast
from tests.web.looks.album import Album
from tests.web.office import Browser, Office, opened
from tests.world import ADMIN, PEOPLE, A, B, vehicle

CONSOLE, DAY = "/console/kz_a", "/agency/kz_a/2026-06-14"
PAGES = {
    "consoles": ("officer", "/console"),
    "console": ("officer", CONSOLE),
    "console-closed": ("officer", "/console/kz_b"),
    "handover": ("officer", f"{CONSOLE}/handover"),
    "line_list": ("officer", f"{CONSOLE}/list"),
    "account": ("officer", "/account"),
    "capacities": ("agency", "/agency"),
    "agency_calendar": ("agency", "/agency/kz_a"),
    "agency_day-closed": ("agency", "/agency/kz_a/2026-06-16"),
    "log": ("admin", "/log"),
    "log-kind": ("admin", "/log?checkpoint=kz_a&kind=called"),
    "users": ("admin", "/users"),
    "carrier": ("carrier", "/carrier"),
    "carrier_move": ("carrier", "/carrier/move"),
    "garage": ("carrier", "/carrier/garage"),
    "bulk": ("carrier", "/carrier/bulk?checkpoint=kz_a&day=2026-06-14"),
    "print_day": ("carrier", "/carrier/print?day=2026-06-13"),
    "checkpoint-quiet": ("", "/checkpoints/kz_b"),
    "checkpoint-forecast": ("", "/checkpoints/kz_a?all=1"),
    "register": ("", "/register"),
    "sign_in": ("", "/sign-in?expired=1&next=/carrier"),
}
ANSWERS = (
    "console-found",
    "console-near",
    "console-unread",
    "console-wrong",
    "agency_day",
    "agency_day-wrong",
    "garage-wrong",
    "carrier_move-wrong",
    "carrier_move-answered",
    "bulk-answered",
    "bulk-wrong",
    "users-link",
    "password",
    "password-wrong",
    "users-wrong",
    "account-wrong",
    "keys-made",
    "keys",
    "sign_in-wrong",
    "register-wrong",
    "clerk",
    "ticket-likely",
    "ticket-called-now",
    "ticket-displaced",
    "book-move",
    "ticket-staff",
    "book-when",
    "book-truck",
    "book-wrong",
    "book-confirm",
    "book-made",
    "book-held",
    "book-near",
    "find_ticket",
)
TRUCK = {
    "country": "KZ",
    "plate": "914 DMG 11",
    "vin": "TESTTRUCK00000914",
    "phone": "+7 701 555 01 41",
    "driver": "Invented Driver",
}


def show(album: Album) -> None:
    """Look at every page behind a sign-in, at answers to forms, and at a booking from hour to ticket."""
    with opened() as w, album.open():
        _live(w)
        for name, (who, url) in PAGES.items():
            album.take(name, w.browser(who).get(url))
        _forms(w, album)
        _drivers(w, album)


def _live(w: Office) -> None:
    """Trucks at every step of the line, and what waits for a second person."""
    officer, carrier, key = PEOPLE["officer"], PEOPLE["carrier"], w.key
    w.done(GrantRole(key(), ADMIN, officer.account, "officer", "kz_b"))
    for n in range(3):
        truck = vehicle(n)
        kept = GarageVehicle(carrier.account, truck.plate, "KZ", truck.vin, "", "")
        w.done(KeepInGarage(key(), carrier, kept))
    driver = GarageDriver(carrier.account, "Invented Driver", "+77000000001")
    w.done(KeepInGarage(key(), carrier, driver))
    w.numbers = [w.book(n, start=w.window(hour=9)) for n in range(1, 10)]
    w.due = [w.book(n, start=w.window(hour=10)) for n in range(50, 60)]
    w.later = [w.book(n, start=w.window(day=1)) for n in range(10, 15)]
    w.lost = [w.book(n, start=w.window(day=3)) for n in range(15, 18)]
    for number in w.numbers[:8]:
        w.done(Arrive(key(), officer, number))
    for number in w.numbers[:2]:
        w.done(Call(key(), officer, A))
        w.wait(minutes=4)
        w.done(Admit(key(), officer, number))
    w.done(Cross(key(), officer, w.numbers[0]))
    w.done(Call(key(), officer, A))
    w.wait(minutes=6)
    w.done(Arrive(key(), officer, w.numbers[8]))
    w.set_aside(w.numbers[3], "turn_back", "papers")
    w.done(Propose(key(), PEOPLE["second"], w.numbers[4], "call", "medical"))
    w.done(Propose(key(), officer, w.numbers[5], "call", "medical"))
    w.done(Refuse(key(), PEOPLE["supervisor"], w.numbers[5], "by_mistake"))
    w.done(CloseDay(key(), PEOPLE["agency"], A, "2026-06-16", "the road is flooded"))
    w.done(CloseDay(key(), PEOPLE["agency"], B, "2026-06-13", "the road is flooded"))
    application = w.application
    state = application.forecasts.state(application.network.of_line(A))
    application.forecasts.take(state, replace(forecast(state)), application.watch.version(A))


def _forms(w: Office, album: Album) -> None:
    """Answers to forms: what was found or made, what would come of it, and what is wrong."""
    officer, agency, carrier, admin = map(w.browser, ("officer", "agency", "carrier", "admin"))
    clerk, here = w.browser("clerk"), w.browser()

    def sent(name: str, b: Browser, at: str, url: str, **fields: str) -> str:
        return album.take(name, b.send(at, url, **fields)).text

    sent("console-found", officer, CONSOLE, f"{CONSOLE}/search", q="TST")
    sent("console-near", officer, CONSOLE, f"{CONSOLE}/search", q="MMMM")
    sent("console-unread", officer, CONSOLE, f"{CONSOLE}/search", q="K" * 80)
    sent("console-wrong", officer, CONSOLE, f"{CONSOLE}/walk-in", plate="")
    effect = {"capacity": "3", "reason": "one scanner", "step": "preview"}
    sent("agency_day", agency, DAY, DAY, **effect)
    sent("agency_day-wrong", agency, DAY, DAY, **effect | {"capacity": "many"})
    sent("garage-wrong", carrier, "/carrier/garage", "/carrier/garage/vehicle/add", plate="")
    sent("carrier_move-wrong", carrier, "/carrier/move", "/carrier/move")
    number = str(w.lost[0])
    sent("carrier_move-answered", carrier, "/carrier/move", "/carrier/move", truck=number)
    rows = "\n".join(
        f"kz_a,2026-06-14,{hour}:00,KZ,TST{n:05d},Invented Driver,+77000000001,{vehicle(n).vin}"
        for n, hour in ((30, 12), (31, 12), (10, 12))
    )
    head = "checkpoint,day,hour,country,plate,driver,phone,vin"
    sent("bulk-answered", carrier, "/carrier/bulk", "/carrier/bulk", csv=f"{head}\n{rows}")
    sent("bulk-wrong", carrier, "/carrier/bulk", "/carrier/bulk", csv="truck\n1")
    text = sent("users-link", admin, "/users", "/users/link", user=str(PEOPLE["clerk"].account))
    secret = re.search(r'/password/([^"<\s]+)', text)[1]
    album.take("password", admin.get(f"/password/{secret}"))
    wrong = {"password": "a", "again": "b"}
    sent("password-wrong", here, f"/password/{secret}", f"/password/{secret}", **wrong)
    sent("users-wrong", admin, "/users", "/users/add", login="", role="officer")
    sent("account-wrong", officer, "/account", "/account", current="no", **wrong)
    sent("keys-made", officer, "/keys", "/keys/add", label="A program", scope="officer")
    album.take("keys", officer.get("/keys"))
    sent("sign_in-wrong", here, "/sign-in", "/sign-in", login="nobody", password="no")
    sent("register-wrong", here, "/register", "/register", login="x", **wrong)
    w.book(40, who="clerk", start=w.window(hour=15))
    sent("clerk", clerk, "/clerk", "/clerk/search", q="TST")


def _drivers(w: Office, album: Album) -> None:
    """Tickets in the states that a driver minds, and a booking from its hour to its ticket."""
    here, clerk = w.browser(), w.browser("clerk")
    papers = w.application.papers
    waits, called, lost, later = (
        f"/t/{papers.link(number)}"
        for number in (w.numbers[6], w.numbers[2], w.lost[0], w.later[0])
    )
    album.take("ticket-likely", here.get(waits))
    album.take("ticket-called-now", here.get(called))
    album.take("ticket-displaced", here.get(lost))
    album.take("book-move", here.get(f"{later}/move"))
    album.take("ticket-staff", clerk.send(later, f"{later}/cancel"))
    album.take("book-when", here.get("/book?checkpoint=kz_a"))
    address = f"/book?checkpoint=kz_a&day=2026-06-13&hour={hour_value(w.window(hour=12))}"
    album.take("book-truck", here.get(address))
    album.take("book-wrong", here.send(address, "/book", **TRUCK | {"phone": "none", "plate": ""}))
    answer = here.send(address, "/book", **TRUCK)
    confirm = here.get(answer.headers["location"]) if answer.status_code == 303 else answer
    album.take("book-confirm", confirm)
    forms = range(confirm.text.count('action="/book"'))
    fields = (here.fill(confirm.text, "/book", nth) for nth in forms)
    made = here.post("/book", next(form for form in fields if form["step"] == "confirm"))
    here.get(made.headers["location"])
    album.take("book-made", here.get(address))
    other = address.replace(hour_value(w.window(hour=12)), hour_value(w.window(hour=13)))
    album.take("book-held", here.send(other, "/book", **TRUCK))
    full = w.window(hour=14)
    for n in range(60, 100):
        w.do(w.book_command(n, start=full))
    album.take("book-near", here.get(address.replace(address[-17:], hour_value(full))))
    lost_ticket = {"ticket": "MMMM", "phone": "+77010000000"}
    album.take("find_ticket", here.send("/ticket", "/ticket", **lost_ticket))
