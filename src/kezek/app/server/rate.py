"""Rate limits: the requests a minute of each client, kept as one number per client.

The generic cell rate algorithm: a request moves the instant at which the client's bucket is empty again,
and a client that is a whole minute ahead waits.  (The counters of the `limits` package cost 4 to 14 µs a
request and a thread that walks over all of them a hundred times a second; this costs 0.5 µs and none.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address

from kezek.domain.kernel.instant import DAY, MINUTE, SECOND, Instant

# A login or a ticket has the limit of this many addresses, so that one address alone cannot keep its
# owner out.
STRANGERS = 6
KEPT_MAX = 50_000
_ADDRESS_MAX = 60  # characters; an IPv6 address with its zone has fewer
# Pairs of a login and an address that are remembered as familiar.
FAMILIAR_MAX = 10_000


def client_address(client: tuple[str, int] | None) -> str:
    """The counted address of an ASGI scope's `client`; empty where a connection has none.

    An IPv6 address counts as its network, because one household has 2**64 of them.  A proxy may name a
    text that is no address, so it is cut short.
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
    """The rest after a request; `retry_after` is in whole seconds, 0 when it was allowed."""

    limit: int
    remaining: int
    retry_after: int


class Rates:
    """Requests of keys and addresses.  `real` is real time, since a demo's clock runs faster."""

    def __init__(self, real: Callable[[], Instant]) -> None:
        self._real = real
        self._last = self._set_back = 0
        self._empty_at: dict[str, float] = {}

    def _steady(self) -> Instant:
        """Real time that never runs backwards: when the clock is set back, nobody must wait until it has
        caught up.
        """
        now = self._real()
        if now < self._last:
            self._set_back += self._last - now
        self._last = now
        return now + self._set_back

    def take(self, who: str, per_minute: int) -> Allowance:
        """Count one request of a client that may send `per_minute`, also all of them at once."""
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
        """Uncount an admitted request, because it had no effect."""
        if who in self._empty_at:
            self._empty_at[who] -= MINUTE / per_minute

    def allows(self, who: str, per_minute: int) -> bool:
        """Count one request; whether it is within the limit."""
        return not self.take(who, per_minute).retry_after

    def charge(self, who: str, per_minute: int, requests: int) -> Allowance:
        """Count an admitted request as several more, so that a sender of a thousand rows then waits.

        Refused, and not counted, when other admitted requests have used up the minute meanwhile.
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
    """Counts by client since the last midnight, UTC of real time."""

    def __init__(self, real: Callable[[], Instant]) -> None:
        self._real = real
        self._day = 0
        self._counts: dict[str, int] = {}

    def take(self, who: str, most: int) -> bool:
        """Count once more if that is within `most` a day; whether it is."""
        counts = self._today()
        had = counts.get(who, 0)
        if had >= most:
            return False
        if len(counts) < KEPT_MAX or had:
            counts[who] = had + 1
        return True

    def give_back(self, who: str) -> None:
        """Uncount an admitted one, because it had no effect."""
        counts = self._today()
        if counts.get(who, 0):
            counts[who] -= 1

    def _today(self) -> dict[str, int]:
        # A clock that is set back must not begin a new day.
        day = max(self._day, self._real() // DAY)
        if day != self._day:
            self._day, self._counts = day, {}
        return self._counts


class Familiar:
    """Logins with addresses that they signed in from, which others' attempts do not lock out."""

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str], None] = {}

    def add(self, login: str, address: str) -> None:
        """Note a successful sign-in; the oldest ones are dropped."""
        self._pairs.pop((login, address), None)
        self._pairs[login, address] = None
        if len(self._pairs) > FAMILIAR_MAX:
            del self._pairs[next(iter(self._pairs))]

    def knows(self, login: str, address: str) -> bool:
        """Whether the login has been used from there."""
        return (login, address) in self._pairs
