"""The versions of a rule set on its page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kezek.domain.kernel.instant import HOUR
from kezek.domain.regulation.regulation import VersionStatus
from kezek.domain.regulation.regulations import Regulations
from tests.web.office import Office, opened
from tests.world import rules


@pytest.fixture
def office():
    was = rules()["kz"]
    decree = replace(was, effective_on="2026-07-01", no_show_after=5 * HOUR)
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
    assert "A booking ends without arrival after" in changes
    assert changes.count("<dt>") == 1
    draft = office.browser().page("/regulations/kz?version=2027-01-01")
    assert "is not in force" in draft
    assert "60 days" in draft.partition("What changes")[2].partition("</section>")[0]
    assert office.browser().get("/regulations/kz?version=2030-01-01").status_code == 404
