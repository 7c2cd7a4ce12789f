"""Ports of the use cases to the outer world: time, chance, store, planner and simulator."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias, TypeVar, runtime_checkable

from kezek.domain.account.account import ApiKey
from kezek.domain.kernel.event import Logged
from kezek.domain.kernel.facts import Ref, Row, Source
from kezek.domain.kernel.instant import Instant, Moment
from kezek.domain.kernel.value import value
from kezek.domain.log.head import SignedHead
from kezek.domain.log.tree import Stretch
from kezek.domain.slot.slot import Day, Slot
from kezek.planning.question import (
    UNCORRECTED,
    Corrections,
    ErrorExample,
    LineForecast,
    LineState,
    TrainingResult,
)

R = TypeVar("R", bound=Row)
StillHeld: TypeAlias = Callable[[], bool]


class Fault(Exception):
    """The world failed.  `permanent` says that trying again will not help."""

    permanent = False


class StoreFault(Fault):
    """The database cannot be read or written now; `ailment` is the code that `/readyz` shows for it."""

    ailment = "database_failing"


class Conflict(StoreFault):
    """Another transaction came in between, or the connection went before anything was kept.

    Nothing of this change was kept, so all of it may be tried again at once.
    """


class OutcomeUnknown(StoreFault):
    """The connection broke during the commit: the change was kept or not.

    Asking again under the same idempotency key settles it; the change is made once in either case.
    """


class PlannerFault(Fault):
    """The planner does not answer now; `code` is starting, down, slow, busy or stumbled."""

    def __init__(self, code: str) -> None:
        super().__init__(f"no forecast: the planner is {code}")
        self.code = code


class Clock(Protocol):
    """Tells both times: the domain's and the wall's."""

    def now(self) -> Moment: ...


class Chance(Protocol):
    """Chance, handed in so that a run can be replayed."""

    def between(self, low: int, high: int) -> int:
        """A whole number in [low, high]."""

    def secret(self, size: int) -> bytes:
        """Unguessable bytes."""


@value(frozen=True, slots=True)
class Answered:
    """The answer under an idempotency key: `body` is the digest of the command, `outcome` the JSON of
    the answer.  It is stored for at least seven days of real time after `real`.
    """

    digest: bytes
    body: bytes
    outcome: bytes
    real: Instant

    @property
    def key(self) -> bytes:
        return self.digest


@value(frozen=True, slots=True)
class Session:
    """A signed-in browser, or a one-time link: only the digest of its secret is stored.

    `purpose` is `session` or `password`; times are real.
    """

    digest: str
    account: int
    purpose: str
    began: Instant
    expires: Instant

    @property
    def key(self) -> str:
        return self.digest


class Unit(Source, Protocol):
    """One write transaction: reads see what is committed, `save` is all or nothing."""

    @property
    def last_position(self) -> int:
        """Position of the last event when the transaction began, 0 for none."""

    @property
    def last_at(self) -> Instant:
        """The instant of that event."""

    def answered(self, digests: Sequence[bytes]) -> Mapping[bytes, Answered]:
        """Earlier answers under these keys."""

    def save(
        self,
        changed: Mapping[tuple[type[Any], Hashable], Row | None],
        events: Sequence[Logged],
        answers: Sequence[Answered],
    ) -> None:
        """Put rows (None drops), append events, keep answers."""


class Prefetching:
    """A unit for which every query is a round trip, so that it fetches rows together.

    It is a base class, because the desk checks it in each batch and a protocol check is slow.
    """

    def prefetch(self, refs: Iterable[Ref]) -> None:
        """Fetch rows (and answers) by kind and key; a later `get` finds them, or that there are none."""
        raise NotImplementedError


# Above every position of the log and every number: the newest rows are read "before" it.
POSITION_MAX = 1 << 62


class Reader(Source, Protocol):
    """Committed state, for read models.  Sequences are in key order unless said otherwise."""

    def last_position(self) -> int:
        """Position of the last event, 0 for none."""

    def last_event(self) -> Logged | None:
        """The last event."""

    def all(self, kind: type[R]) -> Sequence[R]:
        """Every row of a small table."""

    def many(self, kind: type[R], keys: Sequence[Hashable]) -> Mapping[Hashable, R]:
        """Rows by their keys; the missing are left out."""

    def rows_of(self, kind: type[R], prefixes: Sequence[Hashable]) -> Sequence[R]:
        """Rows whose key begins with one of these values."""

    def days(self, line: str, first: str, last: str) -> Sequence[Day]:
        """Days of a line with ISO dates in [first, last]."""

    def slots(self, line: str, first: Instant, past: Instant) -> Sequence[Slot]:
        """Slots of a line starting in [first, past)."""

    def held_by(self, account: int, before: int, limit: int) -> Sequence[int]:
        """Booking numbers of an account below `before`, newest first."""

    def held_since(self, account: int, since: Instant) -> Sequence[int]:
        """Bookings of an account that are live, or ended at `since` or later."""

    def ahead(self, line: str, start: Instant, number: int) -> int:
        """How many live bookings of the line that have not arrived come before (start, number)."""

    def api_key(self, digest: str) -> ApiKey | None:
        """The key with this digest, revoked or not."""

    def due(self, kind: type[Row], now: Instant, limit: int) -> Sequence[Any]:
        """Keys of rows whose `look_at` has come, the longest due first."""

    def events(self, after: int, limit: int, line: str = "") -> Sequence[Logged]:
        """Events with a position above `after`, oldest first, of one line when named."""

    def events_before(self, before: int, limit: int, line: str = "") -> Sequence[Logged]:
        """Events with a position below `before`, newest first, of one line when named."""

    def history(self, number: int) -> Sequence[Logged]:
        """All events of a booking, oldest first."""

    def counted(self, line: str, kind: str, since: Instant) -> int:
        """How many events of a kind the line has had since an instant."""

    def of_kind(self, line: str, kind: str, since: Instant) -> Sequence[Logged]:
        """All events of an indexed kind that the line has had since an instant, the latest first."""

    def awaiting(self, line: str) -> Sequence[int]:
        """Bookings of the line, ended or not, whose call out of turn lacks its second approval."""

    def proposed(self, line: str) -> Sequence[int]:
        """Live bookings of the line for which one person has proposed a step that needs two."""

    def plates(self, line: str, part: str, limit: int) -> Sequence[int]:
        """Live bookings of the line whose normalised plate contains `part`."""

    def coded(self, code: str, limit: int) -> Sequence[int]:
        """Numbers of bookings whose salt begins with the code, ended or not, newest first."""

    def tree_size(self) -> int:
        """How many events the log's tree holds."""

    def stretches(self, tier: int, first: int, past: int) -> Sequence[Stretch]:
        """Stretches of a tier that begin in [first, past), in order."""

    def heads_before(self, before: int, limit: int) -> Sequence[SignedHead]:
        """Heads with a number below `before`, newest first."""


