"""The versions of a rule set on its page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kezek.domain.kernel.instant import HOUR, MINUTE, day_start
from kezek.domain.regulation.regulation import VersionStatus
from kezek.domain.regulation.regulations import Regulations
from tests.web.office import Office, opened
from tests.world import rules


@pytest.fixture
def office():
    was = rules()["kz"]
    decree = replace(
        was, effective_on="2026-07-01", no_show_after=5 * HOUR, keeps_place_for=90 * MINUTE
    )
    draft = replace(was, effective_on="2027-01-01", horizon_days=60, status=VersionStatus.DRAFT)
    with opened(regulations=Regulations(rules(), rules().known, [decree, draft])) as found:
        yield found


def test_all_versions_are_listed_with_their_status(office: Office):
    page = office.browser().page("/regulations/kz")
    assert "2025-09-23</b>" in page
    assert "not yet in force" in page
    assert "draft" in page
    assert "What changes with this version" not in page


def test_a_version_shows_what_changes(office: Office):
    page = office.browser().page("/regulations/kz?version=2026-07-01")
    changes = page.partition("What changes with this version")[2].partition("</section>")[0]
    assert "5 hours" in changes
    assert "90 minutes" in changes
    assert "A booking ends without arrival after" in changes
    assert changes.count("<dt>") == 2
    draft = office.browser().page("/regulations/kz?version=2027-01-01")
    assert "is not in force" in draft
    assert "60 days" in draft.partition("What changes")[2].partition("</section>")[0]
    assert office.browser().get("/regulations/kz?version=2030-01-01").status_code == 404


@pytest.mark.parametrize(
    ("lang", "hours", "minutes"),
    [
        ("en", "keeps its place for 3 hours.", "keeps its place for 90 minutes."),
        ("ru", "сохраняет место: 3 часа.", "сохраняет место: 90 минут."),
        ("kk", "орны 3 сағат сақталады.", "орны 90 минут сақталады."),
    ],
)
def test_the_order_of_a_coming_version_is_told_from_its_first_day_on(
    office: Office, lang: str, hours: str, minutes: str
):
    reader = office.browser()
    reader.client.cookies.set("kezek_lang", lang)
    before = reader.page("/order")
    assert hours in before
    assert minutes not in before
    office.until(day_start(date(2026, 7, 1), "Asia/Almaty"))
    assert minutes in reader.page("/order")


def test_a_delay_that_is_no_whole_hour_is_told_in_minutes(office: Office):
    office.until(day_start(date(2026, 7, 1), "Asia/Almaty"))
    number = office.book(1, start=office.window(day=20))
    paper = office.browser().page(f"/t/{office.application.papers.link(number)}/print")
    form = office.browser().page("/book?checkpoint=kz_a")
    for page in (paper, form):
        assert "you keep your place for 90 minutes." in page
