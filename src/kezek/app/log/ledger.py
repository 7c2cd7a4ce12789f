"""The ledger: seals the log into its tree, signs a head of it once a minute, and publishes it.

The ledger is a consumer of the log, unknown to the desk.  Once a second it hashes committed events in
bulk and writes the hashes in a transaction of its own, so a booking never waits for a hash.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Hashable, Sequence
from typing import Any, Protocol

from kezek.app.feed.consumer import ConsumerPosition
from kezek.app.port import POSITION_MAX, Chance, Clock, Conflict, Fault, Reader, Store
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Counter, Row
from kezek.domain.kernel.instant import MINUTE, SECOND, Instant
from kezek.domain.log import merkle
from kezek.domain.log.head import Cosignature, Head, SignedHead
from kezek.domain.log.leaf import SECRET_BYTES, Salt, leaf_of, salt_of, text_of
from kezek.domain.log.merkle import HASH_BYTES
from kezek.domain.log.tree import CompactRange, Read, nodes
from kezek.domain.recovery.resume import GIVEN_UP

log = logging.getLogger("kezek.ledger")

# Events sealed under one lock of the store: a tenth of a second's work, more than a desk decides in one.
PIECE = 16_384
ORIGIN = "log_origin"


class Forked(Fault):
    """The database is not the one whose heads were published; signing on would forge a history."""

    permanent = True


class Behind(Forked):
    """The database lacks events of a published head: those behind its own end are lost."""


class HeadSigner(Protocol):
    """Signs with the log's key, and reads what it signed."""

    def sign(self, origin: str, head: Head) -> str:
        """The signed note of a head."""

    def read(self, note: str) -> Head | None:
        """The head of a note that this key has signed, None for any other."""

    def claimed(self, note: str) -> Head | None:
        """The head that a note names, with any signature; None where it is no note."""

    def witnessed(self, note: str) -> tuple[Cosignature, ...]:
        """The valid lines of known witnesses under a note that this key has signed."""

    def erase(self, number: int) -> bytes:
        """The signature that replaces an erased salt."""

    def public_key(self, origin: str) -> tuple[str, str]:
        """The public key, as PEM and as the vkey of signed notes."""


class HeadPublisher(Protocol):
    """The public place for heads."""

    def newest(self) -> str | None:
        """The last published note."""

    def put(self, head: Head, note: str) -> None:
        """Publish a head; repeating it changes nothing."""

    def put_key(self, pem: str, vkey: str) -> None:
        """Publish the public key."""

    def give_up(self, head: Head) -> None:
        """Move a head that was given up to where `newest` does not find it."""


