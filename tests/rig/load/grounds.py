"""Where a rig runs: one process on SQLite, several on PostgreSQL, two machines on one PostgreSQL."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import psycopg.rows

from tests.cli.program import until
from tests.mutation.plant import environment
from tests.rig.check.tables import Tables, read_postgresql, read_sqlite
from tests.rig.fault.clock import Clock
from tests.rig.fault.disk import Disk
from tests.rig.fault.link import Link
from tests.rig.load.installation import SETTINGS, People, install
from tests.rig.load.server import Server
from tests.storage.postgres.cluster import Cluster

SQLITE_DISK_MB, POSTGRESQL_DISK_MB = 64, 400
# A commit that nobody waits for stays in memory for long, so that a kill shows that nobody did.
KEPT = {"min_wal_size": "32MB", "max_wal_size": "96MB", "wal_writer_delay": "10s"}
# Servers, and processes of each.
SHAPES = {"sqlite": (1, 1), "postgresql": (1, 2), "machines": (2, 1)}


class Ground:
    """Servers and their database, with every part that can be made to fail."""

    def __init__(self, name: str, folder: Path, faults: frozenset[str], planted: str = "") -> None:
        """`planted` is a fault that the servers have, see tests/mutation."""
        self._planted = environment(planted) if planted else {}
        self.name, self.folder = name, folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._ending = ExitStack()
        self.cluster: Cluster | None = None
        self.database_link: Link | None = None
        self.disk: Disk | None = None
        self.servers: list[Server] = []
        try:
            self._build(small_disk="disk" in faults, clocks="clock" in faults)
        except BaseException:
            self.close()
            raise

    def _build(self, *, small_disk: bool, clocks: bool) -> None:
        embedded = self.name == "sqlite"
        if small_disk:
            self.disk = Disk(SQLITE_DISK_MB if embedded else POSTGRESQL_DISK_MB)
            self._ending.callback(self.disk.remove)
        room = self.disk.folder if self.disk else None
        first = (room if embedded and room else self.folder) / "server1"
        inside, through = self._database(room, first)
        first.mkdir()
        self.people: People = install(first, inside)
        self.before: Tables = self.tables()
        servers, workers = SHAPES[self.name]
        folders = [first, *(self.folder / f"server{n + 1}" for n in range(1, servers))]
        for other in folders[1:]:
            shutil.copytree(first, other)
        settings = SETTINGS | {"KEZEK_DATABASE": through} | self._planted
        for n, folder in enumerate(folders, 1):
            # Each machine has its own clock.
            clock = Clock(self.folder / f"clock{n}") if clocks else None
            server = Server(folder, settings, workers=workers, clock=clock)
            self._ending.callback(server.close)
            self.servers.append(server)
        self.heads = [folder / "heads" for folder in folders]

    def _database(self, room: Path | None, first: Path) -> tuple[str, str]:
        """Its address past all links and through the one that fails."""
        if self.name == "sqlite":
            self._file = first / "kezek.db"
            return "", ""
        self.cluster = cluster = Cluster(room, **KEPT)
        self._ending.callback(cluster.remove)
        self._database_name = name = cluster.empty()
        self.database_link = link = Link(cluster.port)
        self._ending.callback(link.close)
        address = cluster.address(name)
        return cluster.url(name), address.replace(f":{cluster.port}/", f":{link.port}/")

    def tables(self) -> Tables:
        """Every row that counts, read past the product."""
        if self.cluster is None:
            return read_sqlite(self._file)
        return read_postgresql(self.cluster.url(self._database_name))

    def backends(self) -> list[int]:
        """The database's processes that serve our servers; none while it recovers."""
        assert self.cluster is not None, "only PostgreSQL has processes of its own"
        asked = "SELECT pid FROM pg_stat_activity WHERE application_name = 'kezek'"
        with suppress(psycopg.Error):
            return sorted(pid for (pid,) in self.cluster.sql("postgres", asked))
        return []

    def start_what_is_down(self) -> None:
        """As the system's own watchman would: whatever has ended is started again."""
        if self.cluster is not None:
            if not self.cluster.alive:
                self.cluster.start()
            self._wait_for_database()
        for server in self.servers:
            if not server.alive:
                server.start()

    def _wait_for_database(self) -> None:
        """A recovery may be under way."""

        def answers() -> bool:
            with suppress(psycopg.Error):
                self.cluster.sql("postgres", "SELECT 1")
                return True
            return False

        until(answers)

    def close(self) -> None:
        self._ending.close()


def rest(tables: Callable[[], Tables], at: int, seconds: float) -> None:
    """Until all is done that time alone had made due at an instant, or patience ends."""
    end = time.monotonic() + seconds
    while _due(tables(), at) and time.monotonic() < end:
        time.sleep(0.5)


def _due(tables: Tables, at: int) -> bool:
    rows = [*tables["return"], *tables["booking"]]
    return any(row["look_at"] is not None and row["look_at"] <= at for row in rows)
