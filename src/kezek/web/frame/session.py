"""Signing in and out by cookie, and the guards of pages that are not for everybody."""

from __future__ import annotations

from urllib.parse import quote

from kezek.app.account.access import Person
from kezek.domain.account.actor import PUBLIC, Actor, Role
from kezek.web.frame.page_context import SESSION_COOKIE, PageRequest, visit
from kezek.web.frame.page_error import PageError, Redirect

SIGN_IN = "/sign-in"


def person(request: PageRequest) -> Person | None:
    """Who has signed in."""
    return visit(request).person


def actor(request: PageRequest) -> Actor:
    """Who acts: the account that has signed in, or the public."""
    found = visit(request).person
    return found.actor if found else PUBLIC


def signed_in(request: PageRequest, *roles: Role) -> Person:
    """The person, when one has signed in and holds one of the roles somewhere.

    Reading leads to the sign-in page and back; a form ends on the error page, because what it sent
    cannot be sent again by itself.
    """
    here = visit(request)
    found = here.person
    if found is None:
        if request.method not in ("GET", "HEAD"):
            raise PageError("session_expired" if here.had_session else "unauthenticated")
        expired = "&expired=1" if here.had_session else ""
        raise Redirect(f"{SIGN_IN}?next={quote(address_of(request), safe='')}{expired}")
    if roles and not found.places(*roles):
        raise PageError("not_allowed")
    return found


def open_session(request: PageRequest, secret: str) -> None:
    """Give the browser the secret of a new session."""
    here = visit(request)
    here.set_cookie(SESSION_COOKIE, secret, here.application.settings.session_hours * 3600)


async def close_session(request: PageRequest) -> None:
    """Sign out: the session ends on the server, the cookie in the browser."""
    here = visit(request)
    if here.person is not None:
        await here.application.access.end(here.person)
    here.set_cookie(SESSION_COOKIE, "", 0)


def address_of(request: PageRequest) -> str:
    """Path and query of the request."""
    query = request.scope.get("query_string", b"").decode("latin-1")
    return f"{request.url.path}?{query}" if query else str(request.url.path)


def own_address(text: str, otherwise: str = "/") -> str:
    """An address to go on to after signing in, only if it is ours: a path, never another site."""
    fine = text.startswith("/") and not text.startswith(("//", "/\\")) and len(text) <= 500
    # What stands in a header is ASCII: an address with other letters would come percent-encoded.
    return text if fine and text.isascii() and text.isprintable() else otherwise
