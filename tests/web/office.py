"""A small world with pages in front of it: a clock that stands until it is moved, and browsers."""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from httpx import Response
from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.testing import TestClient

from kezek import bootstrap
from kezek.api.server.proxies import behind_proxies
from kezek.app.desk.batch import Answer
from kezek.crypto.account.password import hash_password
from kezek.domain.account.decide import SetPassword
from kezek.domain.decide import Command
from kezek.domain.kernel.instant import HOUR
from kezek.domain.kernel.refusal import Reason
from kezek.domain.regulation.regulations import Regulations
from kezek.i18n.say.refusal import SAID
from kezek.settings import Settings
from kezek.web.app import build_pages
from kezek.web.frame.page_context import SESSION_COOKIE
from tests.keys import lay_keys
from tests.world import ADMIN, PEOPLE, World

PASSWORD = "four words to remember"
_FORM = re.compile(r"<form([^>]*)>(.*?)</form>", re.DOTALL)
_ACTION = re.compile(r'action="([^"]*)"')
_INPUT = re.compile(r"<input[^>]*>")
_ATTRIBUTE = re.compile(r'(name|value|type)="([^"]*)"')


def no(reason: str) -> str:
    """How the sentence of a refusal begins."""
    return SAID[Reason(reason)].sentence.split("%")[0].strip()


def _nearby(app: Any) -> Any:
    """The application as a proxy on the same machine asks it."""

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        await app(scope | {"client": ("127.0.0.1", 50_000)}, receive, send)

    return asked


class Office(World):
    """The world behind an application; what is done goes over its desk, so that the pages hear of it."""

    latest: ClassVar[Office]

    def __init__(
        self, folder: Path, regulations: Regulations | None = None, **settings: object
    ) -> None:
        super().__init__(regulations)
        Office.latest = self
        lay_keys(folder)
        with patch.object(bootstrap, "WallClock", lambda: _Clock(self)):
            self.application = bootstrap.furnish(
                Settings(folder=folder, **settings), self.store, self.rules
            )
        pages = build_pages(self.application)
        self.app = Litestar(
            route_handlers=list(pages.routes),
            exception_handlers={HTTPException: pages.failed, Exception: pages.failed},
            openapi_config=None,
        )
        given = self.application.settings
        self.app.asgi_handler = _nearby(
            behind_proxies(self.app.asgi_handler, listed=given.proxies, header=given.proxy_header)
        )

    def do(self, command: Command) -> Answer:
        return self.application.desk.ask(command)

    def browser(self, who: str = "") -> Browser:
        """A browser in which somebody of the world has signed in already."""
        return Browser(self, who)

    def with_password(self, who: str) -> str:
        """Give an account the password of these tests; its login."""
        account = PEOPLE[who].account
        self.done(SetPassword(self.key(), ADMIN, account, _hashed()))
        return who


def code_of(number: int) -> str:
    """The code on the ticket of a booking in the office of the test."""
    return Office.latest.booking(number).code


class _Clock:
    factor = 1

    def __init__(self, office: Office) -> None:
        self._office = office

    def now(self):
        return self._office.now


_kept: list[str] = []


def _hashed() -> str:
    if not _kept:
        _kept.append(hash_password(PASSWORD))
    return _kept[0]


class Browser:
    """Somebody's browser: it remembers cookies and fills in the forms that it was shown."""

    def __init__(self, office: Office, who: str) -> None:
        self.office = office
        self.client = TestClient(office.app, raise_server_exceptions=False)
        self.client.follow_redirects = False
        if who:
            account = PEOPLE[who].account
            secret = office.application.access.plain._begin(account, "session", 12 * HOUR)
            self.client.cookies.set(SESSION_COOKIE, secret)

    def get(self, url: str) -> Response:
        return self.client.get(url, headers={"accept-encoding": "identity"})

    def page(self, url: str) -> str:
        """The text of a page that must be there."""
        answer = self.get(url)
        assert answer.status_code == 200, (url, answer.status_code, answer.text[-600:])
        return answer.text

    def post(self, url: str, fields: dict[str, str | list[str]], **more: object) -> Response:
        return self.client.post(url, data=fields, headers={"accept-encoding": "identity"}, **more)

    def fill(self, page: str, url: str, nth: int = 0) -> dict[str, str]:
        """The hidden fields of the nth form of a page that posts to an address."""
        forms = [
            (_ACTION.search(head), body) for head, body in _FORM.findall(page) if "post" in head
        ]
        # A form without an address posts to the page itself.
        found = [body for action, body in forms if (action[1] if action else url) == url]
        assert len(found) > nth, f"no form for {url} among {[a and a[1] for a, _ in forms]}"
        fields = {}
        for tag in _INPUT.findall(found[nth]):
            given = dict(_ATTRIBUTE.findall(tag))
            if given.get("type") == "hidden":
                fields[given["name"]] = html.unescape(given.get("value", ""))
        return fields

    def send(self, at: str, url: str, *, nth: int = 0, **fields: str) -> Response:
        """Open a page, fill in its form for an address, send it."""
        return self.post(url, self.fill(self.page(at), url, nth) | fields)

    def token(self, at: str = "/account") -> dict[str, str]:
        """A token and a key for a form that no page offers just now."""
        answer = self.get(at)
        # Who has not signed in finds a form where signing in is asked for.
        text = answer.text if answer.status_code == 200 else self.get("/sign-in").text
        found = re.search(r'name="_csrf_token" value="([^"]+)"', text)
        assert found, f"no token on {at}"
        return {"_csrf_token": found[1], "key": self.office.application.chance.secret(12).hex()}

    def flash(self, answer: Response) -> str:
        """What the page says to which an answer leads."""
        assert answer.status_code == 303, (answer.status_code, answer.text[-600:])
        page = self.page(answer.headers["location"])
        said = re.findall(r'class="notice \w+ flash"[^>]*>.*?<p>(.*?)</p>', page, re.DOTALL)
        return html.unescape(" ".join(said))


@contextmanager
def opened(**settings: object) -> Iterator[Office]:
    """An office that is closed in the end."""
    settings = {"rate_public": 1_000_000, "rate_sign_in": 1_000} | settings
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder), **settings)
        try:
            yield office
        finally:
            bootstrap.close_application(office.application)
