"""All settings: one frozen object, read once from the environment; secrets come from files only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TypeAlias

PREFIX = "KEZEK_"

Value: TypeAlias = bool | int | str | Path


class SettingRefused(Exception):
    """A setting cannot be understood; the message names it and what it takes."""

    permanent = True


@dataclass(frozen=True, slots=True)
class Settings:
    """Every field can be set as an environment variable `KEZEK_<NAME>`."""

    folder: Path = field(
        default=Path("kezek-data"),
        metadata={"meaning": "folder of the database and the keys"},
    )
    database: str = field(
        default="",
        metadata={"meaning": "database address; empty is sqlite:<folder>/kezek.db"},
    )
    host: str = field(default="127.0.0.1", metadata={"meaning": "address to listen on"})
    port: int = field(default=8470, metadata={"meaning": "TCP port to listen on"})
    workers: int = field(
        default=1,
        metadata={"meaning": "server processes on that port; more than one needs PostgreSQL"},
    )
    planner: bool = field(
        default=True,
        metadata={"meaning": "run a process for forecasts beside each server process"},
    )
    log: str = field(
        default="lines",
        metadata={
            "meaning": "form of the log on standard error: lines for people, json for machines"
        },
    )
    public_url: str = field(
        default="",
        metadata={"meaning": "address by which others reach the server; empty is http://host:port"},
    )
    secure_cookies: bool = field(
        default=False,
        metadata={"meaning": "send cookies over HTTPS only; set it behind a TLS proxy"},
    )
    proxy_header: str = field(
        default="",
        metadata={"meaning": "header with the client's address set by your proxy; empty is none"},
    )
    proxies: str = field(
        default="127.0.0.1,::1",
        metadata={"meaning": "addresses and networks of your proxies: that header is theirs alone"},
    )
    session_hours: int = field(
        default=12, metadata={"meaning": "hours of real time until a sign-in ends"}
    )
    one_time_hours: int = field(
        default=24, metadata={"meaning": "hours of real time until a one-time link ends"}
    )
    rate_public: int = field(
        default=600, metadata={"meaning": "requests a minute for one address without a key"}
    )
    rate_book: int = field(
        default=30,
        metadata={
            "meaning": "bookings a minute for one address without an account, and for a carrier that "
            "nobody has confirmed"
        },
    )
    unconfirmed_live: int = field(
        default=20,
        metadata={"meaning": "live bookings that a carrier may hold while nobody has confirmed it"},
    )
    accounts_day: int = field(
        default=20, metadata={"meaning": "new accounts of carriers a day from one address"}
    )
    streams_each: int = field(
        default=200,
        metadata={"meaning": "live pages and streams open at once for one address or key"},
    )
    rate_sign_in: int = field(
        default=10, metadata={"meaning": "attempts a minute to sign in or find a ticket"}
    )
    unanswered_minutes: int = field(
        default=3,
        metadata={"meaning": "minutes until a call that no driver has answered is marked (ours)"},
    )
    return_minutes_min: int = field(
        default=5, metadata={"meaning": "least minutes until a returned place can be booked"}
    )
    return_minutes_max: int = field(
        default=60, metadata={"meaning": "most minutes until a returned place can be booked"}
    )
    body_bytes_max: int = field(
        default=1_000_000, metadata={"meaning": "largest request body, in bytes"}
    )

    @property
    def file(self) -> Path:
        """The database of an installation that names no other."""
        return self.folder / "kezek.db"

    @property
    def keys(self) -> Path:
        """The folder of the keys."""
        return self.folder / "keys"

    @property
    def heads(self) -> Path:
        """The folder in which the log's heads are published."""
        return self.folder / "heads"

    @property
    def store_url(self) -> str:
        """The address of the database."""
        return self.database or f"sqlite:{self.file}"

    @property
    def issuer(self) -> str:
        """The address that tickets and links name."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


def read_settings(
    environment: Mapping[str, str] = os.environ, **overrides: Value | None
) -> Settings:
    """Settings from the environment, overridden by what the command line says (None is unsaid)."""
    known = {f.name: f for f in fields(Settings)}
    given: dict[str, Value] = {}
    for name, value in environment.items():
        if name.startswith(PREFIX):
            key = name.removeprefix(PREFIX).lower()
            if key not in known:
                raise SettingRefused(f"{name} is no setting; `kezek doctor` lists them all.")
            given[key] = _typed(name, value, known[key].type)
    given |= {key: value for key, value in overrides.items() if value is not None}
    # The names are those of the fields; the types were made from the fields' own.
    return Settings(**given)  # type: ignore[arg-type]


def _typed(name: str, value: str, kind: object) -> Value:
    if kind == "bool":
        if value.lower() in ("1", "true", "yes", "on"):
            return True
        if value.lower() in ("0", "false", "no", "off"):
            return False
        raise SettingRefused(f"{name} takes yes or no, not {value!r}.")
    if kind == "int":
        if not value.isdecimal():
            raise SettingRefused(f"{name} takes a whole number, not {value!r}.")
        return int(value)
    return Path(value) if kind == "Path" else value
