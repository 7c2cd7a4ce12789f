"""Withdrawals after a backup (accounts, keys, roles, passwords), repeated when it is restored.

Each is noted beside the database when it is decided, and a restore applies the notes to the backup.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

import msgspec

from kezek.app.installation.snapshot import Snapshot
from kezek.domain.account.account import (
    Account,
    ApiKey,
    GarageDriver,
    GarageVehicle,
    Grant,
    Login,
)
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.facts import Row
from kezek.domain.kernel.instant import Instant

R = TypeVar("R", bound=Row)

# The tables that withdrawals may change, by their names in fingerprints.
TABLES = frozenset({"account", "login", "grant", "apikey", "garagevehicle", "garagedriver"})
_KINDS: Mapping[str, str] = {
    EventKind.ACCOUNT_CLOSED: "account",
    EventKind.API_KEY_REVOKED: "key",
    EventKind.PASSWORD_SET: "password",
    EventKind.GRANT_WITHDRAWN: "role",
    # Noted too, so that a role that was granted again is not withdrawn.
    EventKind.GRANTED: "granted",
}


class Withdrawal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`withdrawn` is account, key, password, role, or granted; `id` is that of the account or the key.

    `position` is the event's place in the log, `at` its instant.
    """

    withdrawn: str
    id: int
    role: str
    place: str
    position: int
    at: Instant


def withdrawals_of(events: Iterable[Logged]) -> list[Withdrawal]:
    """The withdrawals, and the granted roles, in some events."""
    found = []
    for event in events:
        kind = _KINDS.get(event.kind)
        if kind:
            body = json.loads(event.body)
            of = int(body["api_key" if kind == "key" else "account"])
            role, place = str(body.get("role", "")), str(body.get("place", ""))
            found.append(Withdrawal(kind, of, role, place, event.position, event.at))
    return found


class Withdrawn:
    """A snapshot of a log of `events` events, in which what was withdrawn since is withdrawn.

    A closed account and a revoked key never open again, so they count whenever they were.  `done` counts
    what was withdrawn here, by its kind.
    """

    def __init__(self, snapshot: Snapshot, withdrawals: Sequence[Withdrawal], events: int) -> None:
        self._snapshot = snapshot
        self._closed = {w.id: w.at for w in withdrawals if w.withdrawn == "account"}
        self._revoked = {w.id: w.at for w in withdrawals if w.withdrawn == "key"}
        # The notes of a continued log begin again at lower positions, so they are sorted by instant.
        after = (w for w in withdrawals if w.position > events)
        later = sorted(after, key=lambda w: (w.at, w.position))
        self._passwords = {w.id for w in later if w.withdrawn == "password"}
        roles = {(w.id, w.role, w.place): w.withdrawn for w in later if w.role}
        self._roles = {key for key, last in roles.items() if last == "role"}
        self.done = dict.fromkeys(("account", "key", "password", "role"), 0)

    @property
    def kinds(self) -> Sequence[type[Any]]:
        return self._snapshot.kinds

    def count(self, kind: type[Any]) -> int:
        return self._snapshot.count(kind)

    def blocks(self, kind: type[R]) -> Iterator[Sequence[R]]:
        made: Mapping[type[Any], Callable[[Any], Row | None]] = {
            Account: self._account,
            ApiKey: self._key,
            Grant: self._grant,
            Login: self._of_account,
            GarageVehicle: self._of_account,
            GarageDriver: self._of_account,
        }
        make = made.get(kind)
        for rows in self._snapshot.blocks(kind):
            if make is None:
                yield rows
            else:
                kept = [row for row in map(make, rows) if row is not None]
                yield cast("list[R]", kept)

    def _account(self, row: Account) -> Account:
        if row.id in self._closed and row.closed_at is None:
            self.done["account"] += 1
            return replace(row, closed_at=self._closed[row.id], password="")
        if row.id in self._passwords and row.password:
            self.done["password"] += 1
            return replace(row, password="")
        return row

    def _key(self, row: ApiKey) -> ApiKey:
        if row.id in self._revoked and row.revoked_at is None:
            self.done["key"] += 1
            return replace(row, revoked_at=self._revoked[row.id])
        return row

    def _grant(self, row: Grant) -> Grant | None:
        if row.key in self._roles:
            self.done["role"] += 1
            return None
        return row

    def _of_account(self, row: Login | GarageVehicle | GarageDriver) -> Row | None:
        return None if row.account in self._closed else row
