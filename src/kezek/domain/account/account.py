"""Rows of accounts.  Names and logins are personal data and stay in these erasable tables."""

from __future__ import annotations

from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.value import value


@value(frozen=True, slots=True)
class Account:
    """One person or firm that signs in.

    `password` is an argon2id hash, empty until one is set.  `claims_lost` counts bookings of this
    account that were released because somebody else showed the vehicle's papers.  `confirmed_at` is
    when an agency or an administrator confirmed a carrier that added itself; None when nobody has.
    0 is an account from a release without confirmation, and counts as confirmed.
    """

    id: int
    login: str
    name: str
    password: str
    simulated: bool
    added_at: Instant
    closed_at: Instant | None
    claims_lost: int = 0
    confirmed_at: Instant | None = 0

    @property
    def key(self) -> int:
        return self.id


@value(frozen=True, slots=True)
class Login:
    """The account of a login, in a table of its own so that the key makes logins unique."""

    login: str
    account: int

    @property
    def key(self) -> str:
        return self.login


@value(frozen=True, slots=True)
class Grant:
    """A role of an account at a place."""

    account: int
    role: str
    place: str

    @property
    def key(self) -> tuple[int, str, str]:
        return (self.account, self.role, self.place)


@value(frozen=True, slots=True)
class ApiKey:
    """A key for the API, stored as the SHA-256 digest of its secret.

    `role` and `place` narrow what the account may do; `rate` is requests a minute.
    """

    id: int
    account: int
    digest: str
    label: str
    role: str
    place: str
    rate: int
    issued_at: Instant
    revoked_at: Instant | None

    @property
    def key(self) -> int:
        return self.id


@value(frozen=True, slots=True)
class GarageVehicle:
    """A truck of a carrier, stored to fill in forms; it reserves nothing."""

    account: int
    plate: str
    country: str
    vin: str
    trailer: str
    label: str

    @property
    def key(self) -> tuple[int, str, str]:
        return (self.account, self.country, self.plate)


@value(frozen=True, slots=True)
class GarageDriver:
    """A driver of a carrier, stored to fill in forms."""

    account: int
    name: str
    phone: str

    @property
    def key(self) -> tuple[int, str]:
        return (self.account, self.name)
