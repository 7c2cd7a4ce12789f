"""One address, one store."""

from __future__ import annotations

from kezek.app.port import StoreFault
from kezek.app.snapshot import Whole
from kezek.storage.memory import MemoryStore


class UnknownAddress(StoreFault):
    """The address names no kind of store."""

    permanent = True


def open_store(url: str) -> Whole:
    """`memory:` forgets everything at the end; `sqlite:PATH` keeps it in a file, made when missing;
    `postgresql://USER@HOST/DATABASE` shares it with other processes and machines.

    Raises a StoreFault that says what to do when the store cannot be used.
    """
    kind, _, path = url.partition(":")
    if kind == "memory" and not path:
        return MemoryStore()
    # Each is loaded only when asked for: the memory store needs no database.
    if kind == "sqlite" and path:
        from kezek.storage.sqlite.store import SqliteStore  # noqa: PLC0415

        return SqliteStore(path)
    if kind == "postgresql" and path.startswith("//"):
        from kezek.storage.postgres.store import PostgresStore  # noqa: PLC0415

        return PostgresStore(url)
    raise UnknownAddress(
        "a store's address is `memory:`, `sqlite:PATH` or `postgresql://USER@HOST/DATABASE`"
    )
