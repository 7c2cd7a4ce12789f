"""Sample contexts of the pages behind a sign-in."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace as V

from kezek.app.booking.bulk import COLUMNS
from tests.web.looks.road import book
from tests.web.looks.world import (
    CHOICES,
    DOSTYK,
    FORM,
    NUR,
    POSTS,
    TODAY,
    at,
    site,
    truck,
    value,
)

CARRIER = ["carrier", "garage", "bulk", "board"]
AGENCY = ["agency", "regulation", "users", "keys", "log", "board"]
LOG = [
    V(
        position=48117,
        at=at("17:21"),
        actor="officer 214",
        text="called booking 20,611",
        reason="next by the rules",
        kind="",
    ),
    V(
        position=48116,
        at=at("17:20"),
        actor="timer",
        text="lapsed the call of booking 20,574",
        reason="not at the gate in 20 min",
        kind="",
    ),
    V(
        position=48098,
        at=at("16:55"),
        actor="officer 209",
        text="called booking 20,702 out of turn",
        reason="perishables; awaits its second approval",
        kind="mind",
    ),
    V(
        position=47920,
        at=at("09:14", date(2026, 6, 12)),
        actor="user 07",
        text="refused to lower 22 June from 303 to 250",
        reason="would move 9 trucks for a shift change",
        kind="",
    ),
    V(
        position=47919,
        at=at("09:02", date(2026, 6, 12)),
        actor="user 12",
        text="asked to lower 22 June from 303 to 250",
        reason="shift change",
        kind="",
    ),
]


ANSWERED = V(
    what="Refused: call out of turn",
    reason="not proven",
    who="officer 215",
    at=at("16:40"),
    mine=True,
    **vars(truck("UZ")),
)


def console() -> dict:
    when = ["15:31", "15:44", "15:52", "16:05", "16:11", "16:58", "16:20", "16:28", "16:47"]
    rows = [
        V(
            place=i + 1,
            klass="priority" if i == 5 else "in_turn",
            reserved=i == 5,
            start=at("18:00" if i == 5 else "17:00"),
            arrived=at(w),
            opens=None,
            why="Earliest hour still waiting, earliest arrival in it. The next priority truck is 6th.",
            **vars(truck()),
        )
        for i, w in enumerate(when)
    ]
    found = V(
        genuine=True,
        status="booked",
        start=at("18:00"),
        end=at("19:00"),
        klass="in_turn",
        early=37,
        late=0,
        verb="arrive",
        place=None,
        turn_back="",
        mistake=False,
        can_release=False,
        lost=None,
        drivers=("Aziz Karimov",),
        **vars(truck("UZ")),
    )
    return {
        "site": site(user="officer 214"),
        "post": V(id="kz_nur_zholy", name="Nur Zholy", plain_exit=True),
        "q": found.code,
        "asked": found.code,
        "scan": "",
        "layout": "",
        "more": 0,
        "near": [],
        "hits": [found],
        "due": [
            V(start=at("18:00"), late=0, **vars(truck())),
            V(start=at("18:00"), late=0, **vars(truck("UZ"))),
            V(start=at("16:00"), late=83, **vars(truck("KG"))),
        ],
        "due_count": 12,
        "due_by": at("19:00"),
        "due_more": 9,
        "exceptions": V(
            count=4,
            set_aside=1,
            refused=0,
        ),
        "closed": "the road is flooded",
        "pending": [
            V(
                step="call",
                made=True,
                what="Called out of turn, awaits approval",
                reason="perishables",
                who="officer 215",
                since=at("15:48"),
                mine=False,
                can=True,
                answer="approve",
                **vars(truck("UZ")),
            )
        ],
        "to_answer": 1,
        "answered": [ANSWERED],
        "heard": [ANSWERED],
        "marks": {},
        "next": rows[0],
        "then": rows[1:],
        "waiting": 63,
        "running": 26,
        "soon": [(1, 55, 70), (3, 40, 66), (6, 12, 41)],
        "pace": 25,
        "called": [
            V(
                by=at("17:36"),
                left=13,
                acknowledged=None,
                unanswered=4,
                unmet=True,
                miss="propose",
                at=at("17:16"),
                exception="",
                **vars(truck("RU")),
            ),
            V(
                by=at("17:39"),
                left=16,
                acknowledged=None,
                unanswered=4,
                unmet=True,
                miss="propose",
                at=at("17:16"),
                exception="awaiting",
                **vars(truck("KZ")),
            ),
            V(
                by=at("17:20"),
                left=None,
                acknowledged=None,
                unanswered=4,
                unmet=True,
                miss="propose",
                at=at("17:16"),
                exception="",
                **vars(truck("KZ")),
            ),
        ],
        "gate": [
            V(at=at("17:02"), turn_back="turn-back", **vars(truck("KZ"))),
            V(at=at("17:11"), turn_back="propose", **vars(truck("UZ"))),
        ],
        "last": V(
            verb="call", code="3A76", booking=20611, at=at("17:21"), event=48117, seconds_left=8
        ),
        "walk_in": V(left=6, cap=20, cap_is_ours=True, joins="next_round", place=21),
        "countries": CHOICES,
        "values": {},
        "errors": {},
        "turn_back_reasons": [("papers", "papers are missing"), ("cargo", "cargo is not allowed")],
        "release_reasons": [("papers_seen", "registration papers seen")],
        "exception_reasons": [("perishable", "perishable goods"), ("live", "live animals")],
        "unanswered_minutes": 3,
        "account": 7,
        "miss_reasons": [("driver_gone", "the driver is not at the waiting area")],
        "refusal_reasons": [("not_proven", "no document shows the reason")],
        "stream": None,
        "night": False,
        **FORM,
    }


REGULATION = V(
    code="kz",
    version="2025-09-23",
    name="Kazakhstan, CarGoRuqsat",
    authority="Ministry of Transport of Kazakhstan",
    effective=date(2025, 9, 23),
    in_force=True,
    sources=["Rules of the electronic queue"],
)
AT = [V(id=p.id, name=p.name) for p in (DOSTYK, NUR, POSTS["kz_bakhty"])]
CLOSED = V(
    start=at("00:00", date(2026, 6, 19)),
    end=at("00:00", date(2026, 6, 20)),
    whole_day=True,
    reason="day off on the Chinese side",
    moved=0,
    decided_at=at("10:00", date(2026, 6, 2)),
    decided_by="agency user 12",
    url="#",
)


def agency_calendar() -> dict:
    return {
        "site": site("agency", AGENCY, "user 12"),
        "post": DOSTYK,
        "posts": AT,
        "regulation": REGULATION,
        "closures": [CLOSED],
        "days": DOSTYK.days,
        "source": "Capacity 303 a day is the largest number ever seen on the board.",
        "entries": LOG,
        "older": "?before=47919",
        "pending": [
            V(
                step="turn_back",
                made=False,
                what="Proposed: turn back",
                reason="papers are missing",
                who="officer 215",
                since=at("15:48"),
                mine=False,
                can=True,
                answer="approve",
                **vars(truck("UZ")),
            )
        ],
        "refusal_reasons": [("not_proven", "no document shows the reason")],
        **FORM,
    }


def handover() -> dict:
    seen = console()
    return {
        name: seen[name]
        for name in ("site", "waiting", "pace", "called", "gate", "pending", "answered")
    } | {
        "post": DOSTYK,
        "as_of": at("17:21"),
        "due": 12,
        "due_by": at("19:00"),
        "crossed": 130,
        "hours": [(at("16:00"), 3), (at("17:00"), 11), (None, 2)],
        "unanswered": 1,
        "exceptions": 4,
        "set_aside": 1,
        "refused": 0,
        "closed": None,
        "closures": [(at("17:21").date(), "the road is flooded")],
        **FORM,
    }


def line_list() -> dict:
    rows = [
        V(**{**vars(truck()), "place": n, "klass": "in_turn", "tail": "BC2"}) for n in range(1, 5)
    ]
    return {
        "site": site(user="officer 214"),
        "post": DOSTYK,
        "as_of": at("17:21"),
        "called": [V(**{**vars(truck("RU")), "tail": "402"})],
        "groups": [V(start=at("17:00"), rows=rows), V(start=None, rows=rows[:1])],
        "waiting": 5,
        **FORM,
    }


def affected(hour: str, choice: str = "open") -> V:
    """A booking that loses its time."""
    day = DOSTYK.days[14].date
    return V(
        code="K7PM",
        start=at(hour, day),
        vehicle_class="in turn",
        carrier="Carrier 12",
        choice=choice,
        chosen=at("14:00", day) if choice == "chosen" else None,
    )


def agency_day() -> dict:
    d = DOSTYK.days[14]
    slots = [
        V(
            start=at(f"{h:02}:00", d.date),
            value=value(f"{h:02}:00", d.date),
            capacity=13 if h < 15 else 12,
            taken=10 - (h * 5) % 4,
            status="open",
        )
        for h in range(24)
    ]
    effects = [
        V(count=23, kind="displaced"),
        V(count=23, kind="rebook"),
        V(count=200, kind="confirmed"),
        V(count=0, kind="lost"),
    ]
    return {
        **agency_calendar(),
        "closures": [],
        "day": V(**vars(d), basis="from the published board"),
        "booked": 200,
        "known": d.taken - 200,
        "slots": slots,
        "values": {"capacity": "200", "reason": "One scanner under repair"},
        "errors": {},
        "effect": V(asked=200, capacity=202, displaced=23),
        "effects": effects,
        "losses": [V(start=at("18:00", d.date), before=13, after=8, displaced=3)],
        "affected": [affected("18:00"), affected("19:00")],
        "affected_url": "/agency/kz_dostyk/2026-06-27/affected.csv?capacity=200",
        "moved": V(
            rows=[affected("10:00"), affected("11:00", "chosen")], chosen=1, open=1, ended=0
        ),
        "moved_url": "/agency/kz_dostyk/2026-06-27/affected.csv",
        "what_if_url": "/agency/what-if?checkpoint=kz_dostyk&capacity=200",
        "kept": "",
    }


def regulation() -> dict:
    def r(label: str, value: str, mark: str = "", note: str = "") -> V:
        return V(label=label, value=value, mark=mark, note=note, source="")

    sections = [
        V(
            title="Booking",
            rows=[
                r("How far ahead you can book", "30 days"),
                r("Slot", "one hour"),
                r("Active bookings per vehicle", "one, by VIN and by plate"),
                r("How often a booking can be moved", "", "unknown", "We allow three moves."),
            ],
        ),
        V(
            title="Order",
            rows=[
                r("Inside a class", "start of the booked hour, then arrival, then number"),
                r("Between classes", "one priority truck after five in turn", "ours"),
                r("Late", "3 hours, then behind the current hour", "ours"),
            ],
        ),
        V(
            title="Fees",
            rows=[
                r("In turn", "1 MRP, 4,325 KZT"),
                r(
                    "Accelerated, re-booked",
                    "100 MRP, 432,500 KZT",
                    "",
                    "Capped at 1 % of the places of the day.",
                ),
            ],
        ),
    ]
    return {
        "site": site("regulation"),
        "regulation": REGULATION,
        "sections": sections,
        "versions": [
            V(
                version=on.isoformat(),
                effective=on,
                url="#",
                status=status,
                here=status == "in force",
            )
            for on, status in ((date(2025, 9, 23), "in force"), (date(2027, 1, 1), "proposal"))
        ],
        "before": "2025-09-23",
        "changes": [V(label="Slot", was="one hour", now=r("Slot", "two hours", "ours"))],
        "others": [V(code="kg-dostuk", name="Kyrgyzstan, Dostuk", url="#")],
    }


def users() -> dict:
    rows = [
        V(
            id=1,
            login="aigerim",
            name="A. Omarova",
            roles=[V(kind="administrator", place="", value="administrator *")],
            closed=False,
            claims_lost=0,
            own=False,
            has_password=True,
            unconfirmed=False,
        ),
        V(
            id=2,
            login="officer214",
            name="officer 214",
            roles=[
                V(kind="officer", place="Nur Zholy", value="officer kz_nur_zholy"),
                V(kind="officer", place="Dostyk", value="officer kz_dostyk"),
            ],
            closed=False,
            claims_lost=0,
            own=False,
            has_password=True,
            unconfirmed=False,
        ),
        V(
            id=3,
            login="desk3",
            name="desk 3",
            roles=[V(kind="clerk", place="Nur Zholy", value="clerk kz_nur_zholy")],
            closed=False,
            claims_lost=0,
            own=False,
            has_password=False,
            unconfirmed=True,
        ),
        V(
            id=4,
            login="old",
            name="officer 102",
            roles=[V(kind="officer", place="Bakhty", value="officer kz_bakhty")],
            closed=True,
            claims_lost=2,
            own=False,
            has_password=True,
            unconfirmed=False,
        ),
    ]
    link = V(
        login="desk3",
        url="https://kezek.example/password/q7Zf0sV3mXw1",
        valid_until=at("17:23", date(2026, 6, 15)),
    )
    return {
        "site": site("users", AGENCY, "A. Omarova"),
        "users": rows,
        "wanted": "",
        "administers": True,
        "beyond": 12,
        "link": link,
        "kinds": ["officer", "supervisor", "clerk", "agency", "carrier", "administrator"],
        "places": AT,
        "values": {},
        "errors": {},
        **FORM,
    }


def keys() -> dict:
    rows = [
        V(
            id=1,
            label="Silk Road Logistics, dispatch",
            scope="carrier",
            place="",
            made_at=at("09:00", date(2026, 5, 4)),
            owner="",
            rate=600,
            revoked=False,
        ),
        V(
            id=2,
            label="camera at the gate",
            scope="officer",
            place="Nur Zholy",
            made_at=at("09:00", date(2026, 4, 4)),
            owner="",
            rate=600,
            revoked=True,
        ),
    ]
    return {
        "site": site("keys", AGENCY, "A. Omarova"),
        "keys_": rows,
        "secret": V(label="open data mirror", value="kzk_4f9a0c77b1d24e6a9f20"),
        "scopes": ["carrier", "officer", "agency", "reader"],
        "posts": AT,
        "values": {},
        "errors": {},
        **FORM,
    }


def log() -> dict:
    return {
        "site": site("log", AGENCY, "A. Omarova"),
        "entries": LOG * 4,
        "older": "?before=1",
        "newer": "",
        "post": None,
        "posts": AT,
        "kind": "",
        "kinds": [("called", "calls"), ("exception", "exceptions")],
        **FORM,
    }


def mine(status: str, start: str, on: date = TODAY, **more: object) -> V:
    p = NUR if more.pop("nur", True) else DOSTYK
    return V(
        url="#",
        print_url="#",
        driver="B. Serikov",
        post=p.name,
        there=p.there,
        start=at(start, on),
        end=at(f"{int(start[:2]) + 1:02}:00", on),
        status=status,
        zone="UTC+5",
        **{"place": None, "by": None, "ended": None, "call": None, "lost": None, **more},
        **vars(truck("KZ")),
    )


LOST = V(start=at("19:00"), why="repair of the bridge", until=at("19:00", date(2026, 6, 20)))


def carrier() -> dict:
    today = [
        mine("called", "17:00", by=at("17:41")),
        mine("displaced", "20:00", nur=False, lost=LOST),
        mine("late", "15:00"),
        mine("here", "18:00", place=14, call=V(low=at("18:40"), high=at("19:20"))),
        mine("here", "18:00", place=22),
        mine("booked", "21:00"),
        mine("crossed", "11:00"),
        mine("crossed", "10:00"),
    ]
    tomorrow = date(2026, 6, 14)
    return {
        "displaced": 1,
        "site": site("carrier", CARRIER, "Silk Road Logistics"),
        "company": "Silk Road Logistics",
        "as_of": at("17:22"),
        "stream": None,
        "counts": V(called=1, attention=2, here=2, booked=1, crossed=2),
        "today": today,
        "coming": [
            V(
                date=tomorrow,
                trucks=[mine("booked", "06:00", tomorrow), mine("booked", "07:00", tomorrow)],
            )
        ],
        "free": 7,
        **FORM,
    }


def garage() -> dict:
    vehicles = [
        V(
            id=i,
            vin="XTC651150J135678" + str(i),
            trailer="41 AKA 06" if i % 2 else "",
            **{
                **vars(truck("KZ")),
                "taken": i == 3,
                "booking": V(code="7F4M", url="#", post="Nur Zholy", start=at("18:00"))
                if i < 3
                else None,
            },
        )
        for i in range(6)
    ]
    return {
        "site": site("garage", CARRIER, "Silk Road Logistics"),
        "vehicles": vehicles,
        "drivers": [
            V(id=1, name="B. Serikov", phone="+7 701 555 01 41"),
            V(id=2, name="T. Akhmetov", phone="+7 701 555 01 42"),
        ],
        "countries": CHOICES,
        "values": {"vin": "XTC"},
        "errors": {"vin": "A VIN has 17 characters. This one has 3."},
        "form": "vehicle",
        **FORM,
    }


def carrier_move() -> dict:
    hours = [V(value=f"{n}", start=at(f"{n}:00"), chosen=n == 20) for n in (20, 21)]
    trucks = [mine("displaced", "20:00", number=n, lost=LOST) for n in (1, 2, 3)]
    return {
        "site": site("carrier", CARRIER, "Silk Road Logistics"),
        "rows": [
            V(
                truck=t,
                hours=hours if t.number < 3 else [],
                proposed=t.number < 3,
                ticked=t.number == 1,
                earlier=t.number == 2,
            )
            for t in trucks
        ],
        "more": 0,
        "results": [V(ok=True, text="927PK06: moved to 14 June, 20:00.", url="#", again="#")],
        "done": 1,
        "refused": 0,
        "errors": {},
        **FORM,
    }


def bulk() -> dict:
    b = book("when")
    vehicles = [
        V(
            id=str(i),
            blocked="booked already: 7F4M at Nur Zholy" if i == 2 else "",
            **{k: v for k, v in vars(truck("KZ")).items() if k != "booking"},
        )
        for i in range(5)
    ]
    results = [
        V(
            row=1,
            plate="KZ 927 PK 06",
            ok=True,
            text="booked, 28 June 06:00",
            next="",
            code="7F4M",
            url="#",
        ),
        V(
            row=2,
            plate="KZ 115 TP 05",
            ok=False,
            text="this truck has a live booking already",
            next="Move or cancel that booking.",
            code="",
            url="",
        ),
        V(
            row=3,
            plate="UZ 40 746 KMM",
            ok=True,
            text="booked, 28 June 11:00",
            next="",
            code="GXXG",
            url="#",
        ),
    ]
    return {
        "site": site("bulk", CARRIER, "Silk Road Logistics"),
        "problems": ["Line 1: Column 9, “colour”, is unknown."],
        "notes": ["The file was read as windows-1251."],
        "posts": [V(id=p.id, name=p.name, there=p.there) for p in (DOSTYK, NUR)],
        "checkpoint": "kz_dostyk",
        "day": b["day"],
        "days": DOSTYK.days,
        "slots": b["slots"],
        "vehicles": vehicles,
        "drivers": [V(id="1", name="B. Serikov"), V(id="2", name="T. Akhmetov")],
        "chosen": {"0": V(hour=value("06:00", b["day"]), driver="1")},
        "ahead": "",
        "csv": "",
        "columns": {column: column for column in COLUMNS},
        "limit": 1000,
        "results": results,
        "done": 2,
        "refused": 1,
        "again": "reason,plate",
        "answer": "line,plate,answer",
        "errors": {},
        **FORM,
    }


def clerk() -> dict:
    rows = [mine("booked", "21:00"), mine("here", "18:00", place=14)]
    return {
        "site": site("clerk", ["clerk", "board"], "desk 3"),
        "q": "927",
        "found": rows[:1],
        "made": rows,
        "books": "/clerk/book",
        "picks": book("post")["picks"][:3],
        "rest": book("post")["picks"][3:5],
        **FORM,
    }


def choose_post(kind: str) -> dict:
    """The posts of somebody who serves at several."""
    rows = [
        V(
            url="#",
            post=post,
            waiting=n,
            due=n - 1,
            called=2,
            gate=1,
            awaiting=0,
            taken=100 * n,
            capacity=303,
            open=n != 2,
            days=post.days,
            changed=0,
            asked=n - 1,
        )
        for n, post in enumerate((DOSTYK, NUR, POSTS["kz_bakhty"]), 1)
    ]
    return {"site": site(kind, [kind, "board"], "officer 214"), "kind": kind, "rows": rows, **FORM}


def account() -> dict:
    return {
        "site": site("", CARRIER, "Silk Road Logistics"),
        "login": "silkroad",
        "roles": [V(kind="carrier", place="")],
        "least": 10,
        "errors": {},
        **FORM,
    }


def register() -> dict:
    return {
        "site": site(),
        "values": {"login": "silkroad"},
        "errors": {"login": "Another account has this sign-in name."},
        "least": 10,
        **FORM,
    }
