"""A store between whose steps everything may end, and which tells what it has committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kezek.app.port import Conflict, OutcomeUnknown, Store, StoreFault


class Crash(BaseException):
    """The process ends here: nothing of it goes on, whatever it was about to do."""


class Brittle:
    """Stands before a store.  `step` is asked at every step of a write and may raise; `committed`
    hears the events and the changed rows of each commit, before anybody else does.
    """

    def __init__(
        self, store: Store, step: Callable[[str], None], committed: Callable[[list, dict], None]
    ) -> None:
        self._store, self._step, self._committed = store, step, committed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def unit(self) -> Iterator[Any]:
        self._step("begin")
        saved: list[tuple[dict, list]] = []
        with self._store.unit() as unit:
            keep = unit.save

            def save(changed: dict, events: list, answers: list) -> None:
                self._step("save")
                keep(changed, events, answers)
                saved.append((dict(changed), list(events)))

            unit.save = save
            yield unit
            self._step("commit")
        for changed, events in saved:
            self._committed(events, changed)
        self._step("committed")


# Where, and what the world may do there: nothing is kept, or nobody knows.
FAULTS: dict[str, type[StoreFault]] = {
    "begin": StoreFault,
    "save": StoreFault,
    "commit": Conflict,
    "committed": OutcomeUnknown,
}
