"""The board: the whole network on one sheet, kept as bytes until something changes."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from litestar import Response, get
from litestar.response import Stream
from markupsafe import Markup

from kezek.app.turn.board import PostRow
from kezek.domain.kernel.instant import MINUTE, Instant
from kezek.domain.kernel.text import cleaned
from kezek.i18n import names
from kezek.i18n.collation import sort_key
from kezek.i18n.mark import translatable
from kezek.i18n.say.place import line_name
from kezek.i18n.times import hour
from kezek.web.forecast.hour_wait import next_of, short_wait
from kezek.web.forecast.likely_view import waits_of
from kezek.web.frame.board_cache import BoardPost, BoardSheet, BoardVersion, version_of
from kezek.web.frame.format import DayView, day_views, inward, local, search_of, there_name
from kezek.web.frame.live import live
from kezek.web.frame.page import Page
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.render import HTML, answer, html, packs, render

STATES = {"open": "open", "full": "full", "closed": "shut", "no_line": "idle"}
_FROM_TO = translatable("%(here)s to %(there)s")
_UNSTATED = translatable("neighbouring country not known")
SEARCH_LENGTH_MAX = 60
_VERSION_LENGTH_MAX = 40
_ROW = "post-"  # how the ids of rows begin
_TAG = re.compile(r"<\w+")


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """The lines of one country towards one neighbour, and those of its posts without one.

    `count` is the number of their checkpoints, of which each may have several lines.
    """

    id: str
    here: str
    code: str
    name: str
    places: int | None
    count: int
    posts: list[BoardPost]
    days: list[DayView]


@dataclass(frozen=True, slots=True)
class Total:
    places: int
    open: int
    full: int
    idle: int


@dataclass(frozen=True, slots=True)
class RenderedBoard:
    """What stands on the board, with the version that it is."""

    columns: list[list[BoardGroup]]
    idle: list[BoardGroup]
    total: Total
    waits: str
    version: BoardVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage(Page):
    """`columns` stand left and right on a wide screen; `idle` posts, without a queue, are folded.

    `waits` says what the small figures are, `version` what the reader has when asking for changes.
    """

    template = "pages/network.html"
    columns: list[list[BoardGroup]]
    idle: list[BoardGroup]
    total: Total
    waits: str
    version: str
    as_of: datetime
    q: str
    stream: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardChanges(Page):
    """Rows of posts and other parts of the board that have changed, rendered already."""

    template = "parts/board_changes.html"
    rows: list[Markup]
    others: list[Markup]
    as_of: datetime
    version: str


@get("/")
async def board(request: PageRequest) -> Response[bytes]:
    """The network: places today and in the coming days, trucks waiting, state, age."""
    here = visit(request)
    q = cleaned(request.query_params.get("q", "")[:SEARCH_LENGTH_MAX])
    if q or not here.plain:
        return html(request, render_board(here, q))
    sheet = sheet_of(here)
    headers = {"ETag": sheet.tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == sheet.tag:
        return answer(request, b"", kind=HTML, http_status=304, headers=headers)
    if packs(request):
        return answer(
            request, sheet.packed, kind=HTML, headers={**headers, "Content-Encoding": "gzip"}
        )
    return answer(request, sheet.body, kind=HTML, headers=headers)


@get("/live")
async def board_live(request: PageRequest) -> Stream:
    """Server-sent events: something changed somewhere."""
    return live(request)


def sheet_of(here: PageContext) -> BoardSheet:
    """The public board in a language, rendered once per version of the network and minute."""
    # The version is read before the rows: news in between make the next reader render again.
    state = _state(here)
    found = here.web.sheets.find(here.lang, state)
    if found is None:
        body = render_board(here, "").encode()
        tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        sheet = BoardSheet(body, gzip.compress(body, compresslevel=5, mtime=0), tag)
        found = here.web.sheets.keep(here.lang, state, sheet)
    return found


def _state(here: PageContext) -> object:
    """What a rendered board holds for: the version of the network, that of the forecasts, the minute."""
    newest = here.application.queues.newest(here.application.network.served().values(), here.now)
    edition_told = here.application.forecasts.edition()
    return (here.application.watch.version(), edition_told, here.now // MINUTE, newest)


@get("/changes")
async def board_changes(request: PageRequest) -> Response[bytes]:
    """The parts of the board that have changed since the reader's version, or all of them."""
    here = visit(request)
    since = request.query_params.get("since", "")[:_VERSION_LENGTH_MAX]
    # Read first: news in between are told to the next who asks.
    state = _state(here)
    rendered = here.web.rendered.find(here.lang, state)
    if rendered is None:
        rendered = here.web.rendered.keep(here.lang, state, _rendered(here, ""))
    known = here.web.versions.find((here.lang, since), None)
    ids = rendered.version.changed(known) if known is not None else None
    rows, others = _parts(here, rendered, ids)
    as_of = local(here.now, here.application.network.zone)
    changes = BoardChanges(rows=rows, others=others, as_of=as_of, version=rendered.version.tag)
    return html(request, render(here, changes))


