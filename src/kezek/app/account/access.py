"""Authentication: by password and session, by one-time link, or by API key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import ParamSpec, Protocol, TypeVar

from kezek.app.cache import BoundedCache
from kezek.app.feed.change_feed import ChangeFeed
from kezek.app.port import Clock, Session, Shared, Store
from kezek.domain.account.account import Account, ApiKey, Grant, Login
from kezek.domain.account.actor import ANYWHERE, Actor, Role
from kezek.domain.account.password import GuessEstimator, PasswordFault, fault_of
from kezek.domain.kernel.event import EventKind, Logged
from kezek.domain.kernel.instant import HOUR
from kezek.domain.kernel.text import cleaned

# Each hash takes 32 MiB and a core for a moment, so a crowd that signs in waits here and nowhere else.
HASHED_AT_ONCE_MAX = 2
_KEPT_MAX = 10_000

P = ParamSpec("P")
T = TypeVar("T")


class CredentialHasher(Protocol):
    """Passwords and secrets as the use cases see them: `crypto/account/credential_hasher.py`."""

    @property
    def estimate(self) -> GuessEstimator:
        """How many guesses a password takes."""

    def hash_password(self, text: str) -> str: ...

    def verify_password(self, stored: str | None, text: str) -> bool: ...

    def make_token(self) -> tuple[str, str]:
        """A new secret: its text, shown once, and the digest to store."""

    def make_api_key(self) -> tuple[str, str]:
        """A new API key: its text, shown once, and the digest to store."""

    def digest(self, text: str) -> str:
        """The digest of a presented secret."""


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in account as an actor.  `digest` names the session."""

    account: Account
    actor: Actor
    digest: str

    def places(self, *roles: Role) -> frozenset[str]:
        """Where the person has one of the roles; `*` is everywhere."""
        return frozenset(place for role, place in self.actor.grants if role in roles)


@dataclass(frozen=True, slots=True)
class Keyed:
    """A program with an API key: its actor, and its requests a minute."""

    id: int
    actor: Actor
    rate: int


# Events that change a cached account or key.  Unknown ones are not cached, so new ones change nothing.
_CHANGES = frozenset(
    {
        EventKind.ACCOUNT_CLOSED,
        EventKind.PASSWORD_SET,
        EventKind.GRANTED,
        EventKind.GRANT_WITHDRAWN,
        EventKind.API_KEY_REVOKED,
        EventKind.CARRIER_CONFIRMED,
        EventKind.RELEASED,
    }
)


