"""Rows of a booking: its facts, its particulars, its drivers and its claims."""

from __future__ import annotations

from kezek.domain.kernel.instant import Instant
from kezek.domain.kernel.value import value

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 4
# 80 bits: a link cannot be guessed, not even by somebody who knows the four letters of the code.
SALT_LETTERS, SALT_BYTES = 16, 10
_CODES: int = len(CODE_LETTERS) ** CODE_LENGTH
# The counter that holds the shift of a database's codes.
CODE_SHIFT = "code_shift"
# An odd factor permutes the numbers modulo 2**20: any 1,048,576 bookings in a row have different
# codes, and neighbouring numbers have codes that look unlike.
_SPREAD = 654_435
_UNSPREAD = pow(_SPREAD, -1, _CODES)


def salt_of(chance: bytes) -> str:
    """A booking's salt, from SALT_BYTES of chance: letters of codes, the first four of which are the
    ticket's code.  Another booking under the same number, in a database that lost the first one, has
    another code and another link.
    """
    return _letters(int.from_bytes(chance), SALT_LETTERS)


def code_of(number: int, salt: str = "") -> str:
    """The ticket's four-character code, from the salt; from the number where there is no salt yet."""
    return salt[:CODE_LENGTH] or _letters(number * _SPREAD % _CODES, CODE_LENGTH)


def shift_of(number: int, salt: str) -> int:
    """The shift that turns a number into the code at the beginning of its salt; 0 without a salt."""
    place = 0
    for letter in reversed(salt[:CODE_LENGTH]):
        place = place * len(CODE_LETTERS) + CODE_LETTERS.index(letter)
    return (place - number * _SPREAD) % _CODES if salt else 0


def shifted(number: int, salt: str, shift: int) -> str:
    """The salt with the number's code under a shift at its beginning; no salt stays none.

    Under one shift any 1,048,576 bookings in a row have different codes.  Each database draws its own
    shift, so a number that one database lost has another code in the next.
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
    """The numbers up to `last` that have the code without a salt, newest first; none for a text that
    is no code.
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
    `joined_at` is the turn's place in the line where the booked window is not: a late arrival or a
    missed call puts it behind the window current then.  `ended_at` with `outcome` closes the booking.
    `look_at` is the next instant at which time alone may change it.  `exception` is empty, `proposed`,
    `awaiting`, `approved` or `refused`; `exception_cause` and `exception_by` are the cause and the
    account of the first step of it.

    `step` describes the last officer's step for `turn/undo.py`.  `acknowledged_at` is the driver's
    answer to a call (`turn/acknowledge.py`).  `salt` is this booking's own chance, from which code and
    link are made (`salt_of`); bookings made before salts have none.  `joined_round` is the round of the
    line that the turn lets pass, None where its class joins at once (`turn/joining.py`).  `proposal` is
    a step that one person has proposed and a second must approve (`booking/proposal.py`).
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
    and until when.  Plate and VIN are in normal form; empty is not given.  `typed` is the plate as
    typed where it was read as another one.
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
    """A vehicle's plate or VIN with an authority; its unique key allows one active booking only.

    The row is deleted when the booking ends, so the table is as small as the live queue.
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
