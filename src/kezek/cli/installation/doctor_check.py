"""What the doctor looks at: one function for each thing an installation stands on."""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import apsw
import psycopg

from kezek.app.checkpoint.network import ZONE_BY_COUNTRY
from kezek.app.installation.file import APPLICATION, SQLITE_LEAST, holder, lock_of
from kezek.app.port import StoreFault
from kezek.cli.installation import doctor_address as examination_address
from kezek.cli.installation import doctor_rows as examination_rows
from kezek.cli.installation.finding import DoctorFinding
from kezek.crypto.fault import TrustFault
from kezek.domain.kernel.instant import MINUTE, SECOND
from kezek.settings import Settings
from kezek.system.clock import real_now

PYTHON_LEAST = (3, 11)
POSTGRESQL_LEAST = 15
DISK_WRONG, DISK_ATTENTION = 100_000_000, 2_000_000_000
# This program cannot be older than its libraries.
_CLOCK_LEAST = datetime(2026, 10, 1, tzinfo=UTC)
_SLACK = 2 * MINUTE
_AS_TOLD = "Do what the sentence says, then look again."
_NO_RIGHT = (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError)


def examine(settings: Settings) -> list[DoctorFinding]:
    """All findings, in the order in which one should mend them."""
    steps: tuple[Callable[[Settings], Iterator[DoctorFinding]], ...] = (
        _python,
        _sqlite,
        _time_zones,
        _folder,
        _disk,
        _lock,
        _database,
        _as_started,
        examination_rows.rows,
        examination_rows.trucks,
        examination_rows.consumers,
        _keys,
        _clock,
        examination_address.address,
        examination_address.public,
        examination_address.clients,
    )
    return [finding for step in steps for finding in step(settings)]


def _python(_settings: Settings) -> Iterator[DoctorFinding]:
    version = platform.python_version()
    if sys.version_info < PYTHON_LEAST:
        yield DoctorFinding("python", "wrong", version, "Install Python 3.11 or newer.")
    elif not __debug__:
        yield DoctorFinding(
            "python",
            "wrong",
            f"{version} with assertions off",
            "Start Python without -O and without PYTHONOPTIMIZE: assertions guard the queue.",
        )
    else:
        yield DoctorFinding("python", "ok", version)


def _sqlite(_settings: Settings) -> Iterator[DoctorFinding]:
    version = apsw.sqlite_lib_version()
    if apsw.SQLITE_VERSION_NUMBER < SQLITE_LEAST:
        advice = "Install the locked requirements: older ones can damage a database."
        yield DoctorFinding("sqlite", "wrong", version, advice)
    else:
        yield DoctorFinding("sqlite", "ok", f"{version}, inside apsw {apsw.apsw_version()}")


def _time_zones(_settings: Settings) -> Iterator[DoctorFinding]:
    try:
        offsets = {zone: _offset(zone) for zone in sorted(set(ZONE_BY_COUNTRY.values()))}
    except ZoneInfoNotFoundError as missing:
        advice = "Install the locked requirements; tzdata is among them."
        yield DoctorFinding("time zones", "wrong", f"{missing} not found", advice)
        return
    # Kazakhstan has had one time zone since 1 March 2024; older tables are an hour off.
    if offsets["Asia/Almaty"] != timedelta(hours=5):
        advice = "Update tzdata: hours would be shown an hour late."
        yield DoctorFinding("time zones", "wrong", "the table is from before March 2024", advice)
        return
    yield DoctorFinding("time zones", "ok", ", ".join(offsets))


def _offset(zone: str) -> timedelta | None:
    return datetime(2026, 6, 13, tzinfo=ZoneInfo(zone)).utcoffset()


def _folder(settings: Settings) -> Iterator[DoctorFinding]:
    folder = settings.folder
    if not folder.exists():
        advice = "`kezek serve` makes it; or name yours with --folder or KEZEK_FOLDER."
        yield DoctorFinding("folder", "attention", f"{folder} is not there yet", advice)
    elif not folder.is_dir():
        yield DoctorFinding("folder", "wrong", f"{folder} is not a folder", "Name another one.")
    elif not os.access(folder, os.W_OK | os.X_OK):
        advice = f"Give the user of the server the right to write {folder}."
        yield DoctorFinding("folder", "wrong", f"{folder} cannot be written", advice)
    elif folder.stat().st_mode & 0o077:
        advice = f"Run: chmod go-rwx {folder}"
        yield DoctorFinding("folder", "attention", f"others may look into {folder}", advice)
    else:
        yield DoctorFinding("folder", "ok", str(folder.resolve()))


