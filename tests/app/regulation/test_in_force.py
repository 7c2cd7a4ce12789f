"""The version in force: of today, whatever later versions are known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kezek.app.regulation.in_force import all_in_force, in_force
from kezek.domain.kernel.instant import HOUR
from kezek.domain.regulation.regulation import VersionStatus
from kezek.domain.regulation.regulations import Regulations
from tests.decree import MIDNIGHT, TOMORROW, decreed
from tests.world import rules


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (0, rules()["kz"].effective_on),
        (MIDNIGHT - 1, rules()["kz"].effective_on),
        (MIDNIGHT, TOMORROW),
    ],
)
def test_a_version_is_told_from_midnight_of_its_first_day_on(now: int, day: str):
    found = in_force(decreed(), "kz", "Asia/Almaty", now)
    assert found is not None
    assert found.effective_on == day
    assert found in all_in_force(decreed(), "Asia/Almaty", now)


def test_midnight_is_that_of_the_zone():
    found = in_force(decreed(), "kz", "Europe/Berlin", MIDNIGHT + HOUR)
    assert found == rules()["kz"]


def test_a_rule_set_of_drafts_has_no_version_in_force():
    draft = replace(rules()["kz"], status=VersionStatus.DRAFT)
    found = Regulations({"kz": draft})
    assert in_force(found, "kz", "UTC", MIDNIGHT) is None
    assert all_in_force(found, "UTC", MIDNIGHT) == []
