"""The durable feed: every consumer on a thread of its own, beside the desk and the event loop.

The process that holds a consumer's name runs it; the others wait until it lets go or ends.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from kezek.app.feed.consumer import Consumer
from kezek.app.feed.delivery import Delivery
from kezek.app.port import Fault, Store, StoreFault

log = logging.getLogger("kezek.feed")

LOOK_SECONDS = 1.0
# The longest pause between two tries of a failing consumer: one second at first, then doubled.
PAUSE_SECONDS_MAX = 60.0
STOP_SECONDS = 10.0


class DurableFeed:
    """`beat` hears the name of each consumer whenever nothing keeps it from working."""

    def __init__(
        self,
        store: Store,
        consumers: Sequence[Consumer],
        beat: Callable[[str], None] = lambda _: None,
    ) -> None:
        names = [consumer.name for consumer in consumers]
        assert len(names) == len(set(names)), "a consumer's name is its own"
        self._store, self._beat = store, beat
        self._deliveries = [Delivery(store, consumer) for consumer in consumers]
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start the threads and return at once."""
        for delivery in self._deliveries:
            thread = threading.Thread(
                target=self._run, args=(delivery,), name=f"feed {delivery.name}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Return once the current pieces are done; one that hangs ends with the process."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(STOP_SECONDS)

    def _run(self, delivery: Delivery) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                with self._store.hold(delivery.name) as held:
                    if held is None:
                        # Another process works as it: nothing keeps this one from working.
                        self._beat(delivery.name)
                    while held is not None and held() and not self._stopping.is_set():
                        worked = delivery.step()
                        failures = 0
                        self._beat(delivery.name)
                        if not worked:
                            self._stopping.wait(LOOK_SECONDS)
            except StoreFault as fault:
                # The database's, not the consumer's: it is looked for again at once.
                log.warning("the feed will try again: %s", fault)
            except Fault as fault:
                failures += 1
                log.warning("the consumer %s will be tried again: %s", delivery.name, fault)
            except Exception:
                failures += 1
                # The others must go on, and bookings anyway.
                log.exception("the consumer %s stumbled and will be tried again", delivery.name)
            self._stopping.wait(pause(failures))


def pause(failures: int) -> float:
    """Seconds until the next try after so many failures in a row."""
    return min(PAUSE_SECONDS_MAX, LOOK_SECONDS * 2.0 ** min(failures, 10))
