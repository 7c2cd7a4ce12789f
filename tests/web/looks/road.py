"""Sample contexts of the pages that everybody sees."""

from __future__ import annotations

import random
from datetime import date
from types import SimpleNamespace as V

from markupsafe import Markup

from tests.web.looks.words import NOW
from tests.web.looks.world import (
    CHOICES,
    COUNTRIES,
    DOSTYK,
    FEE,
    FORM,
    HIGHER,
    NUR,
    POSTS,
    at,
    group,
    site,
    truck,
    value,
)


def network() -> dict:
    groups = [[group(c) for c in ("CN", "UZ", "TM", "KG")], [group("RU")]]
    idle = group("SEA")
    every = list(POSTS.values())
    total = V(
        places=sum(p.today or 0 for p in every),
        open=sum(bool(p.today) for p in every),
        full=sum(p.today == 0 for p in every),
        idle=sum(p.today is None for p in every),
    )
    return {
        "site": site("board"),
        "columns": groups,
        "idle": [idle],
        "total": total,
        "waits": "In small figures: the likely wait until the call, from 10 to 90 %.",
        "as_of": at("17:22"),
        "version": "",
        "q": "",
        "stream": None,
    }


def windows() -> list[V]:
    place = 0
    out = []
    for start, end, wait, n in (("17:00", "18:00", None, 10), ("18:00", "19:00", 37, 15)):
        turns = []
        for i in range(n):
            place += 1
            t = truck()
            turns.append(
                V(
                    place=place,
                    klass="priority" if place == 6 else "in_turn",
                    ordinary=place != 6,
                    reserved=place == 6,
                    arrived=at(f"{15 + i // 6}:{(i * 7 + 11) % 60:02}"),
                    mine=False,
                    **vars(t),
                )
            )
        out.append(V(start=at(start), end=at(end), opens_in=wait, turns=turns))
    walk = truck("TJ")
    out.append(
        V(
            start=None,
            end=None,
            opens_in=None,
            turns=[
                V(
                    place=place + 1,
                    klass="walk_in",
                    ordinary=False,
                    reserved=False,
                    arrived=at("17:12"),
                    mine=False,
                    **vars(walk),
                )
            ],
        )
    )
    return out


def bars() -> list[V]:
    out = []
    for h in range(24):
        full = 25 + (h * 7) % 5
        done = full if h < 17 else 9 if h == 17 else 0
        free = 5 if h > 17 else 0
        out.append(V(start=at(f"{h:02}:00"), crossed=done, booked=full - done - free, free=free))
    return out


def post_head(post: V, text: str) -> V:
    more = {"line": "exit", "others": [], "lanes": None, "state_text": text}
    return V(**{**vars(post), **more})


def checkpoint() -> dict:
    p = V(
        **{
            **vars(NUR),
            "line": "exit",
            "others": [],
            "lanes": None,
            "state_text": "Full until 11 July",
        }
    )
    calls = [V(by=at(b), **vars(truck())) for b in ("17:36", "17:39", "17:41")]
    return {
        "site": site("board"),
        "post": p,
        "as_of": at("17:22"),
        "stream": None,
        "calls": calls,
        "windows": windows(),
        "waiting": 63,
        "due": 26,
        "hidden": 37,
        "joins": "walks_in",
        "coming": V(
            start=at("06:00", date(2026, 7, 11)), wait="1–2 h", far=False, read=True, usual=None
        ),
        "first": V(
            start=at("06:00", date(2026, 7, 11)),
            day="2026-07-11",
            value=value("06:00", date(2026, 7, 11)),
        ),
        "sooner": [V(id="kz_dostyk", name="Dostyk", start=at("06:00", date(2026, 6, 28)))],
        "rule": V(every=5, klass="priority", ordinary="in_turn", number_is_ours=True),
        "regulation": "kz",
        "closures": [],
        "later": [V(start=at("00:00"), end=at("00:00"), reason="day off", whole_day=True)],
        "wait": V(
            low=120,
            high=190,
            through_low=145,
            through_high=220,
            method=(
                "Method: 200 simulations of this line from 17:23. In 8 of 10 cases the time is "
                "within the range."
            ),
            accuracy="We have not yet measured how accurate this is here.",
            dots=dots(),
        ),
        "pace": V(per_hour=25, hours=3, crossed=75),
        "before": 71,
        "called": 3,
        "today": V(places=0, reserve=35),
        "exceptions": V(count=4, awaiting=1, releases=2, set_aside=1, refused=1),
        "bars": bars(),
        "now_share": 17.4 / 24,
        "days": NUR.days,
        "next_days": [d for d in NUR.days if d.places][:2],
        "bookable": True,
        "siblings": V(name="China", url="/#to-cn"),
    }


