"""The address of a database, for the driver and, without secrets, for people."""

from __future__ import annotations

from typing import TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict

from kezek.app.port import StoreFault

Parts: TypeAlias = dict[str, str | int | None]

# For each server of the address, because a frozen one that is asked first delays the others' answers.
CONNECT_SECONDS = 3
# A connection that is silently dead is detected after this many seconds.
SILENT_SECONDS = 10


class BadAddress(StoreFault):
    """The address cannot be read."""

    permanent = True


def read(url: str) -> Parts:
    """The driver's parameters for an address, with our defaults.

    A fault does not quote the address, which may hold a password.
    """
    given = _given(url)
    if given is None:
        # Raised here, where the driver's own error, which quotes, is out of reach.
        raise BadAddress(
            "the database's address cannot be read: postgresql://USER@HOST:PORT/DATABASE, with signs "
            "that mean something in an address written as %-codes"
        )
    parts: Parts = {
        "application_name": "kezek",
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": SILENT_SECONDS,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": SILENT_SECONDS * 1_000,
    }
    # Of several servers only the one that takes changes, because decisions are made on the primary.
    if "," in f"{given.get('host', '')}{given.get('hostaddr', '')}":
        parts["target_session_attrs"] = "read-write"
    return {**parts, **given, "client_encoding": "UTF8"}


def led_by(parts: Parts, host: str, port: int) -> Parts:
    """The same servers in the same order, with one of them moved to the front."""
    lists = {
        name: str(parts[name]).split(",") for name in ("host", "hostaddr", "port") if name in parts
    }
    hosts, ports = lists.get("host", []), lists.get("port", [])
    first = next(
        (
            place
            for place, name in enumerate(hosts)
            if name == host and (len(ports) < len(hosts) or ports[place] in ("", str(port)))
        ),
        0,
    )
    return parts | {
        name: ",".join([values[first], *values[:first], *values[first + 1 :]])
        for name, values in lists.items()
        if len(values) == len(hosts)
    }


def _given(url: str) -> Parts | None:
    try:
        return conninfo_to_dict(url)
    except psycopg.Error:
        return None
