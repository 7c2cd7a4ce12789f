"""One thread of one process works under a name, whatever the store."""

from __future__ import annotations

import pytest

from kezek.app.port import Store, StoreFault
from kezek.storage.postgres.store import PostgresStore
from tests.storage.postgres.cluster import cluster


def test_a_name_is_held_once_and_let_go_of(store: Store):
    with store.hold("sender") as first:
        assert first is not None
        assert first()
        with store.hold("sender") as second, store.hold("other") as other:
            assert second is None
            assert other is not None
        with store.hold("sender") as third:
            assert third is None, "who was refused has let go of nothing"
    with store.hold("sender") as again:
        assert again is not None


def test_another_process_waits_until_the_holder_lets_go(shared: PostgresStore, database: str):
    other = PostgresStore(cluster().url(database))
    try:
        with shared.hold("sender") as first:
            assert first is not None
            with other.hold("sender") as second:
                assert second is None
        with other.hold("sender") as second:
            assert second is not None
    finally:
        other.close()


def test_a_process_that_ends_lets_go(shared: PostgresStore, database: str):
    other = PostgresStore(cluster().url(database))
    with other.hold("sender") as first:
        assert first is not None
        other.close()
        assert not first()
        with shared.hold("sender") as second:
            assert second is not None


def test_who_loses_the_connection_hears_that_the_name_is_lost(shared: PostgresStore, database: str):
    other = PostgresStore(cluster().url(database))
    try:
        with shared.hold("sender") as first:
            assert first is not None
            connection = shared._holds._connection
            connection.close()
            with other.hold("sender") as second:
                assert second is not None
                with pytest.raises(StoreFault):
                    first()
    finally:
        other.close()
