"""What is measured, each with its target from the issue that asked for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kezek.bootstrap import close_application, open_application
from kezek.settings import Settings
from tests.bench import seed
from tests.bench.load import Measured, wrk
from tests.bench.raw import inserts_per_second
from tests.bench.rows import Aim, Rows
from tests.bench.serving import Server, start

FEW = (10_000, 600)
STAMPEDE_REQUESTS, STAMPEDE_PLACES = 10_000, 500
# Time enough for a machine of a fifth of the speed asked for.
STAMPEDE_SECONDS = 10
TICKETS = 200

RAW = Aim("raw INSERT loop, one commit a row", "rows/s")
BOOK = Aim("bookings over the network, 64 connections", "bookings/s", least=4_000)
BOOK_P50 = Aim("bookings over the network, p50", "ms")
BOOK_P99 = Aim("bookings over the network, p99", "ms", most=60)
STAMPEDE = Aim("stampede on one window, answers", "answers/s", least=5_000)
STAMPEDE_BOOKED = Aim("stampede on one window, bookings", "bookings", least=500, most=500)
PLACES = Aim("availability of a checkpoint, 30 days", "answers/s", least=5_000)
BOARD = Aim("network board, HTML", "answers/s", least=500)
TICKET = Aim("ticket page", "answers/s", least=1_000)


class Bench:
    """One run measures everything once; values go into the rows."""

    def __init__(self, folder: Path, rows: Rows, *, seconds: float, many: tuple[int, int]) -> None:
        self._folder, self._rows, self._seconds, self._many = folder, rows, seconds, many
        self._salt = 0
        self._windows = seed.windows_file(folder)
        self._raw = 0.0
        self._few: dict[str, float] = {}

    def run(self, *, only: str = "") -> None:
        self._raw = inserts_per_second(self._folder, min(2.0, self._seconds))
        self._rows.add(RAW, self._raw)
        scenarios: dict[str, Callable[[], None]] = {
            "book": self._book,
            "stampede": self._stampede,
            "read": self._read,
            "few": self._with_few,
            "many": self._with_many,
        }
        for name, scenario in scenarios.items():
            if only in name:
                scenario()

    def _site(self, site: seed.Site) -> seed.Site:
        return seed.copied(site, self._folder / "site")

    def _bookings(self, server: Server, site: seed.Site) -> Measured:
        self._salt += 1
        arguments = (site.key, str(self._salt), str(self._windows))
        # A moment to warm up: the first requests of a process pay for what it loads.
        wrk(server.url, "book.lua", 1, site.key, str(self._salt + 500), str(self._windows))
        measured = wrk(server.url, "book.lua", self._seconds, *arguments)
        if measured.refused:
            raise RuntimeError(f"bookings were refused: {measured}")
        return measured

    def _book(self) -> None:
        site = self._site(seed.base())
        with start(site.folder) as server:
            measured = self._bookings(server, site)
        self._rows.add(BOOK, measured.accepted_per_second, self._raw)
        self._rows.add(BOOK_P50, measured.p50_ms)
        self._rows.add(BOOK_P99, measured.p99_ms)

    def _stampede(self) -> None:
        site = self._site(seed.base())
        when = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
        arguments = (site.key, "1", "kz_syrym", f"{when:%Y-%m-%dT%H:%M:%SZ}")
        with start(site.folder) as server:
            measured = wrk(
                server.url, "stampede.lua", STAMPEDE_SECONDS, *arguments, str(STAMPEDE_REQUESTS)
            )
        if not measured.counted:
            raise RuntimeError(f"the stampede did not end in {STAMPEDE_SECONDS} s: {measured}")
        told = dict(part.split("=") for part in measured.counted.split())
        taken, booked = seed.taken_places(site, "kz_syrym.exit", when)
        if not taken == booked == int(told["booked"]) == STAMPEDE_PLACES:
            raise RuntimeError(f"{taken} places taken, {booked} bookings, told {told}")
        if int(told["booked"]) + int(told["full"]) != STAMPEDE_REQUESTS:
            raise RuntimeError(f"some answers were neither yes nor full: {told}")
        self._rows.add(STAMPEDE_BOOKED, booked)
        self._rows.add(STAMPEDE, STAMPEDE_REQUESTS / float(told["seconds"]), self._raw)

    def _read(self) -> None:
        site = self._site(seed.seeded(*FEW))
        tickets = self._ticket_paths(site)
        with start(site.folder) as server:
            self._rows.add(PLACES, self._places(server, site).answers_per_second)
            self._rows.add(BOARD, self._get(server, "-", ["/"]).answers_per_second)
            self._rows.add(TICKET, self._get(server, "-", tickets).answers_per_second)

    def _places(self, server: Server, site: seed.Site) -> Measured:
        today = datetime.now(UTC).date().isoformat()
        query = f"availability?from={today}&days=30"
        paths = [f"/api/v1/checkpoints/{post}/{query}" for post in seed.posts()]
        return self._get(server, site.key, paths)

    def _get(self, server: Server, key: str, paths: list[str]) -> Measured:
        file = self._folder / "paths.txt"
        file.write_text("\n".join(paths) + "\n", encoding="utf-8")
        wrk(server.url, "get.lua", 1, key, str(file))
        measured = wrk(server.url, "get.lua", self._seconds, key, str(file))
        if measured.refused:
            raise RuntimeError(
                f"{measured.refused} of {measured.answers} answers were no: {paths[0]}"
            )
        return measured

    def _ticket_paths(self, site: seed.Site) -> list[str]:
        """Addresses of tickets of the youngest, that is live bookings."""
        application = open_application(Settings(folder=site.folder))
        try:
            last = FEW[0]
            return [f"/t/{application.papers.link(last - n)}" for n in range(TICKETS)]
        finally:
            close_application(application)

    def _with_few(self) -> None:
        """What a large database is held against."""
        site = self._site(seed.seeded(*FEW))
        with start(site.folder) as server:
            self._few["places"] = self._places(server, site).answers_per_second
            self._few["book"] = self._bookings(server, site).accepted_per_second

    def _with_many(self) -> None:
        bookings, active = self._many
        if not self._few:
            self._with_few()
        size = f"{bookings:,} bookings, {active:,} of them active"
        site = self._site(seed.seeded(*self._many))
        with start(site.folder) as server:
            self._rows.add(Aim(f"start of kezek serve, {size}", "s", most=2), server.start_seconds)
            places = self._places(server, site).answers_per_second
            booked = self._bookings(server, site).accepted_per_second
            memory = server.memory_mb()
        # At most 20 % slower than with ten thousand, in the same run.
        aims = (("availability", places, "places"), ("bookings", booked, "book"))
        for what, value, name in aims:
            few = self._few[name]
            self._rows.add(Aim(f"{what}, {size}", f"{what}/s"), value, few)
            self._rows.add(
                Aim(f"{what}, {size}: share of the rate with 10,000", "share", least=0.8),
                value / few,
            )
        self._rows.add(Aim(f"resident memory, {size}", "MB", most=300), memory)
