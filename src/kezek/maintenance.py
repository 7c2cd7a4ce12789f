"""What is done to an installation's store as a whole: moved on, copied, backed up, restored, audited.

A composition root of its own: none of it needs the server that `bootstrap` puts together.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from kezek.app.application import Application
from kezek.app.booking.namesake import namesakes
from kezek.app.feed.consumer import ConsumerPosition, Standing, standing
from kezek.app.installation.copy import copy
from kezek.app.installation.fingerprint import Fingerprint
from kezek.app.installation.manifest import Manifest, Restored
from kezek.app.installation.promise import CheckResult
from kezek.app.installation.replayed import replayed
from kezek.app.installation.snapshot import Progress, Setting
from kezek.app.log import end as log_end
from kezek.app.regulation.version_file import shipped_regulations
from kezek.crypto.log.published import PublishedHeads, claimed_or_none, newest_size, same_text
from kezek.crypto.recovery import erasures, withdrawals
from kezek.domain.kernel.event import Logged
from kezek.domain.log.head import SignedHead
from kezek.domain.log.leaf import Salt
from kezek.settings import Settings
from kezek.storage.backup.backup import back_up, restore
from kezek.storage.migrations.head import CONTRACTS, HEAD
from kezek.storage.open import examined, migrate, open_snapshot, open_store, refuse_filled
from kezek.storage.sqlite.copy import SqliteCopy
from kezek.system.clock import real_now


def migrate_store(settings: Settings, *, contracted: bool) -> tuple[str, list[str]]:
    """The schema brought to this release: its step, and the contracting steps that wait."""
    step = migrate(settings.store_url, contracted=contracted)
    return step, [waiting for waiting in CONTRACTS if waiting > step]


def copy_store(source: str, target: str, progress: Progress) -> Fingerprint:
    """Put all that one address holds into an empty one; the fingerprint of both.

    Nobody else may work on either meanwhile.
    """
    refuse_filled(target)
    with (
        open_snapshot(source, alone=True) as read,
        closing(open_store(target)) as store,
        store.alone(),
        store.filling() as written,
    ):
        return copy(read, written, progress)


def make_backup(
    settings: Settings, target: Path, *, with_keys: bool, progress: Progress
) -> Manifest:
    """Write a new backup of an installation that may be served meanwhile."""
    keys = settings.keys if with_keys else None
    return back_up(
        settings.store_url,
        target,
        keys=keys,
        version=version("kezek"),
        now=real_now(),
        progress=progress,
    )


def restore_backup(
    settings: Settings,
    backup: Path,
    *,
    with_keys: bool,
    lists: Sequence[Path],
    withdrawn: Sequence[Path] = (),
    progress: Progress,
) -> Restored:
    """Put a backup into the empty database of the settings; what was erased since is erased in it too.

    Numbers are led on behind the newest head in the folder of heads.
    Erasures are read from the installation's own list, where there is one, and from `lists`; withdrawals
    from its own too, and from `withdrawn`.
    """
    keys = settings.keys
    own = settings.folder / erasures.NAME
    noted = settings.folder / withdrawals.NAME
    known = [*([own] if own.exists() else []), *lists]
    return restore(
        backup,
        settings.store_url,
        keys=keys if with_keys else None,
        erasures=lambda: erasures.read(known, keys),
        withdrawals=lambda: withdrawals.read([*([noted] if noted.exists() else []), *withdrawn]),
        published=newest_size(settings.heads),
        progress=progress,
    )


@dataclass(frozen=True, slots=True)
class Examined:
    """A database as a start would find it: its schema's step, the one that a start leads it to, and the
    head that was published and is not in it, as text, empty for none.  `stray` are the positions of
    events that were added while no server ran, empty for none.
    """

    step: str
    leads_to: str
    lost: str
    stray: str


def examine_store(settings: Settings) -> Examined:
    """The look that a start takes, without changing anything; a StoreFault says what the start would."""
    note = PublishedHeads(settings.heads).newest() or ""
    head = claimed_or_none(note)
    step, ours = examined(settings.store_url, head.number if head else 0)
    known = not note or (ours is not None and same_text(ours.note, note))
    lost = "" if known else f"head {head.number} of {head.size:,} events" if head else "a head"
    return Examined(step, max(step, HEAD), lost, _stray(settings) if step >= HEAD else "")


def _stray(settings: Settings) -> str:
    with open_snapshot(settings.store_url) as snapshot:
        kept = {row.name: row.value for rows in snapshot.blocks(Setting) for row in rows}
        if not kept.get(log_end.ENDED):
            return log_end.stray(kept, 0, 0)
        signed = max((row.size for rows in snapshot.blocks(SignedHead) for row in rows), default=0)
        return log_end.stray(kept, snapshot.count(Logged), signed)


def note_erasures(application: Application) -> None:
    """Put every erasure of the database on the list beside it: backups are restored without them."""
    with open_snapshot(application.settings.store_url) as snapshot:
        erased = {
            salt.number: salt.secret
            for rows in snapshot.blocks(Salt)
            for salt in rows
            if salt.erased
        }
    erasures.complete(application.settings.folder, erased)


def rows_by_log(settings: Settings) -> CheckResult:
    """Whether the database's bookings and lines are what its log says; a server may work on it."""
    with open_snapshot(settings.store_url) as snapshot:
        return replayed(snapshot)


def booked_twice(settings: Settings) -> list[tuple[int, ...]]:
    """Numbers of live bookings that look like one truck; a server may work on the database."""
    with open_snapshot(settings.store_url) as snapshot:
        return namesakes(snapshot, shipped_regulations().known)


def consumers_of(settings: Settings) -> list[Standing]:
    """Where the consumers of the log stand; a server may work on the database."""
    with open_snapshot(settings.store_url) as snapshot:
        # The log has no gaps, so its last position is how many events it has.
        last = snapshot.count(Logged)
        return [
            standing(row, last, lambda position: snapshot.get(Logged, position), real_now())
            for rows in snapshot.blocks(ConsumerPosition)
            for row in rows
        ]


def open_copy(path: Path) -> AbstractContextManager[SqliteCopy]:
    """A database file for an auditor: read only, and nothing in it believed."""
    return closing(SqliteCopy(path))
