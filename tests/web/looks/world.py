"""What the samples share: the real places of 13 June 2026, 17:23, and invented trucks."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace as V
from typing import TypeVar

from tests.web.looks.words import NOW

D = TypeVar("D")
TODAY = NOW.date()
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
chance = random.Random(13)
BOARD = json.loads((Path(__file__).parent / "board.json").read_text("utf-8"))
COUNTRIES = {
    "CN": "China",
    "UZ": "Uzbekistan",
    "TM": "Turkmenistan",
    "KG": "Kyrgyzstan",
    "SEA": "Caspian Sea, ferry",
    "RU": "Russia",
}
CHOICES = [
    ("KZ", "Kazakhstan"),
    ("KG", "Kyrgyzstan"),
    ("UZ", "Uzbekistan"),
    ("TJ", "Tajikistan"),
    ("CN", "China"),
    ("RU", "Russia"),
]


def at(text: str, on: date = TODAY) -> datetime:
    return datetime.fromisoformat(f"{on.isoformat()}T{text}:00+05:00")


def value(text: str, on: date = TODAY) -> str:
    return (at(text, on) - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%MZ")


def code() -> str:
    return next(CODES)


def _once(draw: Callable[[], D]) -> Iterator[D]:
    """What is drawn, each once: two rows of a page with one id would be one truck twice."""
    seen: set[D] = set()
    while True:
        drawn = draw()
        if drawn not in seen:
            seen.add(drawn)
            yield drawn


CODES = _once(lambda: "".join(chance.choice(LETTERS) for _ in range(4)))
BOOKINGS = _once(lambda: chance.randrange(20000, 30000))


PLATES = {
    "KZ": "{n} {a}{b} {r}",
    "UZ": "{r} {n} {a}{b}{c}",
    "RU": "{a} {n} {b}{c} {r}",
    "KG": "{r} {n}{s} {a}{b}{c}",
    "TJ": "{n}{s} {a}{b} {r}",
    "CN": "X{a} {b}{n}{s}",
}


def truck(country: str = "") -> V:
    country = country or chance.choice(["KZ"] * 5 + ["UZ"] * 2 + ["RU", "TJ", "CN", "KG"])
    a, b, c = (chance.choice("ABCEHKMOPTX") for _ in range(3))
    plate = PLATES[country].format(
        a=a,
        b=b,
        c=c,
        n=chance.randrange(100, 999),
        r=f"{chance.randrange(1, 20):02}",
        s=chance.randrange(1, 9),
    )
    return V(
        code=code(),
        country=country,
        plate=plate,
        tail=plate.replace(" ", "")[-3:],
        booking=next(BOOKINGS),
    )


def days(rows: list[list[int] | None]) -> list[V]:
    quota = max((r[0] for r in rows if r), default=0)
    high = max((sum(r) for r in rows if r), default=0)
    out = []
    for i, r in enumerate(rows):
        on = TODAY + timedelta(days=i)
        if r is None:
            out.append(
                V(date=on, places=0, share=0.0, status="closed", taken=0, capacity=0, reserve=0)
            )
        else:
            out.append(
                V(
                    date=on,
                    places=r[0],
                    share=r[0] / quota if quota else 0,
                    status="open" if r[0] else "full",
                    taken=high - sum(r),
                    capacity=high,
                    reserve=r[1],
                )
            )
    return out


def post(row: list) -> V:
    id_, name, there, neighbour, search, rows = row
    there = there.split(" (")[0]
    d = days(rows)
    running = any(r for r in rows)
    first = next((x for x in d if x.places), None)
    today = d[0].places if running else None
    state = "idle" if not running else "open" if today else "full"
    waiting = chance.randrange(15, 60) if state == "full" else chance.randrange(0, 20)
    return V(
        id=id_,
        name=name,
        there=there,
        there_country="SEA" if neighbour == "CASPIAN" else neighbour,
        country="KZ",
        search=f"{name} {there} {search}".lower(),
        today=today,
        next_free=first.date if first else None,
        next_is_today=bool(first and first.date == TODAY),
        places=first.places if first else 0,
        days=d,
        waiting=waiting if running else None,
        waiting_due=waiting // 2 if running else None,
        next_hour="18:00" if today else "",
        wait="1–2 h" if running and waiting > 9 else "",
        state=state,
        note="",
        html=None,
        zone="UTC+5",
        by_hour_is_ours=True,
    )


POSTS = {p.id: p for p in map(post, BOARD)}


def group(code_: str) -> V:
    posts = sorted((p for p in POSTS.values() if p.there_country == code_), key=lambda p: p.name)
    running = [p.today for p in posts if p.today is not None]
    return V(
        id=f"to-{code_.lower()}",
        here="",
        code=code_,
        name=COUNTRIES[code_],
        places=sum(running) if running else None,
        posts=posts,
        days=posts[0].days,
    )


LANGS = [
    V(code="en", tag="en", short="EN", name="English", url="?lang=en"),
    V(code="ru", tag="ru", short="РУ", name="Русский", url="?lang=ru"),
    V(code="kk", tag="kk", short="ҚАЗ", name="Қазақ тілі", url="?lang=kk"),
]
PUBLIC = ["board", "book", "ticket"]


def site(
    here: str = "",
    doors: list[str] | None = None,
    user: str | None = None,
    flashes: list[V] | None = None,
    clock: bool = True,
) -> V:
    return V(
        lang="en",
        tag="en",
        direction="ltr",
        langs=LANGS,
        doors=[V(kind=k, url="#", here=k == here) for k in doors or PUBLIC],
        user=user,
        clock=V(at=NOW, zone="UTC+5", rate=1) if clock else None,
        demo=V(at=at("17:23"), rate=60),
        flashes=flashes or [],
    )


FORM = {"csrf_token": "sample", "key": "sample"}
FEE = V(units=1, unit="MRP", minor=432500, currency="KZT")
HIGHER = V(units=100, unit="MRP", minor=43250000, currency="KZT")
NUR = POSTS["kz_nur_zholy"]
DOSTYK = POSTS["kz_dostyk"]