class Store(Protocol):
    """A store: SQLite or PostgreSQL, both behind one contract suite."""

    @property
    def reader(self) -> Reader:
        """Reads of the thread that asks."""

    def unit(self) -> AbstractContextManager[Unit]:
        """A write transaction, entered when the log's lock is ours; leaving it without an exception
        commits.
        """

    def keep_session(self, session: Session) -> None:
        """Store a session or a one-time link; it is no decision and has no event."""

    def session(self, digest: str) -> Session | None:
        """A stored session, whether expired or not."""

    def end_sessions(self, *, digest: str = "", account: int = 0, before: Instant = 0) -> None:
        """Forget sessions: one, all of an account, or those expired before an instant."""

    def setting(self, name: str) -> str | None:
        """A setting of the installation, such as the demo's clock."""

    def set_setting(self, name: str, value: str) -> None:
        """Keep a setting."""

    def sweep(self, *, answers_before: Instant, particulars_before: str) -> int:
        """Erase old answers (real time) and particulars whose `erase_on` is past; the number of rows.

        Particulars of live bookings stay, because their claims are found through them.
        """

    def hold(self, name: str) -> AbstractContextManager[StillHeld | None]:
        """The right to work under a name as long as the block lasts; None while another thread or
        process has it.  The returned value says whether it is still held: losing the connection to the
        database loses the right.
        """

    def close(self) -> None:
        """Release files and connections."""


@runtime_checkable
class Shared(Protocol):
    """A store on which other processes write too."""

    def follow(self, after: int, tell: Callable[[Sequence[Logged]], None]) -> None:
        """Call `tell`, on a thread of the store, with every event above a position, in order and without
        gaps, those of this process too.  After a failure `tell` is called with the same events again.
        """

    def solitary(self) -> bool:
        """Whether no other process works on the store at this moment."""


class Simulator(Protocol):
    """Plays scenarios in processes of their own, one after another."""

    async def play(self, id: str) -> None:
        """Play the `scenario.toml` under an id, and write `progress` (finished runs, all runs),
        `answer.json` and tables beside it.

        It returns in every case; a run that failed leaves no answer.
        """

    def playing(self, id: str) -> bool:
        """Whether it is being played or waits for it."""


class ArtifactStore(Protocol):
    """The files of what-ifs, under ids that are safe as names; no file is ever there in part."""

    def ids(self) -> Sequence[str]:
        """All ids, in no order; some may be nobody's."""

    def lay(self, id: str, name: str, body: bytes) -> None:
        """Store a file; OSError when the disk refuses it."""

    def holds(self, id: str, name: str) -> bool:
        """Whether a file is there."""

    def read(self, id: str, name: str) -> bytes | None:
        """A file; None when there is none."""

    def remove(self, id: str) -> None:
        """Remove all files under an id, as far as the disk allows it."""


class Planner(Protocol):
    """Forecasts by a process of its own, which may be late or absent.

    `state` is starting, ready or down.
    """

    @property
    def state(self) -> str: ...

    async def run(self) -> None:
        """Keep that process until this is cancelled."""

    async def forecast(
        self, state: LineState, corrections: Corrections = UNCORRECTED
    ) -> LineForecast:
        """The corrected forecast of a line; raises PlannerFault."""

    async def learn(self, examples: Sequence[ErrorExample]) -> TrainingResult:
        """Train a correction on past forecasts; raises PlannerFault."""