def _parts(
    here: PageContext, rendered: RenderedBoard, ids: list[str] | None
) -> tuple[list[Markup], list[Markup]]:
    """Rows and other parts as they are exchanged; where no ids are known, all that stands there."""
    parts = rendered.version.parts
    if ids is None:
        macros = _macros(here)
        tables = [macros.net(rendered.columns), macros.idle(rendered.idle, rendered.total)]
        return [], [_exchanged(part) for part in (*tables, parts["sum"], parts["waits"])]
    rows = [_exchanged(parts[id]) for id in ids if id.startswith(_ROW)]
    return rows, [_exchanged(parts[id]) for id in ids if not id.startswith(_ROW)]


def _exchanged(part: Markup) -> Markup:
    """A part with the word by which a page puts it in the place of the one with its id."""
    said = _TAG.sub(lambda tag: f'{tag[0]} hx-swap-oob="true"', str(part), count=1)
    return Markup(said)  # noqa: S704 - our own template


def _macros(here: PageContext) -> Any:
    return here.web.templates.environment(here.lang).get_template("parts/posts.html").module


def render_board(here: PageContext, q: str) -> str:
    """The board as text, with the posts that fit the search."""
    rendered = _rendered(here, q)
    zone = here.application.network.zone
    whole = BoardPage(
        columns=rendered.columns,
        idle=rendered.idle,
        total=rendered.total,
        waits=rendered.waits,
        version=rendered.version.tag,
        as_of=local(here.now, zone),
        q=q,
        stream="/live",
    )
    return render(here, whole, zone=zone)


def _rendered(here: PageContext, q: str) -> RenderedBoard:
    """What stands on the board; a whole one is remembered as a version that readers have."""
    rows = here.application.boards.rows(here.now)
    posts = [(row, _kept_post(here, row)) for row in rows]
    if q:
        posts = [(row, post) for row, post in posts if row.names.fits(q)]
    home = _home(rows)
    groups = _groups(here, [one for one in posts if one[1].today is not None], home)
    without = _groups(here, [one for one in posts if one[1].today is None], home)
    # The same way may have posts of both kinds, and a page has each id once.
    idle = [replace(group, id=f"idle-{group.id}") for group in without]
    total = _total(posts)
    columns, waits, macros = _columns(groups), waits_of(here), _macros(here)
    tables = [group for column in (*columns, idle) for group in column]
    parts = {f"{_ROW}{post.id}": post.html or Markup() for g in tables for post in g.posts}
    parts |= {f"{group.id}-left": Markup(macros.left(group)) for group in tables}  # noqa: S704
    parts |= {"sum": Markup(macros.sum(total)), "waits": Markup(macros.waits(waits))}  # noqa: S704
    layout = [(g.id, g.name, [p.id for p in g.posts], [d.date for d in g.days]) for g in tables]
    made = version_of(layout, parts)
    if not q:
        here.web.versions.keep((here.lang, made.tag), None, made)
    return RenderedBoard(columns, idle, total, waits, made)


def _total(posts: list[tuple[PostRow, BoardPost]]) -> Total:
    """Checkpoints by what the best of their lines has today, and the places of all lines."""
    best: dict[str, int] = {}
    for row, post in posts:
        left = -1 if post.today is None else post.today
        best[row.checkpoint.id] = max(left, best.get(row.checkpoint.id, left))
    return Total(
        places=sum(post.today or 0 for _, post in posts),
        open=sum(left > 0 for left in best.values()),
        full=sum(left == 0 for left in best.values()),
        idle=sum(left < 0 for left in best.values()),
    )


