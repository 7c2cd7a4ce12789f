"""The same commands to a store in memory and to PostgreSQL: the same answers, events and tables."""

from __future__ import annotations

from hypothesis import settings

from kezek.app.port import Store
from kezek.storage.postgres.store import PostgresStore
from tests.storage.network import loaded_database
from tests.storage.postgres.cluster import cluster
from tests.storage.test_side_by_side import SideBySide


class SideByServer(SideBySide):
    def opened(self) -> Store:
        self.database = loaded_database()
        return PostgresStore(cluster().url(self.database))

    def removed(self) -> None:
        cluster().drop(self.database)


SideByServer.TestCase.settings = settings(
    SideBySide.TestCase.settings, max_examples=12, stateful_step_count=40
)
TestSideByServer = SideByServer.TestCase