class Ledger:
    """A consumer of the log with its work in the same store, so that the tree's size is its progress.

    Each process has one; of several on one store, the holder of its name seals, the others at their end.
    """

    name = "ledger"

    def __init__(
        self,
        store: Store,
        clock: Clock,
        chance: Chance,
        notary: HeadSigner,
        shelf: HeadPublisher,
        issuer: str,
    ) -> None:
        self._store, self._clock, self._chance = store, clock, chance
        self._notary, self._shelf, self._issuer = notary, shelf, issuer
        self._lock = threading.Lock()
        self._signed_at: Instant | None = None
        # Why the last attempt to sign failed, None when it did not.
        self.fault: Fault | None = None
        # Why no number may be given out, None when they may.
        self.behind: Behind | None = None
        self._key_out = False

    @property
    def origin(self) -> str:
        """The log's name, set by its first head and kept when the server's address changes."""
        return self._store.setting(ORIGIN) or self._issuer

    @property
    def piece(self) -> int:
        return PIECE

    def begins(self, reader: Reader) -> int:
        """The end of the sealed events."""
        return reader.tree_size()

    def consume(self, events: Sequence[Logged]) -> None:
        """Seal up to the last of these events; those sealed by another process are skipped."""
        with self._lock:
            while self._store.reader.tree_size() < events[-1].position:
                if not self._seal(events):
                    raise Conflict("the log is sealed by somebody else at this moment")

    def sign(self, *, last: bool = False) -> None:
        """Sign a head of the sealed events if a minute is over or this is the last time."""
        with self._lock:
            self._sign_in_time(last=last)

    def tick(self, *, last: bool = False) -> int:
        """Seal a piece of the new events (all of them if this is the last time) and sign as `sign` does;
        the number of events sealed.
        """
        with self._lock:
            sealed = self._seal_all() if last else self._seal()
            self._sign_in_time(last=last)
            return sealed

    def _sign_in_time(self, *, last: bool) -> None:
        now = self._clock.now().real
        # The absolute difference counts: a clock that was turned back must not stop the heads.
        if last or self._signed_at is None or abs(now - self._signed_at) >= MINUTE:
            # Set before the attempt, so that a failed one is repeated in a minute, not in a second.
            self._signed_at = now
            try:
                self._sign(now)
            except Fault as fault:
                self.fault = fault
                raise
            self.fault = None

    def look(self) -> None:
        """Check, before anything is decided, that this database knows every published head."""
        with self._lock:
            try:
                self._hold_against_shelf()
            except Behind as fault:
                self.fault = fault

    def lost(self) -> Head | None:
        """The newest published head that this database lacks; None when there is none, or when this
        log's key has not signed it.
        """
        out = self._shelf.newest()
        return None if out is None or self._knows(out) else self._notary.read(out)

    def seal(self) -> int:
        """Seal everything there is, without a head; the number of events."""
        with self._lock:
            return self._seal_all()

    def erase(self, number: int) -> bool:
        """Erase the salt of a booking's leaves for good; False when it has none."""
        with self._lock, self._store.unit() as unit:
            salt = unit.get(Salt, number) if number else None
            if salt is None:
                return False
            if not salt.erased:
                unit.save(_rows([Salt(number, self._notary.erase(number))]), [], [])
            return True

    def cosign(self, note: str) -> int:
        """Store the valid lines of known witnesses under one of our heads; how many there are."""
        found = self._notary.witnessed(note)
        if not found:
            return 0
        # Anybody may send a served note back, so stored lines are not written again.
        reader = self._store.reader
        if all(reader.get(Cosignature, line.key) == line for line in found):
            return len(found)
        with self._lock, self._store.unit() as unit:
            head = unit.get(SignedHead, found[0].head)
            if head is None or _text(head.note) != _text(note):
                return 0
            kept = [line for line in found if unit.get(Cosignature, line.key) is None]
            if kept:
                unit.save(_rows(kept), [], [])
        return len(found)

    def contradicted(self) -> int:
        """1 if the newest head contradicts the present tree, else 0."""
        reader = self._store.reader
        last = newest(reader)
        if last is None:
            return 0
        head = self._notary.read(last.note)
        if head is None or head.size != last.size or head.size > reader.tree_size():
            return 1
        return int(merkle.root(head.size, nodes(read_of(reader))) != head.root)

    def _seal_all(self) -> int:
        # A commit under way, of this process or another, is not to be read yet: the turn to write comes
        # after it.
        with self._store.unit():
            pass
        sealed = 0
        while piece := self._seal():
            sealed += piece
        return sealed

    def _seal(self, read: Sequence[Logged] = ()) -> int:
        """Seal a piece; 0 when all committed events are sealed, by any process.  `read` are events that
        were read already.
        """
        reader, tried = self._store.reader, -1
        while (size := reader.tree_size()) > tried and (events := _after(size, read, reader)):
            tried = size
            secrets, salts = self._secrets(events, reader)
            growth = CompactRange.of(size, read_of(reader))
            leaves = [
                leaf_of(salt_of(secrets[event.number], event.position), text_of(event))
                for event in events
            ]
            stretches = growth.add(leaves)
            with self._store.unit() as unit:
                if unit.get(type(stretches[0]), stretches[0].key) is None:
                    # In the same transaction, so that the position always equals the tree's size.
                    done = ConsumerPosition(self.name, events[-1].position)
                    unit.save(_rows([*salts, *stretches, done]), [], [])
                    return len(events)
            # Another process was quicker, perhaps with fewer events than there are here: look again,
            # as long as that shows something new.
        return 0

    def _secrets(
        self, events: Sequence[Logged], reader: Reader
    ) -> tuple[dict[int, bytes], list[Salt]]:
        """The secret of each booking, and the salts that are new."""
        numbers = sorted({event.number for event in events})
        kept = reader.many(Salt, numbers)
        fresh = [number for number in numbers if number not in kept]
        chance = self._chance.secret(SECRET_BYTES * len(numbers))
        drawn = {n: chance[at * SECRET_BYTES :][:SECRET_BYTES] for at, n in enumerate(numbers)}
        # An erased booking stays erased: its later events get a secret that is not stored.
        known = {salt.number: salt.secret for salt in kept.values() if not salt.erased}
        return {**drawn, **known}, [Salt(n, drawn[n]) for n in fresh]

    def _sign(self, now: Instant) -> None:
        self._trust()
        self._sign_growth(now)
        self._lay_out()

    def _sign_growth(self, now: Instant) -> None:
        reader, tried = self._store.reader, 0
        while True:
            size, last = reader.tree_size(), newest(reader)
            number = last.number + 1 if last else 1
            if size <= (last.size if last else 0) or number <= tried:
                return
            tried = number
            before = self._notary.read(last.note) if last else None
            given_up = reader.get(Counter, GIVEN_UP)
            earliest = max(before.at if before else 0, given_up.last + SECOND if given_up else 0)
            head = Head(
                number=number,
                size=size,
                root=merkle.root(size, nodes(read_of(reader))),
                at=max(now // SECOND * SECOND, earliest),
            )
            if last is None:
                self._store.set_setting(ORIGIN, self._issuer)
            note = self._notary.sign(self.origin, head)
            with self._store.unit() as unit:
                if unit.get(SignedHead, head.number) is None:
                    unit.save(_rows([SignedHead(head.number, size, note)]), [], [])
                    return
            # Another process was quicker, perhaps with a smaller tree: look again, as above.

    def _trust(self) -> None:
        """Check before every signature that log and key are those of the heads so far.

        A database may go back while we run: by a failover to a standby without the newest rows.
        """
        reader = self._store.reader
        last = newest(reader)
        if last is not None and self._notary.read(last.note) is None:
            raise Forked(
                "the last head was signed with another key: put the right log-signing.pem back"
            )
        self._hold_against_shelf()
        if not self._key_out:
            self._shelf.put_key(*self._notary.public_key(self.origin))
            self._key_out = True

    def _hold_against_shelf(self) -> None:
        """Raise and note `behind` if this database lacks the newest published head; heads that an
        operator has given up are moved away.
        """
        given_up = self._store.reader.get(Counter, GIVEN_UP)
        while (out := self._shelf.newest()) is not None and not self._knows(out):
            shown = self._notary.read(out)
            if shown is None or given_up is None or shown.at > given_up.last:
                self.behind = Behind(
                    "a head was published that this database does not know: it was rolled back or "
                    "replaced, and no number is given out; restore a newer backup, or go on from here "
                    "with `kezek log continue` (docs/verify.md)"
                )
                raise self.behind
            self._shelf.give_up(shown)
        self.behind = None

    def _knows(self, note: str) -> bool:
        """Whether the database has the note's head.  The signature is not checked: with another key in
        the folder nothing is lost, and numbers go on.
        """
        head = self._notary.claimed(note)
        ours = self._store.reader.get(SignedHead, head.number) if head is not None else None
        return ours is not None and _text(ours.note) == _text(note)

    def _lay_out(self) -> None:
        """Every head that the folder lacks, in order: also those that this process, or another one,
        put into the database and could not lay out any more.
        """
        reader, out = self._store.reader, self._shelf.newest()
        last, shown = newest(reader), self._notary.claimed(out) if out is not None else None
        missing = reader.heads_before(POSITION_MAX, (last.number if last else 0) - _number(shown))
        for signed in reversed(missing):
            head = self._notary.read(signed.note)
            assert head is not None, "our own heads can be read"
            self._shelf.put(head, signed.note)


def newest(reader: Reader) -> SignedHead | None:
    """The last head, None before the first."""
    found = reader.heads_before(POSITION_MAX, 1)
    return found[0] if found else None


def read_of(reader: Reader) -> Read:
    """The stored hashes of a tier's range, concatenated."""

    def read(tier: int, first: int, past: int) -> bytes:
        stretches = reader.stretches(tier, first, past)
        hashes = b"".join(stretch.hashes for stretch in stretches)
        return hashes[: HASH_BYTES * (past - first)]

    return read


def _after(size: int, read: Sequence[Logged], reader: Reader) -> Sequence[Logged]:
    """Events above a position: from `read` where they follow it, else from the log."""
    rest = [event for event in read if event.position > size]
    return rest if rest and rest[0].position == size + 1 else reader.events(size, PIECE)


def _number(head: Head | None) -> int:
    return head.number if head else 0


def _text(note: str) -> str:
    return note.rpartition("\n\n")[0]


def _rows(rows: Sequence[Row]) -> dict[tuple[type[Any], Hashable], Row | None]:
    return {(type(row), row.key): row for row in rows}
