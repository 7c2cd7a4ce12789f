"""The same booking as one SQL function a transaction: what the desk on PostgreSQL is held against.

Its SQL is in sql/, so that anybody can see that it does the same work and no less.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.storage.postgres.cluster import Cluster

SQL = Path(__file__).parent / "sql"
CLIENTS = 32
PLACES = 30_000
PLACES_EACH = 1_000_000_000


def prepared(cluster: Cluster) -> str:
    """A database with the reference's schema and places nobody can use up; its name."""
    name = cluster.empty()
    cluster.sql(
        name,
        (SQL / "schema.sql").read_text(encoding="utf-8"),
        f"INSERT INTO place SELECT n, {PLACES_EACH} FROM generate_series(1, {PLACES}) AS n",
        "VACUUM ANALYZE",
    )
    return name


def transactions_per_second(cluster: Cluster, database: str, script: str, seconds: float) -> float:
    """Bookings a second of `pgbench -M prepared -c 32`, every one of them committed alone."""
    command = [
        str(cluster.programs / "pgbench"),
        "--protocol=prepared",
        f"--client={CLIENTS}",
        "--jobs=2",
        f"--time={max(1, round(seconds))}",
        "--no-vacuum",
        f"--define=places={PLACES}",
        f"--file={SQL / script}",
        f"--host={cluster.folder}",
        f"--port={cluster.port}",
        "--username=kezek",
        database,
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    failed = re.search(r"number of failed transactions: (\d+)", ran.stdout)
    found = re.search(r"tps = ([\d.]+)", ran.stdout)
    if found is None or (failed is not None and failed[1] != "0"):
        raise RuntimeError(f"pgbench: {ran.stdout}{ran.stderr}")
    return float(found[1])
