"""One address, one store."""

from __future__ import annotations

from kezek.app.port import Store, StoreFault
from kezek.storage.memory import MemoryStore


class UnknownAddress(StoreFault):
    """The address names no kind of store."""

    permanent = True


def open_store(url: str) -> Store:
    """`memory:` forgets everything at the end; `sqlite:PATH` keeps it in a file, made when missing.

    Raises a StoreFault that says what to do when the file cannot be used.
    """
    kind, _, path = url.partition(":")
    if kind == "memory" and not path:
        return MemoryStore()
    if kind == "sqlite" and path:
        # Loaded only when asked for: the memory store needs no database.
        from kezek.storage.sqlite.store import SqliteStore  # noqa: PLC0415

        return SqliteStore(path)
    raise UnknownAddress("a store's address is `memory:` or `sqlite:PATH`")
