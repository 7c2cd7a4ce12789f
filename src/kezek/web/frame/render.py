"""From a template to an answer, with the headers that every page has."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

import msgspec
from litestar import Response

from kezek.web.frame.page import FormToken, Page, PageFrame, names_in
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.site import site_of

HTML = "text/html"
PERSONAL = "no-store"
_PACKED_MIN = 1_400  # bytes: one packet gains nothing

SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def page(
    request: PageRequest,
    shown: Page,
    *,
    http_status: int = 200,
    zone: str = "",
    headers: Mapping[str, str] | None = None,
    address: str | None = None,
) -> Response[bytes]:
    """A rendered page; nobody but the reader may keep it.  `zone` is that of the page's post.

    Without an `address`, Back to the answer of a form leads to where the form was sent.
    """
    if address is None:
        # The answer itself is kept by no browser.
        sent = request.method == "POST" and http_status == 200
        address = request.url.path if sent else ""
    text = render(visit(request), shown, zone=zone, address=address)
    return html(request, text, http_status=http_status, headers=headers)


def render(
    here: PageContext,
    page: Page,
    *,
    zone: str = "",
    address: str = "",
    csrf_token: str = "",
) -> str:
    """The text of a page; `csrf_token` stands for the reader's own where the text is kept for many."""
    frame = PageFrame(site_of(here, zone), csrf_token or FormToken(here), address)
    return here.web.templates.render(here.lang, page.template, names_in(frame) | names_in(page))


def html(
    request: PageRequest,
    text: str,
    *,
    http_status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """A page that is rendered already."""
    body = text.encode()
    more = {"Cache-Control": PERSONAL, **(headers or {})}
    if len(body) >= _PACKED_MIN and packs(request):
        # The least effort: half the bytes for a tenth of the time that rendering took.
        more["Content-Encoding"], body = "gzip", gzip.compress(body, compresslevel=1, mtime=0)
    return answer(request, body, kind=HTML, http_status=http_status, headers=more)


def packs(request: PageRequest) -> bool:
    """Whether the reader takes gzip."""
    return "gzip" in request.headers.get("accept-encoding", "")


def answer(
    request: PageRequest,
    body: bytes,
    *,
    kind: str,
    http_status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """Any answer of the pages, with its cookies and the headers that all have."""
    here = visit(request)
    whole = {**SECURITY, "Vary": "Accept-Encoding, Accept-Language, Cookie", **(headers or {})}
    if here.application.settings.secure_cookies:
        whole["Strict-Transport-Security"] = "max-age=31536000"
    return Response(
        body, media_type=kind, status_code=http_status, headers=whole, cookies=here.cookies
    )


def wants_word(request: PageRequest) -> bool:
    """Whether a script of ours asks for the sentence alone, because its page stays where it is."""
    return request.headers.get("accept", "").startswith("application/json")


def word(
    request: PageRequest,
    kind: str,
    text: str,
    *,
    code: str = "",
    q: str = "",
    http_status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[bytes]:
    """What became of a form, for `wants_word`: `kind` of a flash, its sentence, a stable code of a
    fault, and the code of a ticket to look for.
    """
    body = msgspec.json.encode({"kind": kind, "text": text, "code": code, "q": q})
    more = {"Cache-Control": PERSONAL, **(headers or {})}
    return answer(request, body, kind="application/json", http_status=http_status, headers=more)


def redirect(request: PageRequest, url: str) -> Response[bytes]:
    """Go on by GET at another address of ours, so that a reload sends nothing twice."""
    return answer(
        request,
        b"",
        kind=HTML,
        http_status=303,
        headers={"Location": url, "Cache-Control": PERSONAL},
    )