def _disk(settings: Settings) -> Iterator[DoctorFinding]:
    place = settings.folder.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    found = f"{free / 1e9:.1f} GB free"
    if free < DISK_WRONG:
        yield DoctorFinding(
            "disk", "wrong", found, "Free some space: bookings will soon be refused."
        )
    elif free < DISK_ATTENTION:
        yield DoctorFinding("disk", "attention", found, "Free some space before the busy season.")
    else:
        yield DoctorFinding("disk", "ok", found)


def database_file(settings: Settings) -> Path | None:
    """The SQLite file, None for another kind of store."""
    kind, _, path = settings.store_url.partition(":")
    return Path(path) if kind == "sqlite" else None


def served(path: Path) -> bool:
    """Whether a server holds the lock of a database."""
    lock = lock_of(path)
    if not lock.exists():
        return False
    with lock.open("rb") as file:
        try:
            # Shared and let go at once: a server that starts right now is not kept out by a look.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock(settings: Settings) -> Iterator[DoctorFinding]:
    path = database_file(settings)
    if path is None:
        return
    try:
        held = served(path)
    except OSError as fault:
        advice = "Give the user of the server the right to read and write it."
        yield DoctorFinding("lock", "wrong", str(fault), advice)
        return
    found = f"process {holder(path)} works on it" if held else "no server is running"
    yield DoctorFinding("lock", "ok", found)


def _database(settings: Settings) -> Iterator[DoctorFinding]:
    kind = settings.store_url.partition(":")[0]
    if kind == "postgresql":
        yield _asked(settings.store_url)
        return
    path = database_file(settings)
    if path is None:
        advice = "A memory store forgets everything at the end; use it for tests only."
        yield DoctorFinding("database", "attention", kind, advice)
        return
    if not path.exists():
        advice = "`kezek serve` or `kezek network load` makes it."
        yield DoctorFinding("database", "attention", f"{path} is not there yet", advice)
        return
    if path.stat().st_mode & 0o077:
        yield DoctorFinding(
            "database", "attention", f"others may read {path}", f"Run: chmod 600 {path}"
        )
    try:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            yield _checked(connection, path)
        finally:
            connection.close()
    except _NO_RIGHT as fault:
        advice = "Give the user of the server the right to read and write it and its folder."
        yield DoctorFinding("database", "wrong", f"{path}: {type(fault).__name__}", advice)
    except apsw.Error as fault:
        advice = "Stop the server, keep the file, and restore the last backup."
        yield DoctorFinding("database", "wrong", f"{path}: {type(fault).__name__}", advice)


def _asked(url: str) -> DoctorFinding:
    """What a PostgreSQL server says of itself; its own texts may hold a password and are not shown."""
    try:
        with psycopg.connect(url, connect_timeout=10, autocommit=True) as connection:
            version = connection.info.server_version // 10_000
            row = connection.execute(
                "SELECT current_setting('server_encoding'), pg_is_in_recovery(),"
                " current_setting('fsync'), current_setting('synchronous_commit'),"
                " to_regclass('alembic_version') IS NOT NULL"
            ).fetchone()
            assert row is not None, "a SELECT without a table has one row"
            schema = "empty"
            if row[4]:
                found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
                schema = f"schema {found[0]}" if found else "empty"
    except psycopg.Error as fault:
        advice = "See that the server runs, and that address, user and password are right."
        return DoctorFinding("database", "wrong", f"PostgreSQL: {type(fault).__name__}", advice)
    told = f"PostgreSQL {version}, {schema}"
    for wrong, state, advice in (
        (version < POSTGRESQL_LEAST, "wrong", f"Use PostgreSQL {POSTGRESQL_LEAST} or newer."),
        (row[0] != "UTF8", "wrong", "Create a database with ENCODING 'UTF8'."),
        (row[1], "wrong", "This is a replica: name the primary, or all of them."),
        (row[2] == "off", "attention", "Set fsync = on: a power cut would lose bookings."),
        (
            row[3] == "off",
            "attention",
            "Set synchronous_commit = on, or a crash may lose bookings.",
        ),
    ):
        if wrong:
            return DoctorFinding("database", state, told, advice)
    return DoctorFinding("database", "ok", told)


