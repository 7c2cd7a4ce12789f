"""Rows of a booking: what happened to it, who it is for, and which vehicle it claims."""

from __future__ import annotations

from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.value import value

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 4
# 80 bits: nobody guesses a link, and four letters of them tell it to nobody.
SALT_LETTERS, SALT_BYTES = 16, 10
_CODES: int = len(CODE_LETTERS) ** CODE_LENGTH
# The counter that holds the shift of a database's codes.
CODE_SHIFT = "code_shift"
# Odd, so multiplying modulo 2**20 permutes the numbers: any 1,048,576 bookings in a row have
# different codes, and neighbours look nothing alike.
_SPREAD = 654_435
_UNSPREAD = pow(_SPREAD, -1, _CODES)


def salt_of(chance: bytes) -> str:
    """A booking's salt, from SALT_BYTES of chance: letters of codes, the first four of which are the
    ticket's code.  Another booking under the same number, in a database that lost the first one, has
    another code and another link.
    """
    return _letters(int.from_bytes(chance), SALT_LETTERS)


def code_of(number: int, salt: str = "") -> str:
    """The ticket's four-character code; a booking made before there were salts has it of its number."""
    return salt[:CODE_LENGTH] or _letters(number * _SPREAD % _CODES, CODE_LENGTH)


def shift_of(number: int, salt: str) -> int:
    """The shift under which a number has the code with which its salt begins; 0 without a salt."""
    place = 0
    for letter in reversed(salt[:CODE_LENGTH]):
        place = place * len(CODE_LETTERS) + CODE_LETTERS.index(letter)
    return (place - number * _SPREAD) % _CODES if salt else 0


def shifted(number: int, salt: str, shift: int) -> str:
    """The salt, beginning with the number's code under a shift; no salt stays none.

    Under one shift any 1,048,576 bookings in a row have different codes.  The shift is chance of the
    database: another one draws another, so a number lost with the first has another code in the second.
    """
    code = _letters((number * _SPREAD + shift) % _CODES, CODE_LENGTH)
    return code + salt[CODE_LENGTH:] if salt else ""


def _letters(rest: int, count: int) -> str:
    letters = ""
    for _ in range(count):
        rest, letter = divmod(rest, len(CODE_LETTERS))
        letters += CODE_LETTERS[letter]
    return letters


def numbers_of(code: str, last: int) -> list[int]:
    """The numbers up to `last` whose bookings carry the code if they have no salt, newest first; none
    if it is no code.
    """
    if len(code) != CODE_LENGTH:
        return []
    rest = 0
    for letter in reversed(code):
        place = CODE_LETTERS.find(letter)
        if place < 0:
            return []
        rest = rest * len(CODE_LETTERS) + place
    first = rest * _UNSPREAD % _CODES
    return [n for n in range(first, last + 1, _CODES) if n > 0][::-1]


@value(frozen=True, slots=True)
class Booking:
    """One vehicle's right to cross.  Every `_at` is when a thing happened, None when it has not.

    `start` is the booked window, None for a walk-in and after a displacement (`displaced_at`).
    `joined_at` places the turn in the line when that is not the booked window: a late arrival or a
    missed call puts it behind the window current then.  `ended_at` with `outcome` closes the booking.
    `look_at` is the next instant at which time alone may change it.  `exception` is empty, `proposed`,
    `awaiting`, `approved` or `refused`, for the `exception_cause` that was given first; `exception_by`
    is the account that acted first.  `step` describes
    the last officer's step, so that it can be undone: see `turn/undo.py`.  `acknowledged_at` is when the
    driver answered a call: see `turn/acknowledge.py`.  `salt` is chance that only this booking has: code
    and link are made of it (`salt_of`); one made before salts has none.  `joined_round` is the round of
    the line that the turn lets pass, None where its class joins at once: see `turn/joining.py`.
    `proposal` is a step that needs two people and that one has asked for: see `booking/proposal.py`.
    """

    number: int
    line: str
    vehicle_class: str
    start: Instant | None
    holder: int
    simulated: bool
    fee_minor: int
    currency: str
    confirmed_at: Instant
    moves: int = 0
    displaced_at: Instant | None = None
    arrived_at: Instant | None = None
    joined_at: Instant | None = None
    called_at: Instant | None = None
    call_until: Instant | None = None
    misses: int = 0
    admitted_at: Instant | None = None
    ended_at: Instant | None = None
    outcome: str = ""
    exception: str = ""
    exception_cause: str = ""
    exception_by: int = 0
    look_at: Instant | None = None
    step: str = ""
    acknowledged_at: Instant | None = None
    salt: str = ""
    joined_round: int | None = None
    proposal: str = ""

    @property
    def key(self) -> int:
        return self.number

    @property
    def code(self) -> str:
        return code_of(self.number, self.salt)


@value(frozen=True, slots=True)
class Particulars:
    """Personal data of a booking, in an erasable table: `purpose` and `erase_on` (ISO date) say why
    and until when.  Plate and VIN are in normal form; empty is not given.  `typed` is what was written
    where the plate was read anew.
    """

    number: int
    country: str
    plate: str
    vin: str
    trailer: str
    phone: str
    purpose: str
    erase_on: str
    typed: str = ""

    @property
    def key(self) -> int:
        return self.number


@value(frozen=True, slots=True)
class Driver:
    """A driver of a booking, personal data."""

    number: int
    ordinal: int
    name: str

    @property
    def key(self) -> tuple[int, int]:
        return (self.number, self.ordinal)


@value(frozen=True, slots=True)
class Claim:
    """What makes a vehicle's active booking the only one: its plate, and its VIN, per authority.

    The row goes when the booking ends, so the table is as small as the live queue.
    """

    authority: str
    kind: str
    value: str
    number: int

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.authority, self.kind, self.value)


def claim_keys(authority: str, who: Particulars) -> list[tuple[str, str, str]]:
    """The claims that a vehicle makes with an authority."""
    keys = [(authority, "plate", f"{who.country} {who.plate}")]
    if who.vin:
        keys.append((authority, "vin", who.vin))
    return keys
