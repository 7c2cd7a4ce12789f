"""The log says what happened by stable codes, and never a word of anybody's."""

from __future__ import annotations

import ast
import asyncio
import io
import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from kezek.api.server.middleware import count_answers
from kezek.app.desk.metrics import HttpMetrics
from kezek.bootstrap import make_app
from kezek.cli.server import log_line
from kezek.cli.server.log_code import CODES, FOREIGN
from kezek.settings import Settings
from tests.api.app import NOW_OPEN, Answer, Api, utc
from tests.docs import pages
from tests.tidy import tree
from tests.web.office import Office, opened

# Each stands for something that must stay out of every log, and is found by itself alone.
PLATE, VIN, PHONE, NAME = "MRK777ZZ", "MARKEDVNX12345678", "+77019998877", "Markedname Surname"
LOGIN, PASSWORD, QUERY, KEY = "marked-login", "marked password here", "markedquery", "markedkey"
MARKS = (PLATE, VIN, PHONE, PHONE[1:], "Markedname", LOGIN, PASSWORD, QUERY, KEY)


class Log:
    """Everything that is logged, at every level, in one of the two forms."""

    def __init__(self, form: str) -> None:
        self.stream = io.StringIO()
        self.secrets: list[str] = []
        log_line.start_logging(Settings(log=form))
        logging.getLogger().handlers[0].setStream(self.stream)
        for name in ("", "kezek", "kezek.request"):
            logging.getLogger(name).setLevel(logging.INFO)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.text.splitlines()]

    def silent(self) -> None:
        assert self.text, "nothing was logged at all"
        for word in (*MARKS, *self.secrets):
            assert word.lower() not in self.text.lower(), f"{word} in:\n{self.text}"


@pytest.fixture(params=["lines", "json"])
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    yield from made(request.param)


@pytest.fixture
def json_log() -> Iterator[Log]:
    yield from made("json")


def made(form: str) -> Iterator[Log]:
    root, hooks = logging.getLogger(), (threading.excepthook, sys.unraisablehook)
    before = root.handlers[:], root.level
    root.handlers[:] = []
    try:
        yield Log(form)
    finally:
        root.handlers[:], root.level = before[0], before[1]
        logging.captureWarnings(capture=False)
        threading.excepthook, sys.unraisablehook = hooks
        for name in ("kezek", "kezek.request"):
            logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    made = Api(tmp_path)
    made.app = make_app(made.application)
    yield made
    made.close()


@pytest.fixture
def office() -> Iterator[Office]:
    with opened() as found:
        found.app.asgi_handler = count_answers(found.app.asgi_handler, HttpMetrics())
        yield found


def form(api: Api, **changes: object) -> dict:
    vehicle = {"country": "KZ", "plate": PLATE, "vin": VIN, "phone": PHONE, "drivers": [NAME]}
    return api.form(1, vehicle=vehicle | changes)


def test_the_journeys_of_a_program_leave_no_mark(api: Api, log: Log):
    log.secrets += api.keys.values()
    made = api.post("/bookings", form(api) | {"start": utc(NOW_OPEN)}, "carrier", key=KEY)
    assert made.status == 201, made.raw
    number = made.body["number"]
    log.secrets += [
        api.application.papers.link(number),
        *re.findall(r'"([^"\s]{24,})"', str(made.body)),
    ]
    assert api.post("/bookings", form(api), "carrier", key="another").status == 409
    assert api.post("/checkpoints/kz_a/search", {"plate": PLATE}, "officer").status in (200, 400)
    api.post("/arrivals", {"booking": number}, "officer")
    api.post("/calls", {"checkpoint": "kz_a", "booking": number}, "officer")
    api.post("/admissions", {"booking": number}, "officer")
    api.post("/crossings", {"booking": number}, "officer")
    api.get(f"/bookings/{number}?x={QUERY}", "carrier")
    log.silent()


@pytest.mark.parametrize(
    "changes",
    [
        {"plate": PLATE * 9},
        {"vin": VIN + "O"},
        {"phone": PHONE + "x"},
        {"drivers": [NAME] * 9},
        {PLATE: NAME},
        {"country": NAME},
        {"drivers": NAME},
    ],
    ids=str,
)
def test_what_is_refused_leaves_no_mark(api: Api, log: Log, changes: dict):
    assert api.post("/bookings", form(api, **changes), "carrier").status >= 400
    assert api.post("/bookings", f'{{"{NAME}": '.encode(), "carrier").status == 400
    assert api.get(f"/{QUERY}/{PLATE}?{PHONE}").status == 404
    assert api.get("/me", "Bearer-" + KEY).status == 401
    log.silent()


