"""A PostgreSQL server of the tests' own: made in a temporary folder, gone with the run.

The system's programs are used, no running server is touched.  Words sort by ICU's rules, not by their
bytes, so that what must not depend on the server's language is seen not to.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path

import psutil
import psycopg
import pytest

from kezek.storage.postgres.store import PostgresStore

LEAST = 15
PROGRAMS = Path("/usr/lib/postgresql")
USER, PASSWORD = "kezek", "invented-pass/word%1"
SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0777",
    "autovacuum_naptime": "10s",
    "log_error_verbosity": "terse",
}


def programs() -> Path:
    """The newest server of the system; a test that needs it and has none fails with its name."""
    found = [p for p in PROGRAMS.glob("*/bin/postgres") if int(p.parts[-3]) >= LEAST]
    if not found:
        pytest.fail("PostgreSQL is missing. Install it with:  apt-get install -y postgresql")
    return max(found, key=lambda p: int(p.parts[-3])).parent


class Cluster:
    """A server with a socket in its folder and a port on the loopback address."""

    def __init__(self, inside: Path | None = None, **settings: str) -> None:
        """Its folder is made `inside` another one; `settings` hold at every start."""
        self.programs = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="kezek-pg-", dir=inside))
        self._settings = SETTINGS | settings
        self.port = _free_port()
        self._user = _unprivileged()
        self._numbers = count(1)
        self._server: subprocess.Popen[bytes] | None = None
        self._make()
        self.start()
        atexit.register(self.remove)

    def _make(self) -> None:
        password = self.folder / "password"
        password.write_text(PASSWORD + "\n")
        if self._user:
            for path in (self.folder, password):
                shutil.chown(path, self._user, self._user)
        self.run(
            "initdb", "--pgdata", str(self.data), "--username", USER, "--pwfile", str(password),
            "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--no-sync",
            "--locale-provider=icu", "--icu-locale=und", "--locale=C.UTF-8",
        )  # fmt: skip

    @property
    def data(self) -> Path:
        return self.folder / "cluster"

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._as,
        )

    @property
    def _as(self) -> dict[str, object]:
        # The server refuses to run as the superuser.
        return {"user": self._user, "group": self._user, "extra_groups": []} if self._user else {}

    def start(self, **settings: str) -> None:
        """Start, and wait until it answers."""
        place = {"port": str(self.port), "unix_socket_directories": str(self.folder)}
        wanted = {**self._settings, **place, **settings}
        options = [part for name, value in wanted.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            # Should the run be killed, the server goes with it.
            command = ["setpriv", "--pdeathsig", "QUIT", "--", str(self.programs / "postgres")]
            self._server = subprocess.Popen(
                [*command, "-D", str(self.data), *options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self._as,
            )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                if self._server.poll() is not None:
                    break
                time.sleep(0.05)
        pytest.fail(f"the server does not start:\n{(self.folder / 'log').read_text()[-2000:]}")

    def stop(self, how: str = "fast") -> None:
        """Stop: `fast` in order, `immediate` like a crash."""
        if self._server is not None and self._server.poll() is None:
            self.run("pg_ctl", "stop", "--pgdata", str(self.data), "--mode", how)
            self._server.wait(30)

    @property
    def alive(self) -> bool:
        """Whether the server runs; it may be busy with its recovery."""
        return self._server is not None and self._server.poll() is None

    def kill(self) -> None:
        """End the server and all that it has started with -9, as if the machine had lost them."""
        assert self._server is not None, "what is killed was started"
        with suppress(psutil.NoSuchProcess):
            server = psutil.Process(self._server.pid)
            whole = [server, *server.children(recursive=True)]
            for one in whole:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            # The next start asks whether anybody still has the shared memory.
            psutil.wait_procs(whole[1:], 30)
        self._server.wait(30)

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Over the socket, where everybody is believed."""
        return f"postgresql://{USER}@/{database}?host={self.folder}&port={self.port}"

    def address(self, database: str, user: str = USER, password: str = PASSWORD) -> str:
        """Over TCP, with a password."""
        quoted = password.replace("%", "%25").replace("/", "%2F")
        return f"postgresql://{user}:{quoted}@127.0.0.1:{self.port}/{database}"

    def sql(self, database: str, *statements: str) -> list[tuple]:
        """Run as the superuser, past the product; the last one's rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def empty(self, options: str = "") -> str:
        """A new database with nothing in it; its name."""
        name = f"test{next(self._numbers)}"
        self.sql("postgres", f"CREATE DATABASE {name} {options}")
        return name

    def fresh(self) -> str:
        """A new database with the schema; its name."""
        return self.empty(f"TEMPLATE {self._template()}")

    @cache  # noqa: B019 - one cluster a run
    def _template(self) -> str:
        name = self.empty()
        PostgresStore(self.url(name)).close()
        return name

    def drop(self, name: str) -> None:
        self.sql("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@cache
def cluster() -> Cluster:
    """One for all tests of a run's worker."""
    return Cluster()


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _unprivileged() -> str:
    if os.geteuid() != 0:
        return ""
    # Debian's package makes this user for exactly that.
    return pwd.getpwnam("postgres").pw_name
