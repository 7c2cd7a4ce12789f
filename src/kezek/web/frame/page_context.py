"""One request for a page: who asks, in which language, from where, and with which form."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import msgspec
from litestar import Request
from litestar.datastructures import Cookie

from kezek.app.account.access import Person
from kezek.app.application import Application
from kezek.app.cache import BoundedCache
from kezek.app.server.rate import client_address
from kezek.domain.kernel.instant import Instant
from kezek.i18n.catalogue import Words, codes, words
from kezek.i18n.negotiation import preferred
from kezek.web.frame import csrf
from kezek.web.frame.board_cache import BoardPost, BoardSheet, BoardVersion
from kezek.web.frame.forms import Form
from kezek.web.server.assets import Assets
from kezek.web.server.templates import Templates

PageRequest: TypeAlias = Request[Any, Any, Any]

SESSION_COOKIE = "kezek_session"
LANG_COOKIE = "kezek_lang"
FLASH_COOKIE = "kezek_flash"
YEAR = 365 * 24 * 3600
_SLOT = "kezek.visit"
_FLASH_SECONDS = 60
_FLASH_LENGTH_MAX = 1_500


@dataclass(frozen=True, slots=True)
class Web:
    """What all pages share."""

    application: Application
    assets: Assets
    templates: Templates
    rows: BoundedCache[BoardPost]  # rows of the board, by language and post
    sheets: BoundedCache[BoardSheet]  # whole boards, by language
    rendered: BoundedCache[Any]  # what stands on them, by language
    versions: BoundedCache[BoardVersion]  # what their last versions held, by language and version
    tickets: BoundedCache[str]  # tickets without their forms' tokens, by booking and language
    pictures: BoundedCache[Any]  # what is dear to draw and the same for all: a post's hours
    counted: BoundedCache[bool]  # keys of bookings that a limit has counted already, by address
    mark: str  # what no text on a page can hold by accident or design


class Flash(msgspec.Struct, frozen=True, array_like=True):
    """A sentence for the next page; kind is `done`, `plain`, `mind` or `stop`."""

    kind: str
    text: str


class PageContext:
    """What a page knows of the request.  `cookies` are sent with its answer."""

    def __init__(self, web: Web, request: PageRequest) -> None:
        self.web, self.request, self.application = web, request, web.application
        self.cookies: list[Cookie] = []
        self.form = Form()
        self.lang = self._language()
        self._new_flashes: list[Flash] = []

    @property
    def words(self) -> Words:
        """The language of the page."""
        return words(self.lang)

    @cached_property
    def now(self) -> Instant:
        """Domain time, the same for the whole page."""
        return self.application.now()

    @cached_property
    def person(self) -> Person | None:
        """Who has signed in, None for the public and after the session has run out."""
        secret = self.request.cookies.get(SESSION_COOKIE, "")
        return self.application.access.session(secret) if secret else None

    def look_nobody_up(self) -> None:
        """Draw what follows as for nobody, unless it is known already who asks: the database is away."""
        self.__dict__.setdefault("person", None)

    @property
    def had_session(self) -> bool:
        """Whether the browser still shows a session, live or not."""
        return bool(self.request.cookies.get(SESSION_COOKIE))

    @cached_property
    def csrf_token(self) -> str:
        """The token for the page's forms; the first one sets the cookie it is bound to."""
        seed = self.request.cookies.get(csrf.SEED_COOKIE, "")
        if not seed:
            seed = self.application.chance.secret(csrf.SEED_BYTES).hex()
            self.set_cookie(csrf.SEED_COOKIE, seed)
        session = self.request.cookies.get(SESSION_COOKIE, "")
        return csrf.make_token(seed, session, self.application.chance.secret(8).hex())

    def new_key(self) -> str:
        """An idempotency key for the forms of one page."""
        return self.application.chance.secret(12).hex()

    @property
    def address(self) -> str:
        """Where the request comes from, as far as we can know."""
        return client_address(self.request.scope.get("client"))

    def set_cookie(
        self, name: str, value: str, seconds: int | None = None, *, path: str = "/"
    ) -> None:
        """A cookie that no script reads and no other site's form sends."""
        self.cookies.append(
            Cookie(
                key=name,
                value=value,
                path=path,
                httponly=True,
                samesite="lax",
                secure=self.application.settings.secure_cookies,
                max_age=seconds,
            )
        )

    def flash(self, kind: str, text: str) -> None:
        """Say something on the page to which this request leads."""
        self._new_flashes.append(Flash(kind, text))
        body = base64.urlsafe_b64encode(msgspec.json.encode(self._new_flashes)).decode()
        self.cookies = [c for c in self.cookies if c.key != FLASH_COOKIE]
        if len(body) <= _FLASH_LENGTH_MAX:
            self.set_cookie(FLASH_COOKIE, body, _FLASH_SECONDS)

    @property
    def plain(self) -> bool:
        """Whether the page is the same for everybody who asks for it in this language."""
        cookies = self.request.cookies
        return not (self.cookies or FLASH_COOKIE in cookies or SESSION_COOKIE in cookies)

    def take_flashes(self) -> list[Flash]:
        """What the page before wanted said, once."""
        body = self.request.cookies.get(FLASH_COOKIE, "")
        if not body:
            return []
        self.set_cookie(FLASH_COOKIE, "", 0)
        try:
            said = base64.urlsafe_b64decode(body[:_FLASH_LENGTH_MAX])
            found = msgspec.json.decode(said, type=list[Flash])
        except (msgspec.MsgspecError, ValueError):
            return []
        return [f for f in found if f.kind in ("done", "plain", "mind", "stop")]

    def _language(self) -> str:
        """By the address, then the cookie, then what the browser prefers."""
        asked = self.request.query_params.get("lang", "")
        if asked in codes():
            if self.request.cookies.get(LANG_COOKIE) != asked:
                self.set_cookie(LANG_COOKIE, asked, YEAR)
            return str(asked)
        kept = self.request.cookies.get(LANG_COOKIE, "")
        if kept in codes():
            return kept
        return preferred(self.request.headers.get("accept-language", ""))


def begin_visit(web: Web, request: PageRequest) -> PageContext:
    """The visit of a request, made on first sight."""
    found: PageContext | None = request.scope.get(_SLOT)  # type: ignore[assignment]
    if found is None:
        found = PageContext(web, request)
        request.scope[_SLOT] = found  # type: ignore[literal-required]
    return found


def visit(request: PageRequest) -> PageContext:
    """The visit of a request that has come through the pages' door."""
    found = request.scope[_SLOT]  # type: ignore[literal-required]
    assert isinstance(found, PageContext), "the pages' door makes the visit"
    return found
