"""All settings: one frozen object, read once from the environment; secrets come from files only."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

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
        metadata={"meaning": "addresses of your proxies: that header is theirs alone"},
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
        return self.public_url.rstrip("/") or f"http://{in_url(self.host)}:{self.port}"


def in_url(host: str) -> str:
    """A host as it stands in an address: an IPv6 one in brackets."""
    return f"[{host.replace('%', '%25')}]" if ":" in host else host


def read_settings(
    environment: Mapping[str, str] = os.environ, **overrides: Value | None
) -> Settings:
    """Settings from the environment, overridden by what the command line says (None is unsaid)."""
    settings, faults = settings_and_faults(environment, **overrides)
    if faults:
        raise SettingRefused(faults[0])
    return settings


def settings_and_faults(
    environment: Mapping[str, str] = os.environ, **overrides: Value | None
) -> tuple[Settings, list[str]]:
    """The settings that can be understood, defaults for the others, and a sentence for each of those."""
    known = {f.name: f for f in fields(Settings)}
    given: dict[str, Value] = {}
    faults: list[str] = []
    for name, value in environment.items():
        if not name.startswith(PREFIX):
            continue
        key = name.removeprefix(PREFIX).lower()
        if key not in known:
            faults.append(f"{name} is no setting; `kezek doctor` lists them all.")
            continue
        try:
            given[key] = _checked(name, _typed(name, value, known[key].type))
        except SettingRefused as refused:
            faults.append(str(refused))
    for key, said in overrides.items():
        if said is not None:
            given[key] = _checked(PREFIX + key.upper(), said)
    # The names are those of the fields; the types were made from the fields' own.
    return Settings(**given), faults  # type: ignore[arg-type]


def _checked(name: str, value: Value) -> Value:
    """The value, once it is what its setting takes; SettingRefused says how it is written."""
    told = CHECKS.get(name.removeprefix(PREFIX).lower(), _anything)(value)
    if told:
        # Before an @ stands what may be a secret.
        shown = "the address given" if "@" in str(value) else repr(str(value))
        raise SettingRefused(f"{name} takes {told}, not {shown}.")
    return value


def _anything(_value: Value) -> str:
    return ""


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


def _address(value: Value) -> str:
    how = "an address like https://queue.example.org, with http:// or https:// and without a path"
    if not value:
        return ""
    try:
        parts = urlsplit(str(value))
        named = parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        return how
    plain = not (parts.username or parts.query or parts.fragment) and parts.path in ("", "/")
    fine = parts.scheme in ("http", "https") and named and plain
    return "" if fine and _HOST.fullmatch(parts.netloc) else how


def _host(value: Value) -> str:
    fine = _is_ip(str(value)) or _NAME.fullmatch(str(value))
    how = "a host or an IP address like 127.0.0.1, 0.0.0.0 or ::1, without brackets, scheme or port"
    return "" if fine else how


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _port(value: Value) -> str:
    return "" if 0 <= int(str(value)) <= _PORT_MAX else f"a number from 0 to {_PORT_MAX}"


def _proxies(value: Value) -> str:
    try:
        for part in str(value).split(","):
            if part.strip():
                ip_network(part.strip())
    except ValueError:
        return "addresses and networks with commas between them, like 127.0.0.1,10.0.0.7"
    return ""


def _header(value: Value) -> str:
    fine = not value or _TOKEN.fullmatch(str(value))
    return "" if fine else "the name of one header, like X-Forwarded-For"


def _log(value: Value) -> str:
    return "" if value in ("lines", "json") else "lines or json"


_PORT_MAX = 65_535
_HOST = re.compile(r"[^\s/\\<>\"'`{}|^]+")
_NAME = re.compile(r"[^\W_]([\w.-]{0,252})")
_TOKEN = re.compile(r"[A-Za-z0-9-]{1,64}")
CHECKS: Mapping[str, Callable[[Value], str]] = {
    "public_url": _address,
    "host": _host,
    "port": _port,
    "proxies": _proxies,
    "proxy_header": _header,
    "log": _log,
}