def quiet() -> dict:
    c = checkpoint()
    c["post"] = V(
        **{**vars(POSTS["kz_syrym"]), "line": "exit", "others": [], "lanes": None, "state_text": ""}
    )
    closed = V(
        start=at("00:00", date(2026, 6, 19)),
        end=at("00:00", date(2026, 6, 20)),
        reason="day off on the other side",
        whole_day=True,
    )
    c.update(
        calls=[],
        windows=[],
        waiting=0,
        due=0,
        hidden=0,
        joins="",
        wait=None,
        coming=None,
        first=None,
        sooner=[],
        pace=None,
        called=0,
        bars=[],
        closures=[closed],
        exceptions=V(count=0, awaiting=0, releases=0, set_aside=0, refused=0),
        today=V(places=85, reserve=1),
        days=c["post"].days,
    )
    c["next_days"] = c["days"][:2]
    return c


def book(step: str, mode: str = "driver") -> dict:
    china = sorted(
        (p for p in POSTS.values() if p.there_country == "CN"),
        key=lambda p: p.next_free or date.max,
    )
    chosen = date(2026, 6, 28)
    left = [9, 10, 10, 11, 9, 6, 3, 0, 0, 0, 0, 2, 3, 0, 0, 0, 2, 3, 4, 6, 8, 10, 12, 12]
    slots = [
        V(
            start=at(f"{h:02}:00", chosen),
            value=value(f"{h:02}:00", chosen),
            places=n,
            status="open" if n else "full",
        )
        for h, n in enumerate(left)
    ]
    near = [V(end=s.start, **vars(s)) for s in slots[4:7]] if step == "truck" else []
    done = step in ("truck", "confirm")
    values = (
        {
            "country": "KZ",
            "plate": "927 PK 06",
            "vin": "XTC65115O",
            "trailer": "",
            "phone": "+7 ",
            "driver": "",
        }
        if step == "truck"
        else {}
    )
    if step == "confirm":
        values = {
            "country": "KZ",
            "plate": "927 PK 06",
            "vin": "XTC651150J1356789",
            "trailer": "41 AKA 06",
            "phone": "+7 701 555 01 41",
            "driver": "B. Serikov",
        }
    return {
        "site": site("book"),
        "mode": "driver" if mode == "made" else mode,
        "stream": None,
        "step": step,
        "base": "/book",
        "back": "/",
        "neighbours": [
            V(code=c, name=COUNTRIES[c], posts=len(group(c).posts))
            for c in ("CN", "UZ", "TM", "KG", "RU")
        ],
        "neighbour": "CN",
        "q": "",
        "picks": china,
        "post": None if step == "post" else DOSTYK,
        "days": DOSTYK.days,
        "day": None if step == "post" else chosen,
        "full_day": 300,
        "slots": slots,
        "waits": {value("06:00", chosen): "wait 1–2 h"},
        "waits_note": "The wait is told for the next 24 hours. Simulated at 17:23.",
        "first": V(start=at("00:00", chosen), day=chosen.isoformat(), value=value("00:00", chosen)),
        "sooner": [],
        "hour": value("06:00", chosen) if done else "",
        "slot": V(start=at("06:00", chosen), end=at("07:00", chosen)) if done else None,
        "classes": [
            V(value="in_turn", text="in_turn", fee=FEE),
            V(value="accelerated", text="accelerated", fee=HIGHER),
        ],
        "klass": "in_turn",
        "ordinary": "in_turn",
        "near": near,
        "booked": False,
        "held": "",
        "countries": CHOICES,
        "values": values,
        "errors": {"vin": "A VIN has 17 characters and no letter O. This one has 9."}
        if step == "truck"
        else {},
        "warnings": {
            "trailer": "We do not know this plate format. Compare it with the registration papers."
        }
        if step == "confirm"
        else {},
        "fee": FEE,
        "higher": HIGHER,
        "regulation": V(code="kz", authority="Kazakhstan", late_hours=3, late_is_ours=True),
        "reasons": [],
        "moves": V(until=None, last=True)
        if mode == "move"
        else V(until=at("06:00", chosen), last=False),
        "made": V(token="x", code="7F4M") if mode == "made" else None,
        "moving": V(code="7F4M", country="KZ", tail="K06", start=at("18:00"), end=at("19:00"))
        if mode == "move"
        else None,
        **FORM,
    }


