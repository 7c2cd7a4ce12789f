"""An installation opens only with rules by which its lines can be served."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kezek.app.regulation.regulation import RegulationFault
from kezek.app.regulation.served import must_serve
from kezek.domain.kernel.instant import HOUR, day_start
from kezek.domain.network.register import missing_days
from kezek.domain.regulation.regulation import VersionStatus
from kezek.domain.regulation.regulations import Regulations
from tests.world import World, rules


def with_decree(**changes: object) -> Regulations:
    decree = replace(rules()["kz"], effective_on="2026-06-20", **changes)
    return Regulations(rules(), rules().known, [decree])


@pytest.mark.parametrize("status", [VersionStatus.DRAFT, VersionStatus.PROPOSAL])
def test_a_line_is_served_by_no_draft(status):
    known = {id: one for id, one in rules().items() if id != "kz"}
    draft = replace(rules()["kz"], status=status)
    with pytest.raises(RegulationFault, match=rf"no version of kz is in force \({status}\)"):
        must_serve(World().store.reader, Regulations(known, rules().known, [draft]))


def test_published_days_keep_their_windows():
    reader = World().store.reader
    with pytest.raises(RegulationFault, match="set windows_from = 2026-07-14"):
        must_serve(reader, with_decree(window=2 * HOUR))
    must_serve(reader, with_decree(window=2 * HOUR, windows_from="2026-07-14"))
    must_serve(reader, with_decree(no_show_after=HOUR))


def test_a_decree_that_is_put_off_leaves_days_that_it_has_cut():
    """The days of the version before are looked at too, up to the last one."""
    world = World(with_decree(window=2 * HOUR, windows_from="2026-07-14"))
    world.until(day_start(date(2026, 6, 16), "Asia/Almaty"))
    for command in missing_days(world.store.reader, world.rules, world.now.at):
        world.done(command)
    must_serve(world.store.reader, world.rules)
    with pytest.raises(RegulationFault, match=r"2026-07-14 on .* windows_from = 2026-07-14"):
        must_serve(world.store.reader, with_decree(window=2 * HOUR, windows_from="2026-07-16"))
    with pytest.raises(RegulationFault, match=r"2026-07-14 on .* windows_from = 2026-07-14"):
        must_serve(world.store.reader, with_decree(window=2 * HOUR, windows_from="2026-09-01"))
