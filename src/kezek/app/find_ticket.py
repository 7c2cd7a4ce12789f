"""A driver's way back to a lost ticket: its number, its code or the truck's plate, with the phone.

What was typed is tried in every way in which it can be read, and the phone decides.  By the plate only
a live booking is found: whose truck it was before is nobody's business.
"""

from __future__ import annotations

from kezek.app.find import is_code, with_code
from kezek.app.port import Store
from kezek.app.ticket import Tickets
from kezek.domain.booking.booking import Claim
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.kernel.facts import Counter
from kezek.domain.kernel.known import PlateFormats
from kezek.domain.vehicle import plate as plates
from kezek.domain.vehicle.reading import spellings
from kezek.domain.vehicle.spelling import fold

TEXT_LENGTH_MAX = 60


def asked_for(text: str) -> str:
    """What somebody asks for, whether there is such a booking or not: by it guesses are counted."""
    folded = fold(text[:TEXT_LENGTH_MAX])
    number = _number(folded)
    return folded if number is None else str(number)


def _number(folded: str) -> int | None:
    whole = folded.isascii() and folded.isdigit() and len(folded) < 16
    return int(folded) if whole else None


class LostTickets:
    """Finds the booking of somebody who knows one of its names and its phone."""

    def __init__(self, store: Store, tickets: Tickets, formats: PlateFormats) -> None:
        self._store, self._tickets, self._formats = store, tickets, formats

    def find(self, text: str, phone: str) -> int | None:
        """The booking's number, None for every guess that does not fit; a wrong one learns no more."""
        fits = (n for n in self._candidates(text) if self._tickets.lost(n, phone))
        return next(fits, None)

    def _candidates(self, text: str) -> list[int]:
        folded = fold(text[:TEXT_LENGTH_MAX])
        reader = self._store.reader
        counter = reader.get(Counter, "booking")
        last = counter.last if counter else 0
        number, found = _number(folded), list[int]()
        if number is not None and number <= last:
            found.append(number)
        if is_code(folded):
            found += [booking.number for booking in with_code(reader, folded)]
        if folded:
            found += self._live_by_plate(text[:TEXT_LENGTH_MAX])
        return list(dict.fromkeys(found))

    def _live_by_plate(self, text: str) -> list[int]:
        """Nobody has said the country: every plate that the text may stand for, in any of them."""
        reader = self._store.reader
        authorities = sorted({line.authority for line in reader.all(Line)})
        named = dict.fromkeys((*plates.searched(text), *spellings(text, self._formats)))
        keys = [key for a in authorities for one in named for key in reader.namesakes(a, one)]
        return [claim.number for claim in reader.many(Claim, keys).values()]