def _checked(connection: apsw.Connection, path: Path) -> DoctorFinding:
    connection.set_busy_timeout(5_000)
    if connection.pragma("application_id") not in (APPLICATION, 0):
        advice = "Name another database: this one is left as it is."
        return DoctorFinding("database", "wrong", f"{path} belongs to another program", advice)
    found = str(connection.execute("PRAGMA quick_check(3)").fetchall()[0][0])
    if found != "ok":
        advice = "Stop the server, keep the file, and restore the last backup."
        return DoctorFinding("database", "wrong", f"{path} is damaged: {found}", advice)
    version = "empty"
    if connection.table_exists("main", "alembic_version"):
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        version = f"schema {rows[0][0]}" if rows else "empty"
    return DoctorFinding(
        "database", "ok", f"{path}, {path.stat().st_size / 1e6:.1f} MB, {version}, sound"
    )


def _as_started(settings: Settings) -> Iterator[DoctorFinding]:
    """What the start would say of the database, and whether it knows the heads that were published."""
    from kezek.app.installation.snapshot import Bare
    from kezek.maintenance import examine_store

    path = database_file(settings)
    kind = settings.store_url.partition(":")[0]
    if kind not in ("sqlite", "postgresql") or (path is not None and not path.exists()):
        return
    try:
        seen = examine_store(settings)
    except Bare:
        return
    except StoreFault as fault:
        yield DoctorFinding("start", "wrong", str(fault), _AS_TOLD)
        return
    if seen.lost:
        advice = (
            "Put the newer database back, or decide that the log goes on from here: kezek log continue. "
            "Until then no booking is taken."
        )
        found = f"{seen.lost} was published and is not in this database"
        yield DoctorFinding("heads", "wrong", found, advice)
    if seen.stray:
        advice = (
            "Find out who wrote them: no server did. They stay in the log, for everybody to see."
        )
        found = f"events {seen.stray} were added while no server ran"
        yield DoctorFinding("log", "wrong", found, advice)
    told = f"schema {seen.step}"
    if seen.step < seen.leads_to:
        told += f", which a start leads to {seen.leads_to}"
    yield DoctorFinding("start", "ok", f"{told}, whole")


def _keys(settings: Settings) -> Iterator[DoctorFinding]:
    from kezek.crypto.keyring import missing_keys, read_keyring

    folder = settings.keys
    try:
        missing = missing_keys(folder)
    except TrustFault as fault:
        yield DoctorFinding("keys", "wrong", str(fault), _AS_TOLD)
        return
    path = database_file(settings)
    if missing and not folder.exists() and path is not None and not path.exists():
        advice = "They are made at the first start; keep a copy in a safe place then."
        yield DoctorFinding("keys", "attention", f"not there: {', '.join(missing)}", advice)
        return
    if missing:
        advice = "Put them back from your copy: what was made with them cannot be checked without."
        yield DoctorFinding("keys", "wrong", f"not there: {', '.join(missing)}", advice)
        return
    try:
        ring = read_keyring(folder)
    except TrustFault as fault:
        yield DoctorFinding("keys", "wrong", str(fault), _AS_TOLD)
        return
    yield DoctorFinding(
        "keys", "ok", f"{len(ring.accepted)} trusted, own {ring.signing.public.id.hex()}"
    )


def _clock(settings: Settings) -> Iterator[DoctorFinding]:
    now = real_now()
    told = datetime.fromtimestamp(now / SECOND, UTC).isoformat(timespec="seconds")
    if now < _CLOCK_LEAST.timestamp() * SECOND:
        advice = "Set the machine's clock, best by NTP: windows and sessions go by it."
        yield DoctorFinding("clock", "wrong", f"{told} is in the past", advice)
        return
    path = database_file(settings)
    ahead = max(_file_times(path), default=0) - now if path else 0
    if ahead > _SLACK:
        advice = "Set the machine's clock, best by NTP: it has been turned back."
        yield DoctorFinding(
            "clock", "wrong", f"{told}, {ahead // SECOND} s before the last write", advice
        )
        return
    yield DoctorFinding("clock", "ok", told)


def _file_times(path: Path) -> Iterator[int]:
    """When the database and its log were last written, in milliseconds."""
    for name in (path.name, path.name + "-wal"):
        file = path.with_name(name)
        if file.exists():
            yield file.stat().st_mtime_ns // 1_000_000
    last = _last_event(path)
    if last is not None:
        yield last


def _last_event(path: Path) -> int | None:
    """The real time of the log's end, None where there is no log yet."""
    try:
        with apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY) as connection:
            rows = connection.execute(
                "SELECT real FROM event ORDER BY position DESC LIMIT 1"
            ).fetchall()
    except apsw.Error:
        # Whatever is wrong with the file, the finding about the database says it.
        return None
    return int(str(rows[0][0])) if rows else None
