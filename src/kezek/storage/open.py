"""Opens the store of an address."""

from __future__ import annotations

from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Protocol

from kezek.app.installation.snapshot import NOT_EMPTY, Bare, Counting, NotEmpty, Whole
from kezek.app.port import StoreFault
from kezek.domain.log.head import SignedHead


class Database(Whole, Protocol):
    """A store with a schema."""

    def schema(self, *, contracted: bool = False) -> str:
        """The schema's step, after the contracting steps if `contracted`."""


class UnknownAddress(StoreFault):
    """The address names no kind of store."""

    permanent = True


_ADDRESSES = "a store's address is `sqlite:PATH` or `postgresql://USER@HOST/DATABASE`"


def open_store(url: str) -> Database:
    """`sqlite:PATH` keeps everything in a file, made when missing;
    `postgresql://USER@HOST/DATABASE` shares it with other processes and machines.

    Raises a StoreFault that says what to do when the store cannot be used.
    """
    kind, _, path = url.partition(":")
    # Each is loaded only when asked for: neither needs the other's driver.
    if kind == "sqlite" and path:
        from kezek.storage.sqlite.store import SqliteStore  # noqa: PLC0415

        return SqliteStore(path)
    if kind == "postgresql" and path.startswith("//"):
        from kezek.storage.postgres.store import PostgresStore  # noqa: PLC0415

        return PostgresStore(url)
    raise UnknownAddress(_ADDRESSES)


def migrate(url: str, *, contracted: bool) -> str:
    """Bring a database's schema to this release; its step.

    After `contracted`, servers of the release before can no longer work on it.
    """
    with closing(open_store(url)) as store:
        return store.schema(contracted=contracted)


def open_snapshot(url: str, *, alone: bool = False) -> AbstractContextManager[Counting]:
    """The present content of a database, read without any change, also of its schema.

    With `alone` no other process may work on it meanwhile: Served when one does.
    """
    kind, _, path = url.partition(":")
    if kind == "sqlite" and path:
        from kezek.storage.sqlite import whole as file  # noqa: PLC0415

        return file.open_snapshot(Path(path), alone=alone)
    if kind == "postgresql" and path.startswith("//"):
        from kezek.storage.postgres import whole as database  # noqa: PLC0415

        return database.open_snapshot(url, alone=alone)
    raise UnknownAddress(_ADDRESSES)


def examined(url: str, head: int) -> tuple[str, SignedHead | None]:
    """The step of a database that a start would serve, and a head of it by number; changes nothing.

    A StoreFault is that of the start, and Bare means an empty database.  An older schema is no fault,
    because a start migrates it.
    """
    kind, _, path = url.partition(":")
    if kind == "sqlite":
        from kezek.storage.sqlite import whole as file  # noqa: PLC0415

        return file.examined(Path(path), head)
    from kezek.storage.postgres import whole as database  # noqa: PLC0415

    return database.examined(url, head)


def refuse_filled(url: str) -> None:
    """NotEmpty when a database holds any row; changes nothing, also not its schema."""
    kind, _, path = url.partition(":")
    if kind == "sqlite" and not Path(path).exists():
        return
    try:
        with open_snapshot(url) as snapshot:
            if any(snapshot.count(kind) for kind in snapshot.kinds):
                raise NotEmpty(NOT_EMPTY)
    except Bare:
        return