def dots():
    stacks = (1, 3, 5, 4, 3, 2, 1, 1)
    return V(
        dots=[
            (15 + 30 * x, 58 - 13 * n, 6) for x, stack in enumerate(stacks) for n in range(stack)
        ],
        ticks=[(0, at("18:00")), (120, at("18:20"))],
        label="20 dots from 18:00 to 18:40: each dot is a 1-in-20 chance of being called then",
    )


def qr() -> str:
    r = random.Random(7)
    cells = "".join(
        f"M{x} {y}h1v1h-1z"
        for y in range(4, 61)
        for x in range(4, 61)
        if r.random() < 0.48
        and not ((x < 12 and y < 12) or (x > 52 and y < 12) or (x < 12 and y > 52))
    )
    eyes = "".join(
        f"M{x} {y}h7v7h-7zM{x + 1} {y + 1}v5h5v-5zM{x + 2} {y + 2}h3v3h-3z"
        for x, y in ((4, 4), (54, 4), (4, 54))
    )
    return Markup(
        '<svg viewBox="0 0 65 65" role="img" aria-label="QR code of the ticket" '
        f'shape-rendering="crispEdges"><path fill-rule="evenodd" d="{cells}{eyes}"/></svg>'
    )


STEPS = ["booked", "arrived", "line", "called", "admitted", "crossed"]


def steps(here: int, detail: str = "") -> list[V]:
    times = [
        at("11:08", date(2026, 6, 10)),
        at("16:52"),
        None,
        at("18:05"),
        at("18:19"),
        at("19:02"),
    ]
    return [
        V(
            verb=v,
            mark="done" if i < here else "here" if i == here and (v == "line" or i > 2) else "todo",
            at=times[i] if i < here else None,
            detail=detail if i == here else "",
        )
        for i, v in enumerate(STEPS)
        if not (v == "line" and i < here)
    ]


HISTORY = V(
    since=at("16:52"),
    first=9,
    place=14,
    changes=[
        V(
            cause="came_late",
            count=6,
            more=True,
            hour=at("17:00"),
            since=at("17:02"),
            until=at("17:20"),
        ),
        V(cause="called", count=1, more=False, hour=None, since=at("17:10"), until=at("17:10")),
    ],
    overtaken=1,
)


