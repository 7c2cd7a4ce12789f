"""Of what was said of a role after the backup the latest word counts, in whatever order it is read."""

from __future__ import annotations

from itertools import permutations

import pytest

from kezek.app.recovery.withdrawal import Withdrawal, Withdrawn
from kezek.domain.account.account import Grant
from tests.world import World

BEFORE, TAKEN, GIVEN = 10, 20, 30


def roles_left(world: World, *withdrawals: Withdrawal, events: int = 0) -> list[tuple]:
    with world.store.snapshot() as snapshot:
        backup = Withdrawn(snapshot, withdrawals, events)
        return [row.key for rows in backup.blocks(Grant) for row in rows]


@pytest.mark.parametrize(("last", "stays"), [("role", False), ("granted", True)])
def test_the_latest_word_on_a_role_counts(last: str, stays: bool):
    world = World()
    (grant, *_) = world.store.reader.all(Grant)
    first = "granted" if last == "role" else "role"
    # A log that was continued begins again at lower positions: the later instant decides.
    notes = (
        Withdrawal(first, grant.account, grant.role, grant.place, position=90, at=BEFORE),
        Withdrawal("role", grant.account, grant.role, grant.place, position=95, at=TAKEN),
        Withdrawal(last, grant.account, grant.role, grant.place, position=12, at=GIVEN),
    )
    for order in permutations(notes):
        assert (grant.key in roles_left(world, *order)) is stays, order


def test_what_the_backup_knows_already_takes_nothing_away():
    world = World()
    (grant, *_) = world.store.reader.all(Grant)
    note = Withdrawal("role", grant.account, grant.role, grant.place, position=5, at=TAKEN)
    assert grant.key in roles_left(world, note, events=5)
    assert grant.key not in roles_left(world, note, events=4)
