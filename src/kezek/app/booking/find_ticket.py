"""Finds a driver's lost ticket by its number, its code or the truck's plate, together with the phone.

A typed text is tried in all its readings, and the phone decides.  A plate finds live bookings only, so
that nobody learns about earlier bookings of a truck.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from kezek.app.booking.find import is_code, unlabelled, with_code
from kezek.app.booking.ticket import Tickets
from kezek.app.port import Store
from kezek.domain.booking.booking import Claim
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Counter
from kezek.domain.kernel.known import PlateFormats
from kezek.domain.vehicle import plate as plates
from kezek.domain.vehicle.reading import spellings
from kezek.domain.vehicle.spelling import fold

TEXT_LENGTH_MAX = 60
# Each spelling is a query, so their number is bounded.  A plate with one or two slips has a few.
SPELLINGS_MAX = 12


def asked_for(text: str) -> str:
    """The normal form of a query, by which guesses are counted where there is no such booking."""
    text = text[:TEXT_LENGTH_MAX]
    number = _number(fold(unlabelled(text)))
    return fold(text) if number is None else str(number)


def _number(folded: str) -> int | None:
    whole = folded.isascii() and folded.isdigit() and len(folded) < 16
    return int(folded) if whole else None


class LostTickets:
    """Finds the booking of somebody who knows one of its names and its phone."""

    def __init__(self, store: Store, tickets: Tickets, formats: PlateFormats) -> None:
        self._store, self._tickets, self._formats = store, tickets, formats

    def find(self, numbers: Iterable[int], phone: str) -> int | None:
        """The booking with this phone; None for every wrong guess, so that it reveals nothing else."""
        return next((n for n in numbers if self._tickets.lost(n, phone)), None)

    def named(self, text: str) -> list[int]:
        """The bookings that a text may name.  Guesses count by booking, because it has many texts."""
        folded = fold(text[:TEXT_LENGTH_MAX])
        reader = self._store.reader
        counter = reader.get(Counter, "booking")
        last = counter.last if counter else 0
        named = fold(unlabelled(text[:TEXT_LENGTH_MAX]))
        number, found = _number(named), list[int]()
        if number is not None and number <= last:
            found.append(number)
        for code in dict.fromkeys((folded, named)):
            found += (
                [booking.number for booking in with_code(reader, code)] if is_code(code) else []
            )
        if folded:
            found += self._live_by_plate(text[:TEXT_LENGTH_MAX])
        return list(dict.fromkeys(found))

    def _live_by_plate(self, text: str) -> list[int]:
        """Live bookings by every plate of any country that the text may stand for."""
        reader = self._store.reader
        authorities = sorted({line.authority for line in reader.all(Line)})
        known = islice(spellings(text, self._formats), SPELLINGS_MAX)
        named = dict.fromkeys((*plates.searched(text), *known))
        keys = [key for a in authorities for one in named for key in reader.namesakes(a, one)]
        return [claim.number for claim in reader.many(Claim, keys).values()]