def ticket(status: str = "here") -> dict:
    reasons = [
        V(count=9, kind="earlier_hour", hour=at("17:00"), times=[]),
        V(count=1, kind="class", klass="priority", hour=None, times=[]),
        V(count=3, kind="same_hour", hour=None, times=[at("16:19"), at("16:34"), at("16:43")]),
    ]
    c = {
        "site": site("ticket"),
        "post": NUR,
        "status": "called" if status == "answered" else status,
        "as_of": at("17:22"),
        "stream": None,
        "place": None,
        "ahead": None,
        "likely": None,
        "renewed": False,
        "not_before": None,
        "arrive_by": None,
        "called": None,
        "reasons": [],
        "history": None,
        "url": "http://127.0.0.1:8470/t/x",
        "moves_left": 3,
        "moves_until": at("18:00"),
        "fixed": "The booking could be moved until 13 June, 18:00." if status == "called" else "",
        "ticket": V(
            token="x",
            number="20 654",
            code="7F4M",
            country="KZ",
            tail="K06",
            plate=None,
            klass="in_turn",
            start=at("18:00"),
            end=at("19:00"),
            phone_tail="41",
            read_as="The plate was read as KZ 120 ABC 02." if status == "here" else "",
        ),
        "arrived": at("16:52"),
        "exceptions": 0,
        "steps": steps(1),
        "drivers": 1,
        "can": V(move=True, cancel=True, driver=True),
        "refund": "The law's rule on refunds is not published.",
        "explain": "",
        "next_url": "",
        "next_text": "",
        "qr": qr(),
        "errors": {},
        "change_reasons": [],
        "cancels_alone": True,
        "regulation": "kz",
        **FORM,
    }
    if status == "here":
        c.update(
            place=14,
            ahead=13,
            likely=V(
                call=V(low=at("18:00"), high=at("18:35")),
                through=V(low=at("18:25"), high=at("19:10")),
                method="Method: 200 simulated courses of this line; 8 of 10 lie in the range.",
                accuracy="8 trucks of 10 fell inside the range; typical error 9 min.",
                dots=dots(),
            ),
            not_before=at("18:00"),
            reasons=reasons,
            history=HISTORY,
            steps=steps(2, "place 14"),
        )
    if status == "booked":
        c.update(ahead=81, arrive_by=V(start=at("15:00"), until=at("18:00")))
    if status in ("called", "answered"):
        c.update(
            called=V(
                id="c1",
                at=at("18:05"),
                by=at("18:25"),
                left=19,
                share=190,
                acknowledged=at("18:06") if status == "answered" else None,
                until=1,
            ),
            steps=steps(3),
            can=V(move=True, cancel=False, driver=True),
        )
        c["site"].clock = V(at=at("18:06"), zone="UTC+5", rate=1)
        c["as_of"] = at("18:06")
    if status == "displaced":
        c.update(
            explain="Closed from 18:00: one scanner under repair. "
            "A new time is free of charge and does not count as a move.",
            next_url="#",
            next_text="Choose a new time",
            can=V(move=True, cancel=True, driver=False),
        )
    return c


def printed() -> dict:
    t = ticket("booked")
    rules = [
        "Be at the waiting area before your hour begins.",
        (
            "If you come late, you keep your place for 3 hours. Then you go behind the "
            "trucks of the current hour."
        ),
        "If the checkpoint closes, you choose a new time free of charge.",
        "Plate, VIN and checkpoint cannot be changed.",
    ]
    return {**t, "rules": rules, "printed": NOW}


def printed_day() -> dict:
    s = printed()
    names = ("ticket", "post", "qr", "rules", "printed")
    return {
        "site": s["site"],
        "day": NOW.date(),
        "sheets": [V(**{n: s[n] for n in names})],
        "left": 3,
    }


def reading(page: str) -> dict:
    more = {
        "order": {
            "rules": [
                (
                    "kz",
                    "KZ",
                    V(every=5, klass="priority", ordinary="in_turn", number_is_ours=True),
                    3,
                    "next_round",
                )
            ],
            "ours": True,
        },
        "open_data": {"example": "kz_dostyk"},
        "refusals": {
            "codes": [V(code="slot_full", title="The hour is full", then="Choose another.")]
        },
    }
    return {"site": site(), **more.get(page, {})}


def small(page: str) -> dict:
    s = {
        "site": site(
            flashes=[V(kind="done", text="The booking is cancelled. The place goes to others.")]
            if page == "find_ticket"
            else None
        ),
        "values": {},
        "errors": {},
        **FORM,
    }
    if page == "find_ticket":
        s["tickets"] = [
            V(
                token="x",
                number=20654,
                code="7F4M",
                post="Dostyk",
                status="booked",
                start=at("18:00"),
                end=at("19:00"),
            )
        ]
        s["values"] = {"ticket": "20654", "phone": "+7 701"}
        s["errors"] = {"": "No booking fits this together with this phone. Check both."}
    if page == "sign_in":
        s.update(next="/carrier", expired=True)
    if page == "password":
        s.update(
            token="x",
            login="desk3",
            first=True,
            valid_until=at("17:23", date(2026, 6, 15)),
            least=12,
        )
    if page == "working":
        s.update(title="Still working", again="/again/1", seconds=4, code="outcome_unknown")
    if page == "error":
        s.update(
            status=409,
            code="slot_full",
            title="This hour is full",
            sentence="Somebody took the last place at 06:00. Nothing was booked and nothing is owed.",
            steps=[V(text="See the other hours", url="#"), V(text="Back to the board", url="#")],
            reference="8c1f27",
        )
    return s