class PlainAccess:
    """Authentication that caches keys and accounts until one of them changes.

    Writing and hashing block the caller: right for the command line, wrong for an event loop, which
    uses `SignIns`.
    """

    def __init__(
        self,
        store: Store,
        locks: CredentialHasher,
        clock: Clock,
        watch: ChangeFeed,
        *,
        session_hours: int,
        one_time_hours: int,
        unconfirmed_max: int,
    ) -> None:
        self._store, self._locks, self._clock = store, locks, clock
        self._session_for = session_hours * HOUR
        self._one_time_for = one_time_hours * HOUR
        self._unconfirmed_max = unconfirmed_max
        self._keys: BoundedCache[Keyed] = BoundedCache(_KEPT_MAX)
        self._people: BoundedCache[tuple[Account, Actor]] = BoundedCache(_KEPT_MAX)
        self._version = 0
        watch.hook(self._forget)

    def _forget(self, events: Sequence[Logged]) -> None:
        if any(event.kind in _CHANGES for event in events):
            self._version += 1

    def keyed(self, text: str) -> Keyed | None:
        """The program of an API key, None when the key opens nothing."""
        # The version is read before the rows: news in between make the next request read again.
        version, digest = self._version, self._locks.digest(text)
        found = self._keys.find(digest, version)
        if found is None:
            found = self._load_key(digest)
            if found is not None:
                self._keys.keep(digest, version, found)
        return found

    def _load_key(self, digest: str) -> Keyed | None:
        row = self._store.reader.api_key(digest)
        person = self._person(row.account) if row and row.revoked_at is None else None
        if row is None or person is None:
            return None
        actor = replace(person[1], grants=_narrowed(person[1], row))
        return Keyed(row.id, actor, row.rate)

    def _person(self, account: int) -> tuple[Account, Actor] | None:
        version = self._version
        found = self._people.find(account, version)
        if found is None:
            reader = self._store.reader
            row = reader.get(Account, account)
            if row is None or row.closed_at is not None:
                return None
            grants = ((Role(g.role), g.place) for g in reader.rows(Grant, account))
            most = self._unconfirmed_max if row.confirmed_at is None else None
            actor = Actor(account, f"account:{account}", frozenset(grants), unconfirmed_max=most)
            found = self._people.keep(account, version, (row, actor))
        return found

    def sign_in(self, login: str, password: str) -> str | None:
        """The secret of a new session, or None; an unknown login takes as long as a wrong password."""
        found = self._store.reader.get(Login, cleaned(login).lower())
        person = self._person(found.account) if found else None
        stored = person[0].password if person and person[0].password else None
        if not self._locks.verify_password(stored, password) or person is None:
            return None
        secret = self._begin(person[0].id, "session", self._session_for)
        # Checking a password takes a while.  A password set meanwhile has ended all sessions but this
        # one, so the account is read again now that the session exists.
        now = self._store.reader.get(Account, person[0].id)
        if now is None or now.closed_at is not None or now.password != stored:
            self._store.end_sessions(digest=self._locks.digest(secret))
            return None
        return secret

    def one_time_link(self, account: int) -> str:
        """The secret of a link by which an account sets its password, once."""
        return self._begin(account, "password", self._one_time_for)

    def first_link(self, account: int) -> str:
        """A one-time link for the first administrator; empty where another server has just made one.

        A single server makes a new link at every start, because the last one may be lost.  Of several
        servers that start together one makes it, under the store's lock.
        """
        before = self._links_of(account)
        alone = not isinstance(self._store, Shared) or self._store.solitary()
        with self._store.unit() as unit:
            there = self._links_of(account)
            if there - before or (there and not alone):
                return ""
            text, session = self._made(account, "password", self._one_time_for)
            unit.save({(Session, session.key): session}, [], [])
        return text

    def _links_of(self, account: int) -> set[str]:
        real = self._clock.now().real
        return {
            kept.digest
            for kept in self._store.reader.all(Session)
            if kept.account == account and kept.purpose == "password" and kept.expires > real
        }

    def _begin(self, account: int, purpose: str, span: int) -> str:
        text, session = self._made(account, purpose, span)
        self._store.keep_session(session)
        return text

    def _made(self, account: int, purpose: str, span: int) -> tuple[str, Session]:
        text, digest = self._locks.make_token()
        real = self._clock.now().real
        return text, Session(digest, account, purpose, real, real + span)

    def session(self, text: str) -> Person | None:
        """The person of a session's secret; None when it is unknown or expired."""
        return self._by_secret(text, "session")

    def one_time(self, text: str) -> Person | None:
        """The person of a one-time link's secret; `end` uses the link up."""
        return self._by_secret(text, "password")

    def _by_secret(self, text: str, purpose: str) -> Person | None:
        digest = self._locks.digest(text)
        kept = self._store.session(digest)
        if kept is None or kept.purpose != purpose or kept.expires <= self._clock.now().real:
            return None
        person = self._person(kept.account)
        return Person(person[0], person[1], digest) if person else None

    def end(self, person: Person) -> None:
        """Sign out, or use up a one-time link."""
        self._store.end_sessions(digest=person.digest)

    def end_all(self, account: int) -> None:
        """Sign an account out everywhere, as a new password does."""
        self._store.end_sessions(account=account)

    def hash_password(self, text: str, *own: str) -> str | PasswordFault:
        """The hash to store for a new password, or why it is too easy; `own` are the owner's names."""
        return fault_of(text, own, self._locks.estimate) or self._locks.hash_password(text)

    def new_key(self) -> tuple[str, str]:
        """A new API key: its text, shown once, and the digest for `IssueKey`."""
        return self._locks.make_api_key()


class SignIns:
    """Authentication for an event loop: writing and hashing are awaited and run on other threads.

    `plain` does the same for callers without a loop.
    """

    def __init__(self, plain: PlainAccess) -> None:
        self.plain = plain
        self.keyed, self.session = plain.keyed, plain.session
        self.one_time, self.new_key = plain.one_time, plain.new_key
        self._hashing = ThreadPoolExecutor(HASHED_AT_ONCE_MAX, thread_name_prefix="locks")

    async def sign_in(self, login: str, password: str) -> str | None:
        return await self._hashed(self.plain.sign_in, login, password)

    async def hash_password(self, text: str, *own: str) -> str | PasswordFault:
        return await self._hashed(self.plain.hash_password, text, *own)

    async def one_time_link(self, account: int) -> str:
        return await asyncio.to_thread(self.plain.one_time_link, account)

    async def end(self, person: Person) -> None:
        await asyncio.to_thread(self.plain.end, person)

    async def end_all(self, account: int) -> None:
        await asyncio.to_thread(self.plain.end_all, account)

    async def _hashed(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._hashing, lambda: work(*args, **kwargs))


def _narrowed(actor: Actor, row: ApiKey) -> frozenset[tuple[Role, str]]:
    """The part of the account's grants that the key's own grant allows."""
    role = Role(row.role)
    held = (role, row.place) in actor.grants or (role, ANYWHERE) in actor.grants
    return frozenset({(role, row.place)} if held else ())
