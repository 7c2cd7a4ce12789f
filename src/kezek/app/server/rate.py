"""How many requests a minute somebody may send, kept as one number per somebody.

The generic cell rate algorithm: a request moves the instant at which the bucket will be empty again; who
is a whole minute ahead waits.  (The counters of the `limits` package cost 4 to 14 microseconds a request
and a thread that walks over all of them a hundred times a second; this costs half of one, and none.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

from kezek.domain.kernel.instant import DAY, MINUTE, SECOND, Instant

# Addresses that must try at their own limit to use up that of a login or a ticket: nobody alone can keep
# its owner out.
STRANGERS = 6
KEPT_MAX = 50_000
_ADDRESS_MAX = 60  # characters; an IPv6 address with its zone has fewer
# Pairs of a login and an address that are remembered as familiar.
FAMILIAR_MAX = 10_000


def client_address(client: tuple[str, int] | None) -> str:
    """Who is counted of an ASGI scope's `client`; empty where a connection has no address.

    An IPv6 address counts as its network: one household has 2**64 of them.  What a proxy names may be
    no address at all, so it is kept short.
    """
    told = client[0][:_ADDRESS_MAX] if client else ""
    if ":" not in told:
        return told
    try:
        address = IPv6Address(told.partition("%")[0])
    except AddressValueError:
        return told
    return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a request: `retry_after` is in whole seconds, 0 when it was allowed."""

    limit: int
    remaining: int
    retry_after: int


class Rates:
    """Requests of keys and addresses.  `real` tells real time; a demo's clock must not help anybody."""

    def __init__(self, real: Callable[[], Instant]) -> None:
        self._real = real
        self._last = self._set_back = 0
        self._empty_at: dict[str, float] = {}

    def _steady(self) -> Instant:
        """Real time; when the clock is set back it goes on from where it was, so that nobody has to wait
        until the clock is there again.
        """
        now = self._real()
        if now < self._last:
            self._set_back += self._last - now
        self._last = now
        return now + self._set_back

    def take(self, who: str, per_minute: int) -> Allowance:
        """One request of somebody who may send `per_minute`, all of them at once if need be."""
        now = self._steady()
        empty_at = max(self._empty_at.get(who, 0.0), now)
        each = MINUTE / per_minute
        ahead = empty_at - now + each
        if ahead > MINUTE:
            return Allowance(per_minute, 0, max(1, -int(-(ahead - MINUTE) // SECOND)))
        if len(self._empty_at) >= KEPT_MAX:
            self._forget(now)
        self._empty_at[who] = empty_at + each
        return Allowance(per_minute, int((MINUTE - ahead) / each), 0)

    def give_back(self, who: str, per_minute: int) -> None:
        """Count a request that was let in as none, because nothing came of it."""
        if who in self._empty_at:
            self._empty_at[who] -= MINUTE / per_minute

    def allows(self, who: str, per_minute: int) -> bool:
        """Count one request; whether it is within the limit."""
        return not self.take(who, per_minute).retry_after

    def charge(self, who: str, per_minute: int, requests: int) -> Allowance:
        """Count a request that was let in as several more: who sends a thousand at once then waits.

        Refused, and not counted, when others that were let in meanwhile have used up the minute.
        """
        now = self._steady()
        empty_at = max(self._empty_at.get(who, 0.0), now)
        if empty_at - now > MINUTE:
            wait = max(1, -int(-(empty_at - now - MINUTE) // SECOND))
            return Allowance(per_minute, 0, wait)
        self._empty_at[who] = empty_at + requests * MINUTE / per_minute
        return Allowance(per_minute, 0, 0)

    def _forget(self, now: Instant) -> None:
        self._empty_at = {who: at for who, at in self._empty_at.items() if at > now}
        # More live ones than are kept: a flood of names.  Those begin anew who have hardly asked; who
        # waits goes on waiting, so a flood buys nobody another guess.
        if len(self._empty_at) >= KEPT_MAX:
            by_debt = sorted(self._empty_at.items(), key=lambda one: one[1])
            self._empty_at = dict(by_debt[KEPT_MAX // 2 :])


class Daily:
    """How often somebody has done a thing since the last midnight, UTC of real time."""

    def __init__(self, real: Callable[[], Instant]) -> None:
        self._real = real
        self._day = 0
        self._counts: dict[str, int] = {}

    def take(self, who: str, most: int) -> bool:
        """Once more, where that is within `most` a day; whether it is."""
        counts = self._today()
        had = counts.get(who, 0)
        if had >= most:
            return False
        if len(counts) < KEPT_MAX or had:
            counts[who] = had + 1
        return True

    def give_back(self, who: str) -> None:
        """Count one that was let in as none, because nothing came of it."""
        counts = self._today()
        if counts.get(who, 0):
            counts[who] -= 1

    def _today(self) -> dict[str, int]:
        # A clock that is set back gives nobody another day.
        day = max(self._day, self._real() // DAY)
        if day != self._day:
            self._day, self._counts = day, {}
        return self._counts


class Familiar:
    """Logins with the addresses they have signed in from: others' attempts do not keep those out."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str], None] = {}

    def add(self, login: str, address: str) -> None:
        """A sign-in that was right; the oldest ones are forgotten."""
        self._pairs.pop((login, address), None)
        self._pairs[login, address] = None
        if len(self._pairs) > FAMILIAR_MAX:
            del self._pairs[next(iter(self._pairs))]

    def knows(self, login: str, address: str) -> bool:
        """Whether the login has been used from there."""
        return (login, address) in self._pairs
