"""Sample contexts of the pages that ask the simulator."""

from __future__ import annotations

from datetime import date

from markupsafe import Markup

from tests.web.looks.office import AGENCY, FORM
from tests.web.looks.world import V, at, site

POSTS = [
    V(id="kz_bakhty", name="Bakhty", lanes="3", full=V(days=28, coming=1_224)),
    V(id="kz_syrym", name="Syrym", lanes="8 (assumed by Kezek)", full=None),
]
CHART = Markup('<svg class="chart" viewBox="0 0 400 20" role="img" aria-label="x"></svg>')


def what_if_form(errors: dict | None = None) -> dict:
    return {
        "site": site("agency", AGENCY, "A. Omarova"),
        "posts": POSTS,
        "chosen": {"kz_bakhty"},
        "regulations": [("kg-dostuk", "Kyrgyzstan, Dostuk"), ("kz", "Kazakhstan, CarGoRuqsat")],
        "values": {"from": "2026-06-14", "until": "2026-06-28", "runs": "50", "announced": "yes"},
        "errors": errors or {},
        "mine": [
            V(url="/what-if/1", title="Four lanes", at=at("09:00"), state="done"),
            V(url="/what-if/2", title="Closed", at=at("09:10"), state="running"),
            V(url="/what-if/3", title="Doubled", at=at("09:20"), state="stopped"),
        ],
        **FORM,
    }


def what_if_wait(state: str) -> dict:
    runs = 50 if state == "running" else 0
    return {
        "site": site("agency", AGENCY, "A. Omarova"),
        "title": "Four lanes",
        "state": state,
        "played": 12 if runs else 0,
        "runs": runs,
        **FORM,
    }


def what_if() -> dict:
    line = V(name="trucks across", this="3,044 ± 2.2", other="3,290 ± 2.2")
    gain = V(group="all trucks", minutes="−6.5 min", error="0.2 min", verdict="wins", kind="wins")
    post = V(
        checkpoint="kz_bakhty",
        name="Bakhty",
        result="The change shortens the mean wait from 2 h 02 to 1 h 56.",
        wait="2 h 02",
        error="0.4 min",
        other_wait="1 h 56",
        other_error="0.3 min",
        warnings=("changed: More trucks come than can cross, so the line grows.",),
        lines=(line,) * 12,
        bands=(line,) * 8,
        gains=(gain,) * 6,
    )
    return {
        "site": site("agency", AGENCY, "A. Omarova"),
        "head": V(
            title="Bakhty, four lanes",
            begins=date(2026, 6, 14),
            until=date(2026, 6, 28),
            runs=20,
            seed=947_098,
        ),
        "compared": True,
        "changes": ["Lanes at each step: 9", "Places a day: 800"],
        "shown": [post],
        "courses": [CHART],
        "coming": 1_224,
        "decisions": {"kz_bakhty": "/agency/kz_bakhty/2026-06-14?capacity=800"},
        "pictures": [[CHART] * 4],
        "legend": "Line: median. Dark band: half of the cases. Light band: nine in ten.",
        "at": at("09:00"),
        "files": ["scenario.toml", "answer.json", "summary.csv", "summary.parquet"],
        "url": "/what-if/1",
        **FORM,
    }