def test_the_journeys_of_people_leave_no_mark(office: Office, log: Log):
    number = office.book(7, who="public")
    link = office.application.papers.link(number)
    log.secrets.append(link)
    browser = office.browser()
    for path in ("", "/qr.svg", "/print", "/move"):
        browser.get(f"/t/{link}{path}")
    browser.send("/ticket", "/ticket", number=str(number), phone=PHONE)
    browser.send("/sign-in", "/sign-in", login=LOGIN, password=PASSWORD)
    browser.get(f"/sign-in?next=/{QUERY}")
    browser.get(f"/t/{QUERY}")
    browser.post("/book", {"plate": PLATE, "phone": PHONE, "driver": NAME})
    officer = office.browser("officer")
    log.secrets += [cookie.value for cookie in officer.client.cookies.jar if cookie.value]
    officer.get(f"/console/kz_a?plate={PLATE}")
    officer.get(f"/{QUERY}?{PHONE}")
    assert log.text
    log.silent()


def unheld(api: Api) -> Answer:
    """A booking whose answer is none that the description promises: our own mistake."""
    body = json.dumps(form(api)).encode()
    head = {"content-type": "application/json", "content-length": str(len(body))}
    scope = api.scope("POST", "/bookings", "carrier", head)
    return api.loop.run_until_complete(api._ask(scope, body))


def fails(*_: object, **__: object) -> None:
    raise ValueError(f"{PLATE} {VIN} {PHONE} {NAME} {LOGIN} {PASSWORD} {QUERY} {KEY}")


def test_our_own_mistakes_quote_nobody(api: Api, log: Log, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("kezek.app.desk.desk.decided", fails)
    told = unheld(api)
    assert told.status == 500
    assert told.body["facts"]["id"] in log.text, "what the asker was told finds the line"
    assert "request failed" in log.text
    log.silent()


def test_a_page_that_fails_quotes_nobody(office: Office, log: Log, monkeypatch: pytest.MonkeyPatch):
    browser = office.browser()
    page = browser.fill(browser.page("/ticket"), "/ticket")
    monkeypatch.setattr("kezek.app.booking.find_ticket.LostTickets.find", fails)
    told = browser.post("/ticket", page | {"ticket": "1", "phone": PHONE})
    assert told.status_code == 500
    assert "reference" in log.text
    log.silent()


def test_threads_tasks_and_warnings_quote_nobody(log: Log):
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    assert "a thread ended" in log.text

    async def forgotten() -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(fails, NAME, PLATE)
        task = asyncio.ensure_future(failing())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    async def failing() -> None:
        fails()

    asyncio.run(forgotten())
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"about {PHONE}", stacklevel=1)
    logging.getLogger("psycopg").warning("error in %r: %s", NAME, PLATE)
    logging.getLogger("uvicorn.error").error(f"odd request {QUERY}={PLATE}")  # noqa: G004 - as libraries do
    assert "Exception in callback" in log.text
    assert "UserWarning" in log.text
    log.silent()


def test_a_machine_finds_every_line_by_its_code(api: Api, json_log: Log, monkeypatch):
    api.get("/checkpoints")
    monkeypatch.setattr("kezek.app.desk.desk.decided", fails)
    unheld(api)
    first, *_, batch, failed, last = json_log.lines
    assert (first["code"], first["route"], first["status"]) == ("request", "list_checkpoints", 200)
    assert first["milliseconds"] >= 0
    assert batch["code"] == "batch_failed"
    assert [failed["code"], last["code"]] == ["request_failed", "request"]
    assert failed["request"] == last["request"] != first["request"]
    assert last["status"] == 500
    assert all(
        {"at", "level", "logger", "process", "event"} <= line.keys() for line in (first, last)
    )


def calls() -> Iterator[tuple[str, str]]:
    """Every sentence that is logged, as it stands in the code, and where."""
    for path in tree.sources():
        for node in ast.walk(tree.parsed(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "log"
                and node.func.attr in ("debug", "info", "warning", "error", "exception", "critical")
            ):
                (sentence, *_) = node.args
                where = f"{tree.name(path)}:{node.lineno}"
                assert isinstance(sentence, ast.Constant), f"{where}: the sentence is put together"
                yield str(sentence.value), where


def test_every_line_has_a_code_and_every_code_a_line():
    said = dict(calls())
    assert len(said) > 30
    missing = {where: sentence for sentence, where in said.items() if sentence not in CODES}
    assert not missing, f"give each a code in src/kezek/cli/server/log_code.py: {missing}"
    assert not CODES.keys() - said.keys(), "codes of lines that nobody writes any more"
    assert len(set(CODES.values())) == len(CODES)
    assert FOREIGN not in CODES.values()


def test_every_code_is_documented():
    assert not pages.compared(pages.named_first("log.md"), [*CODES.values(), FOREIGN])


def test_the_log_of_people_has_no_line_for_a_request():
    for form_, level in (("lines", logging.WARNING), ("json", logging.INFO)):
        for log in made(form_):
            log_line.start_logging(Settings(log=form_))
            assert logging.getLogger("kezek.request").level == level
            assert log.text == ""
