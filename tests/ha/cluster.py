"""Three nodes, each with etcd, Patroni and PostgreSQL as the system's packages have them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.cli.program import until
from tests.ha.grounds import HOUSE, NAMES, PEERS
from tests.storage.postgres.cluster import programs

SETUP = Path(__file__).parents[2] / "operation" / "patroni.yml"
PASSWORDS = {role: f"invented-{role}" for role in ("superuser", "replication", "rewind", "product")}
START_SECONDS = 120.0


class Node:
    """One machine.  `place` is the last number of its addresses."""

    def __init__(self, name: str, place: int, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.peer, self.address = f"{PEERS}.{place}", f"{HOUSE}.{place}"
        self.data = folder / "postgresql"
        folder.mkdir()
        shutil.chown(folder, "postgres", "postgres")
        self._log = (folder / "log").open("ab")
        self._patroni: subprocess.Popen[bytes] | None = None
        self._etcd: subprocess.Popen[bytes] | None = None

    def start_etcd(self) -> None:
        """Its member of the three that keep who is primary."""
        self._etcd = self._start("etcd", "--log-level", "error", **self.etcd_environment())

    def etcd_environment(self) -> dict[str, str]:
        """What operation/etcd.env says, for this node; the folder is the rig's."""
        every = ",".join(f"{name}=http://{PEERS}.{n}:2380" for n, name in enumerate(NAMES, 1))
        return {
            "ETCD_NAME": self.name,
            "ETCD_DATA_DIR": str(self.folder / "etcd"),
            "ETCD_LISTEN_CLIENT_URLS": f"http://{self.peer}:2379,http://127.0.0.1:2379",
            "ETCD_ADVERTISE_CLIENT_URLS": f"http://{self.peer}:2379",
            "ETCD_LISTEN_PEER_URLS": f"http://{self.peer}:2380",
            "ETCD_INITIAL_ADVERTISE_PEER_URLS": f"http://{self.peer}:2380",
            "ETCD_INITIAL_CLUSTER": every,
            "ETCD_INITIAL_CLUSTER_STATE": "new",
            "ETCD_INITIAL_CLUSTER_TOKEN": "kezek",
            "ETCD_ENABLE_V2": "true",
            "ETCD_HEARTBEAT_INTERVAL": "250",
            "ETCD_ELECTION_TIMEOUT": "2500",
        }

    def start(self) -> None:
        """Patroni, which starts PostgreSQL and makes it what it shall be."""
        self._patroni = self._start("patroni", str(SETUP), **self.environment())

    def environment(self) -> dict[str, str]:
        """What operation/patroni.env says, for this node."""
        return {
            "PATRONI_NAME": self.name,
            "PATRONI_ETCD_HOSTS": ",".join(f"{PEERS}.{n}:2379" for n in range(1, 4)),
            "PATRONI_RESTAPI_LISTEN": f"{self.peer}:8008",
            "PATRONI_RESTAPI_CONNECT_ADDRESS": f"{self.peer}:8008",
            "PATRONI_POSTGRESQL_LISTEN": "0.0.0.0:5432",
            "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"{self.peer}:5432",
            "PATRONI_POSTGRESQL_DATA_DIR": str(self.data),
            "PATRONI_POSTGRESQL_BIN_DIR": str(programs()),
            "PATRONI_POSTGRESQL_PGPASS": str(self.folder / "pgpass"),
            "PATRONI_SUPERUSER_USERNAME": "postgres",
            "PATRONI_SUPERUSER_PASSWORD": PASSWORDS["superuser"],
            "PATRONI_REPLICATION_USERNAME": "replicator",
            "PATRONI_REPLICATION_PASSWORD": PASSWORDS["replication"],
            "PATRONI_REWIND_USERNAME": "rewinder",
            "PATRONI_REWIND_PASSWORD": PASSWORDS["rewind"],
        }

    def _start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        # Sockets lie in a folder that each machine has for itself.
        own = "mount -t tmpfs -o mode=1777 tmpfs /run/postgresql && exec setpriv"
        as_postgres = '--reuid postgres --regid postgres --clear-groups -- "$@"'
        inside = ["ip", "netns", "exec", self.name, "sh", "-c", f"{own} {as_postgres}", "sh"]
        return subprocess.Popen(
            [*inside, *command],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **environment},
            start_new_session=True,
        )

    def processes(self) -> list[psutil.Process]:
        """Patroni and every process of this node's PostgreSQL."""
        found = [] if self._patroni is None else [psutil.Process(self._patroni.pid)]
        return [*found, *self.servers()]

    def servers(self) -> list[psutil.Process]:
        """The processes of this node's PostgreSQL: the one that holds the folder and its children."""
        with contextlib.suppress(FileNotFoundError, psutil.NoSuchProcess, ValueError, IndexError):
            first = (self.data / "postmaster.pid").read_text(encoding="ascii").splitlines()[0]
            postmaster = psutil.Process(int(first))
            if "postgres" in postmaster.name():
                return [postmaster, *postmaster.children(recursive=True)]
        return []

    def signal(self, number: signal.Signals, *, only: str = "") -> None:
        """To Patroni and PostgreSQL together, or to the server's processes whose title has a word."""
        for process in self.servers() if only else self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                if not only or only in " ".join(process.cmdline()):
                    process.send_signal(number)

    def kill(self) -> None:
        """As if the power went: nobody of it is asked."""
        self.signal(signal.SIGKILL)
        if self._patroni is not None:
            self._patroni.wait(30)
            self._patroni = None

    def close(self) -> None:
        """End everything of it, etcd too."""
        self.kill()
        if self._etcd is not None:
            self._etcd.kill()
            self._etcd.wait(30)
        self._log.close()

    def state(self) -> dict[str, Any]:
        """What Patroni says of itself, empty when it says nothing."""
        try:
            with urllib.request.urlopen(f"http://{self.peer}:8008/patroni", timeout=2) as answer:
                return json.loads(answer.read())
        except OSError:
            return {}

    @property
    def door(self) -> str:
        """The superuser's address of this node, whatever it is now."""
        password = PASSWORDS["superuser"]
        return f"postgresql://postgres:{password}@{self.address}/postgres?connect_timeout=3"


