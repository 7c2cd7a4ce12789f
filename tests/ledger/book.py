"""A small log with its ledger, on any store, at a time that the test sets."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from kezek.app.log.export import lines
from kezek.app.log.ledger import Ledger
from kezek.app.log.proof import Proofs
from kezek.app.port import Store
from kezek.crypto.log.checkpoint_note import Witness
from kezek.crypto.log.head_signer import LogNotary
from kezek.crypto.log.published import PublishedHeads
from kezek.crypto.signing import SigningKey
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.instant import MINUTE, Moment
from tests.world import BEGIN

KEY = SigningKey(bytes(range(32)))
OTHER_KEY = SigningKey(b"x" * 32)
WITNESS_KEY = SigningKey(b"w" * 32)
WITNESS = Witness("witness.example/union", WITNESS_KEY.public)
ORIGIN = "queue.example"


class Chance:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def between(self, low: int, high: int) -> int:
        return self._random.randint(low, high)

    def secret(self, size: int) -> bytes:
        return self._random.randbytes(size)


@dataclass
class Book:
    """`folder` holds the published heads and the public key; `real` is what the clock says."""

    store: Store
    folder: Path
    key: SigningKey = KEY
    seed: int = 1
    real: int = BEGIN
    ledger: Ledger = field(init=False)
    proofs: Proofs = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.restart()

    def now(self) -> Moment:
        return Moment(self.real, self.real)

    def restart(self) -> None:
        """A new process: nothing is known but what is kept."""
        notary = LogNotary(self.key, [WITNESS])
        shelf = PublishedHeads(self.folder / "heads")
        self.ledger = Ledger(self.store, self, Chance(self.seed), notary, shelf, ORIGIN)
        self.proofs = Proofs(self.store)
        (self.folder / "log.pem").write_bytes(self.key.public.pem())

    def append(self, count: int) -> None:
        """Events of invented bookings, one line, three events a booking."""
        first = self.store.reader.last_position() + 1
        events = [
            Logged(
                n,
                BEGIN + n,
                self.real,
                ("driver_added", "password_set", "granted")[n % 3],
                f"account:{n % 7}",
                "kz_a.exit",
                n // 3,
                f'{{"n":{n}}}',
            )
            for n in range(first, first + count)
        ]
        with self.store.unit() as unit:
            unit.save({}, events, [])

    def minute(self) -> int:
        """A minute goes by; the number of events sealed."""
        self.real += MINUTE
        return self.ledger.tick()

    def grow(self, *counts: int) -> None:
        """Some minutes with so many events each."""
        for count in counts:
            self.append(count)
            self.minute()

    def export(self, path: Path) -> Path:
        path.write_text("".join(lines(self.proofs)), encoding="utf-8")
        return path
