"""Where a rehearsal begins: the posts and the people of the tests' world, on one of two mornings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from kezek.app.desk.batch import Done, run
from kezek.domain.account.actor import PUBLIC, Actor, Role
from kezek.domain.account.decide import AddAccount
from kezek.domain.booking.book import Vehicle
from kezek.domain.kernel.instant import Moment
from kezek.domain.network.load import LineDays, LoadNetwork
from tests.memory.store import MemoryStore
from tests.world import ADMIN, POSTS, STAFFED, checkpoint, day_places, line, rules, vehicle

# An ordinary Saturday, and the day before the clocks of Berlin go back.
MORNINGS = (date(2026, 6, 13), date(2026, 10, 24))

# A carrier that opened its own account and that nobody has confirmed yet, with its limit.
NEWCOMER = Actor(len(STAFFED) + 2, "newcomer", frozenset({(Role.CARRIER, "*")}), unconfirmed_max=3)


def began(on: date) -> int:
    """04:30 UTC."""
    return round(datetime(on.year, on.month, on.day, 4, 30, tzinfo=UTC).timestamp()) * 1000


def day_after(on: date, ahead: int) -> str:
    return (on + timedelta(days=ahead)).isoformat()


def fill(store: object, on: date, lines: tuple[str, ...]) -> None:
    """Load the network, with lines at some of its posts, and the people."""
    plans = tuple(
        LineDays(line(id, rules()), (day_places(id, on, rules()[POSTS[id][2]]),)) for id in lines
    )
    commands = [
        AddAccount("", ADMIN, "admin", "Admin", "hash", "administrator", "*"),
        LoadNetwork("load", ADMIN, tuple(checkpoint(id) for id in POSTS), (), plans, "tests"),
        *(
            AddAccount("", ADMIN, label, f"Invented {label}", "hash", role, place)
            for label, (role, place) in STAFFED.items()
        ),
        AddAccount("", PUBLIC, "newcomer", "Invented newcomer", "hash", "carrier", "*"),
    ]
    at = began(on)
    answers = run(store, commands, rules(), Moment(at, at)).answers
    assert all(isinstance(answer, Done) for answer in answers), answers


@cache
def _filled(on: date, lines: tuple[str, ...]) -> MemoryStore:
    store = MemoryStore()
    fill(store, on, lines)
    return store


def memory(on: date, lines: tuple[str, ...]) -> MemoryStore:
    """A store with everything that is there before the first truck; made once and copied."""
    store, filled = MemoryStore(), _filled(on, lines)._content
    content = store._content
    content.tables = {kind: dict(rows) for kind, rows in filled.tables.items()}
    content.log, content.answers = list(filled.log), dict(filled.answers)
    return store


# Letters of plates that Cyrillic has too.
_LETTERS, _CYRILLIC = "ACEHKMPTXY", "АСЕНКМРТХУ"
_ALIKE = str.maketrans(_LETTERS, _CYRILLIC)
# How people write a plate of a known format: as it is, in lower case, with spaces, in Cyrillic letters,
# with the nation's letters, with a letter for a digit, without the zero of the region.
_SLIPS: tuple[Callable[[str], str], ...] = (
    lambda plate: plate,
    str.lower,
    lambda plate: f" {plate[:3]} {plate[3:6]}  {plate[6:]}",
    lambda plate: plate.translate(_ALIKE),
    lambda plate: f"kz {plate[:3]}-{plate[3:]}",
    lambda plate: plate.replace("0", "O"),
    lambda plate: plate[:6] + plate[7:],
)


def plate_of(n: int) -> tuple[str, str]:
    """Country and plate of the n-th truck: of a known format, or of a country of which none is known."""
    if n % 3:
        return "KZ", f"{n % 1000:03d}T{_LETTERS[n // 1000 % len(_LETTERS)]}T02"
    return "DE", vehicle(n).plate


def number_of(truck: Vehicle) -> int:
    """Which truck it is, whatever was typed for its plate: its driver has one phone."""
    return int(truck.phone[-5:])


def typed(n: int, way: int) -> Vehicle:
    """The n-th truck in one of the ways in which people type its plate and VIN."""
    truck, (country, plate) = vehicle(n), plate_of(n)
    if country == "KZ":
        written = _SLIPS[way % len(_SLIPS)](plate)
    else:
        written = (plate, plate.lower(), f"TST-{n:05d}", f" T S T {n:05d}")[way % 4]
    # A plate that names one truck is believed without a VIN.
    return replace(truck, country=country, plate=written, vin="" if way % 5 == 4 else truck.vin)
