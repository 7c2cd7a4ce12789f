"""Use cases that are shown on every store take it from here."""

from tests.storage.conftest import database, file, memory, path, shared, store

__all__ = ["database", "file", "memory", "path", "shared", "store"]
