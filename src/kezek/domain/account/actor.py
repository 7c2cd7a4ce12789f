"""The actor of a command and what it may do."""

from __future__ import annotations

from enum import StrEnum

from kezek.domain.kernel.value import value

ANYWHERE = "*"


class Role(StrEnum):
    """What an account is granted at a place (a checkpoint, an authority, or anywhere)."""

    READER = "reader"
    CARRIER = "carrier"
    CLERK = "clerk"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    AGENCY = "agency"
    ADMINISTRATOR = "administrator"
    DEMONSTRATOR = "demonstrator"


STAFF = (Role.CLERK, Role.OFFICER, Role.SUPERVISOR, Role.AGENCY)
# Roles that make bookings and may change those of their own account.
BOOKS = (
    Role.CARRIER,
    Role.CLERK,
    Role.OFFICER,
    Role.SUPERVISOR,
    Role.AGENCY,
    Role.DEMONSTRATOR,
)
AT_THE_GATE = (Role.OFFICER, Role.SUPERVISOR)
IN_CHARGE = (Role.SUPERVISOR, Role.AGENCY)
READS_LOG = (Role.AGENCY, Role.READER, Role.ADMINISTRATOR)


@value(frozen=True, slots=True)
class Actor:
    """The sender of a command.

    `account` is 0 for the public and the timer.  `ticket` is the booking number whose secret link or
    signature the actor has shown, 0 for none: a driver needs no account to act on the own booking.
    `unconfirmed_max` is the most live bookings that an unconfirmed carrier may hold, None for
    everybody else.
    """

    account: int
    label: str
    grants: frozenset[tuple[Role, str]] = frozenset()
    ticket: int = 0
    unconfirmed_max: int | None = None

    def may(self, roles: tuple[Role, ...], *places: str) -> bool:
        """Whether one of the roles is granted at one of the places."""
        for role in roles:
            for place in places:
                if (role, place) in self.grants:
                    return True
            if (role, ANYWHERE) in self.grants:
                return True
        return False


PUBLIC = Actor(0, "public")
TIMER = Actor(0, "timer")