def _kept_post(here: PageContext, row: PostRow) -> BoardPost:
    """The row with its markup, rendered again only when its figures have changed."""
    key = (here.lang, row.place)
    places = row.places
    coming = next_of(here, row, looked=False)
    wait = short_wait(here, coming)
    figures = (places.version, places.window, row.waiting, row.waiting_due, wait) if places else ()
    # The names are one object until the network is read anew.
    state = (row.names, *figures)
    found = here.web.rows.find(key, state)
    if found is None:
        post = board_post(row, here.lang, wait, coming.start if coming else None)
        rendered = Markup(_macros(here).row(post))  # noqa: S704 - our own template
        found = here.web.rows.keep(key, state, replace(post, html=rendered))
    return found


def board_post(row: PostRow, lang: str, wait: str = "", first: Instant | None = None) -> BoardPost:
    """A post's row in a language; `wait` is what a truck would wait that books the first free window,
    which begins at `first`.
    """
    today, free = row.today, row.next_free
    return BoardPost(
        id=row.place,
        name=line_name(row.served, lang) if row.served else row.names.own_name(lang),
        there=there_name(row, lang),
        search=search_of(row),
        today=today.ordinary if today else None,
        next_free=free.on if free else None,
        days=day_views(row.places),
        waiting=row.waiting,
        waiting_due=row.waiting_due,
        next_hour=hour(local(first, row.zone)) if first is not None else "",
        wait=wait,
        state=shown_state(row),
        note="",
        html=None,
    )


def shown_state(row: PostRow) -> str:
    """The state of a row in the words of the templates."""
    return STATES[row.state_today]


def _home(rows: list[PostRow]) -> str:
    """The country with most lines."""
    lines = Counter(row.checkpoint.country for row in rows if row.served)
    every = Counter(row.checkpoint.country for row in rows)
    return max(every, key=lambda c: (lines[c], every[c]), default="")


def _groups(
    here: PageContext, posts: list[tuple[PostRow, BoardPost]], home: str
) -> list[BoardGroup]:
    """Posts by the way they lead; those of the home country come first."""
    found: dict[tuple[str, str], list[tuple[PostRow, BoardPost]]] = {}
    for row, post in posts:
        out = (row.checkpoint.country, row.checkpoint.neighbour_country)
        way = out[::-1] if inward(row.served) else out
        found.setdefault(way, []).append((row, post))
    groups = [_group(here, way, members, home) for way, members in found.items()]
    return sorted(groups, key=lambda g: (g.here != "", g.places is None, g.here, sort_key(g.name)))


def _group(
    here: PageContext, way: tuple[str, str], members: list[tuple[PostRow, BoardPost]], home: str
) -> BoardGroup:
    posts = [post for _, post in members]
    country, neighbour = way
    name = _country(here, neighbour)
    if country != home:
        name = here.words.say(_FROM_TO, here=_country(here, country), there=name)
    running = [post.today for post in posts if post.today is not None]
    return BoardGroup(
        id=f"to-{neighbour or 'x'}-{country or 'x'}".lower()
        if country != home
        else f"to-{neighbour.lower()}",
        here="" if country == home else country or "?",
        code=neighbour or "?",
        name=name,
        places=sum(running) if running else None,
        count=len({row.checkpoint.id for row, _ in members}),
        posts=sorted(posts, key=lambda post: sort_key(post.name)),
        days=next((post.days for post in posts if post.days), []),
    )


def _country(here: PageContext, code: str) -> str:
    return names.country(code, here.lang) if code else here.words.gettext(_UNSTATED)


def _columns(groups: list[BoardGroup]) -> list[list[BoardGroup]]:
    """Two columns of nearly the same height; the longest group leads the right one."""
    if not groups:
        return []
    longest = max(groups, key=lambda group: len(group.posts))
    left: list[BoardGroup] = []
    right = [longest]
    for group in groups:
        if group is not longest:
            shorter = left if _height(left) <= _height(right) else right
            shorter.append(group)
    return [column for column in (left, right) if column]


def _height(column: list[BoardGroup]) -> int:
    return sum(len(group.posts) + 2 for group in column)


HANDLERS = (board, board_changes, board_live)
