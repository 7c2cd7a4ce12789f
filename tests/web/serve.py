"""The pages alone, on the shipped network in memory: for tests, and to look at while they are made.

`python -m tests.web.serve [port]` serves them with a few trucks at the board's own moment.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from litestar import Litestar
from litestar.exceptions import HTTPException

from kezek.app.application import Application, Demo
from kezek.app.checkpoint.load import load_command
from kezek.app.checkpoint.name_file import read_names
from kezek.app.checkpoint.network import (
    read_board,
    read_checkpoints,
    shipped_board,
    shipped_checkpoints,
    shipped_names,
)
from kezek.app.desk.batch import Done, run
from kezek.app.regulation.version_file import shipped_regulations
from kezek.bootstrap import close_application, furnish, make_demo
from kezek.domain.account.actor import Actor, Role
from kezek.domain.booking.book import Book, Vehicle
from kezek.domain.kernel.instant import HOUR, Moment, from_datetime
from kezek.domain.turn.arrive import Arrive
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross
from kezek.settings import Settings
from kezek.web.app import build_pages
from tests.keys import lay_keys
from tests.memory.store import MemoryStore

AT = from_datetime(datetime(2026, 6, 13, 17, 23, tzinfo=ZoneInfo("Asia/Almaty")))
EVERYBODY = Actor(1, "operator", frozenset((role, "*") for role in Role))
LETTERS = "ABCEHKMOPTX"


def open_application(folder: Path, **settings: object) -> Application:
    """The shipped network at the board's moment, in memory, on a clock that runs as fast as ours."""
    rules = shipped_regulations()
    checkpoints = read_checkpoints(shipped_checkpoints())
    board = read_board(shipped_board(), checkpoints.rows)
    names = read_names(shipped_names(), {row.id for row in checkpoints.rows})
    load = load_command(
        "",
        EVERYBODY,
        checkpoints.rows,
        board.rows,
        names=names.rows,
        seen_at=AT,
        source="shipped",
    )
    store = MemoryStore()
    run(store, [load], rules, Moment(AT, AT))
    make_demo(store, Demo(began=AT, factor=1, seed=1))
    lay_keys(folder)
    return furnish(Settings(folder=folder, **settings), store, rules)


def build_app(application: Application) -> Litestar:
    pages = build_pages(application)
    return Litestar(
        route_handlers=list(pages.routes),
        exception_handlers={HTTPException: pages.failed, Exception: pages.failed},
        openapi_config=None,
    )


def do(application: Application, command: object) -> Done:
    answer = application.desk.ask(command)
    assert isinstance(answer, Done), answer
    return answer


def vehicle(n: int) -> Vehicle:
    letters = "".join(LETTERS[n * step % 11] for step in (1, 3, 5))
    plate = f"{100 + n * 7 % 900} {letters} {1 + n % 17:02}"
    return Vehicle("KZ", plate, "", "", f"+7701{1000000 + n}", ("A. Driver",))


def book(
    application: Application, n: int, line: str = "kz_syrym.exit", start: int | None = None
) -> int:
    """Book truck `n`; its number."""
    start = AT - AT % HOUR if start is None else start
    return do(application, Book("", EVERYBODY, line, start, "in_turn", vehicle(n))).outcome[
        "number"
    ]


def fill(application: Application, line: str = "kz_syrym.exit") -> list[int]:
    """A line with trucks of every kind: crossed, admitted, called, waiting, to come."""
    now = AT - AT % HOUR
    numbers = [book(application, n, line, now + (n // 4) * HOUR) for n in range(20)]
    for number in numbers[:14]:
        do(application, Arrive("", EVERYBODY, number))
    for step in range(6):
        try:
            called = do(application, Call("", EVERYBODY, line)).outcome["number"]
        except AssertionError:
            break
        if step < 3:
            do(application, Admit("", EVERYBODY, called))
        if step < 2:
            do(application, Cross("", EVERYBODY, called))
    return numbers


def main() -> None:
    import uvicorn

    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8471
    with tempfile.TemporaryDirectory() as folder:
        application = open_application(Path(folder), rate_public=1_000_000)
        for number in fill(application):
            print(
                f"http://127.0.0.1:{port}/t/{application.papers.link(number)}",
                application.tickets.view(number, AT).status,
            )
        server = uvicorn.Server(
            uvicorn.Config(build_app(application), port=port, access_log=False, log_level="warning")
        )
        server.run()
        close_application(application)


if __name__ == "__main__":
    main()
