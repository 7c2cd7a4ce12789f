"""The address of a database: what the driver is told, and what people may be shown."""

from __future__ import annotations

from typing import TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict

from kezek.app.port import StoreFault

Parts: TypeAlias = dict[str, str | int | None]

# For each server of the address: a frozen one that is asked first delays what the others would answer.
CONNECT_SECONDS = 3
# A line that is dead without saying so is found out about after these many seconds.
SILENT_SECONDS = 10


class BadAddress(StoreFault):
    """The address cannot be read."""

    permanent = True


def read(url: str) -> Parts:
    """The driver's own words for an address, with what the address leaves open.

    What is wrong with it is not quoted: the address may hold a password.
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
    # Of several servers, the one that takes changes: decisions are made on the primary only.
    if "," in f"{given.get('host', '')}{given.get('hostaddr', '')}":
        parts["target_session_attrs"] = "read-write"
    return {**parts, **given, "client_encoding": "UTF8"}


def led_by(parts: Parts, host: str, port: int) -> Parts:
    """The same servers in the same order, but for one that is asked first."""
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
