"""What the simulator and a failing database would show: values of the pages' own types."""

from __future__ import annotations

from datetime import date, datetime

from markupsafe import Markup

from kezek.app.calendar.unmet import FullPost
from kezek.app.scenario.what_if import State
from kezek.web.frame.page import Page
from kezek.web.scenario.what_if import (
    WhatIfFormPage,
    WhatIfHead,
    WhatIfPage,
    WhatIfRow,
    WhatIfWaitPage,
)
from kezek.web.scenario.what_if_form import AskablePost
from kezek.web.scenario.what_if_view import FigureLine, Gain, PostShown
from kezek.web.submit.retry_page import WorkingPage

AT = datetime.fromisoformat("2026-06-13T09:00:00+05:00")
CHART = Markup('<svg class="chart" viewBox="0 0 400 20" role="img" aria-label="x"></svg>')
FULL = FullPost("kz_bakhty", date(2026, 7, 11), days=28, places=303, horizon=90)
LINE = FigureLine(name="trucks across", this="3,044 ± 2.2", other="3,290 ± 2.2")
GAIN = Gain(group="all trucks", minutes="−6.5 min", error="0.2 min", verdict="wins", kind="wins")
POST = PostShown(
    checkpoint="kz_bakhty",
    name="Bakhty",
    wait="2 h 02",
    error="0.4 min",
    other_wait="1 h 56",
    other_error="0.3 min",
    warnings=("changed: More trucks come than can cross, so the line grows.",),
    result="The change shortens the mean wait from 2 h 02 to 1 h 56.",
    lines=(LINE,) * 12,
    bands=(LINE,) * 8,
    gains=(GAIN,) * 6,
)


def _form(errors: dict[str, str]) -> WhatIfFormPage:
    return WhatIfFormPage(
        posts=[
            AskablePost("kz_bakhty", "Bakhty", "3", FULL),
            AskablePost("kz_syrym", "Syrym", "8 (assumed by Kezek)", None),
        ],
        chosen=frozenset({"kz_bakhty"}),
        regulations=[("kg-dostuk", "Kyrgyzstan, Dostuk"), ("kz", "Kazakhstan, CarGoRuqsat")],
        values={"from": "2026-06-14", "until": "2026-06-28", "runs": "50", "announced": "yes"},
        errors=errors,
        mine=[
            WhatIfRow(f"/what-if/{state}", "Four lanes", AT, state)
            for state in (State.DONE, State.RUNNING, State.STOPPED)
        ],
        key="key",
    )


PAGES: dict[str, Page] = {
    "working": WorkingPage(
        title="Still working", again="/again/1", seconds=4, code="outcome_unknown"
    ),
    "what_if_form": _form({}),
    "what_if_form-wrong": _form({"lanes": "Write a whole number from 1 to 100."}),
    "what_if_wait": WhatIfWaitPage(title="Four lanes", state=State.RUNNING, played=12, runs=50),
    "what_if_wait-stopped": WhatIfWaitPage(
        title="Four lanes", state=State.STOPPED, played=0, runs=0
    ),
    "what_if": WhatIfPage(
        head=WhatIfHead(
            "Bakhty, four lanes", date(2026, 6, 14), date(2026, 6, 28), runs=20, seed=947_098
        ),
        compared=True,
        changes=["Lanes at each step: 9", "Places a day: 800"],
        shown=[POST],
        courses=[CHART],
        decisions={"kz_bakhty": "/agency/kz_bakhty/2026-06-14?capacity=800"},
        coming=1_224,
        pictures=[[CHART] * 4],
        legend="Line: median. Dark band: half of the cases. Light band: nine in ten.",
        at=AT,
        files=["scenario.toml", "answer.json", "summary.csv", "summary.parquet"],
        url="/what-if/1",
    ),
}