class Cluster:
    """All three, from nothing to a database of the product."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self.nodes = [Node(name, n, folder / name) for n, name in enumerate(NAMES, start=1)]

    def start(self) -> None:
        """Until one is the primary and the two others follow it."""
        for node in self.nodes:
            node.start_etcd()
        for node in self.nodes:
            node.start()
        self.whole()
        with psycopg.connect(self.primary().door, autocommit=True) as connection:
            password = PASSWORDS["product"]
            connection.execute(f"CREATE ROLE kezek LOGIN PASSWORD '{password}'".encode())
            connection.execute(
                b"CREATE DATABASE kezek OWNER kezek ENCODING 'UTF8' TEMPLATE template0"
            )

    def close(self) -> None:
        for node in self.nodes:
            node.close()

    @property
    def url(self) -> str:
        """The product's address of the database: every node is named."""
        hosts = ",".join(node.address for node in self.nodes)
        return f"postgresql://kezek:{PASSWORDS['product']}@{hosts}/kezek"

    def primary(self) -> Node:
        """The one that Patroni calls so; waits until there is one."""
        return until(self._primary, START_SECONDS)

    def _primary(self) -> Node | None:
        found = [node for node in self.nodes if node.state().get("role") in ("master", "primary")]
        return found[0] if len(found) == 1 else None

    def whole(self, *, synchronous: bool = True) -> None:
        """Wait until all three are there, and one of the two others is the synchronous one."""
        until(lambda: self._whole(synchronous), START_SECONDS)

    def _whole(self, synchronous: bool) -> bool:
        primary = self._primary()
        if primary is None:
            return False
        followers = primary.state().get("replication", [])
        streaming = [f for f in followers if f.get("state") == "streaming"]
        others = {f["application_name"] for f in streaming}
        # What the servers do is not enough: only a node that etcd names as synchronous may take over.
        kept = any(node.state().get("sync_standby") for node in self.nodes)
        return len(others) == len(self.nodes) - 1 and kept is synchronous

    def configure(self, **settings: Any) -> None:
        """Change what Patroni keeps in etcd, as `patronictl edit-config` does."""
        asked = urllib.request.Request(
            f"http://{self.primary().peer}:8008/config",
            data=json.dumps(settings).encode(),
            method="PATCH",
        )
        with urllib.request.urlopen(asked, timeout=10) as answer:
            assert answer.status == 200

    def moved(self, since: Node) -> Node:
        """The new primary, once another node than `since` is one."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            for node in self.nodes:
                if node is not since and node.state().get("role") in ("master", "primary"):
                    return node
            time.sleep(0.1)
        raise AssertionError("no node took over")
