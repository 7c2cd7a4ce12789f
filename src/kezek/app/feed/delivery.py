"""The delivery of the log to one consumer, as plain steps without a thread."""

from __future__ import annotations

from kezek.app.feed.consumer import BeyondLog, Consumer, ConsumerPosition, PositionMoved
from kezek.app.port import Store


class Delivery:
    """Reads the events behind the consumer's position, hands them over, and moves the position."""

    def __init__(self, store: Store, consumer: Consumer) -> None:
        self._store, self.consumer = store, consumer

    @property
    def name(self) -> str:
        return self.consumer.name

    def step(self) -> int:
        """Hand over the next piece; how many events it had, 0 when all are read.

        The consumer's exceptions pass through, and the position stays.
        """
        reader = self._store.reader
        position = self._position()
        events = reader.events(position, self.consumer.piece)
        if not events:
            if position > reader.last_position():
                raise BeyondLog(
                    f"the consumer {self.name!r} stands at position {position}, and the log ends before "
                    f"it: set it back with `kezek feed set {self.name} POSITION` while no server runs"
                )
            return 0
        self.consumer.consume(events)
        self._move(position, events[-1].position)
        return len(events)

    def _position(self) -> int:
        """The consumer's position; one that the store does not know begins now."""
        kept = self._store.reader.get(ConsumerPosition, self.name)
        if kept is None:
            begun = ConsumerPosition(self.name, self.consumer.begins(self._store.reader))
            with self._store.unit() as unit:
                kept = unit.get(ConsumerPosition, self.name)
                if kept is None:
                    unit.save({(ConsumerPosition, self.name): begun}, [], [])
                    kept = begun
        return kept.position

    def _move(self, before: int, position: int) -> None:
        kept = self._store.reader.get(ConsumerPosition, self.name)
        if kept is not None and kept.position == position:
            # The consumer has moved it together with its work.
            return
        with self._store.unit() as unit:
            kept = unit.get(ConsumerPosition, self.name)
            if kept is None or kept.position not in (before, position):
                raise PositionMoved(f"somebody has moved the position of {self.name!r} meanwhile")
            moved = ConsumerPosition(self.name, position)
            unit.save({(ConsumerPosition, self.name): moved}, [], [])
