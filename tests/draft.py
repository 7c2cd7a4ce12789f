"""The ground under scenarios with a draft of the shipped rules."""

from __future__ import annotations

from dataclasses import replace

from kezek.app.regulation.version_file import shipped_regulations
from kezek.app.scenario.ground import shipped_ground
from kezek.domain.kernel.instant import HOUR
from kezek.domain.regulation.regulation import VersionStatus
from kezek.domain.regulation.regulations import Regulations
from kezek.planning.scenario.world.ground import Ground

DRAFT = "kz@2027-01-01"


def ground_with_draft() -> Ground:
    """Windows of two hours, by a draft of 2027."""
    shipped = shipped_regulations()
    draft = replace(
        shipped["kz"], effective_on="2027-01-01", status=VersionStatus.DRAFT, window=2 * HOUR
    )
    rules = Regulations({}, shipped.known, [*shipped.versions, draft])
    return replace(shipped_ground(), regulations=rules.every())
