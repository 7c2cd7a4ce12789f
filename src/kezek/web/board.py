"""The board: the whole network on one sheet, kept as bytes until something changes."""

from __future__ import annotations

import gzip
from collections import Counter
from dataclasses import dataclass, replace
from hashlib import blake2b

from litestar import Response, get
from litestar.response import Stream
from markupsafe import Markup

from kezek.app.board import PostRow
from kezek.app.place_name import neighbour_of, own_name, place_keys
from kezek.domain.checkpoint.search import fits
from kezek.domain.kernel.instant import MINUTE, Instant
from kezek.domain.kernel.text import cleaned
from kezek.text import names
from kezek.text.mark import translatable
from kezek.text.times import hour
from kezek.web.live import live
from kezek.web.outlook import next_of, short_wait, waits_of
from kezek.web.render import HTML, answer, html, packs, render
from kezek.web.shape import (
    DayView,
    day_views,
    local,
    search_of,
    there_name,
    zone_of,
)
from kezek.web.sheet import BoardPost, Sheet
from kezek.web.site import network_zone
from kezek.web.visit import PageRequest, Visit, visit

STATES = {"open": "open", "full": "full", "closed": "shut", "no_line": "idle"}
_FROM_TO = translatable("%(here)s to %(there)s")
_UNSTATED = translatable("neighbouring country not known")
SEARCH_LENGTH_MAX = 60


@dataclass(frozen=True, slots=True)
class Group:
    """The posts of one country towards one neighbour."""

    id: str
    here: str
    code: str
    name: str
    places: int | None
    posts: list[BoardPost]
    days: list[DayView]


@dataclass(frozen=True, slots=True)
class Total:
    places: int
    open: int
    full: int
    idle: int


@get("/")
async def board(request: PageRequest) -> Response[bytes]:
    """The network: places today and in the coming days, trucks waiting, state, age."""
    here = visit(request)
    q = cleaned(request.query_params.get("q", "")[:SEARCH_LENGTH_MAX])
    if q or not here.plain:
        return html(request, draw(here, q))
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


def sheet_of(here: Visit) -> Sheet:
    """The public board in a language, drawn once per version of the network and minute."""
    # The version is read before the rows: news in between make the next reader draw again.
    newest = here.house.queues.newest(here.house.network.posts().values(), here.now)
    edition = here.house.forecasts.edition()
    state = (here.house.watch.version(), edition, here.now // MINUTE, newest)
    found = here.web.sheets.find(here.lang, state)
    if found is None:
        body = draw(here, "").encode()
        tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        sheet = Sheet(body, gzip.compress(body, compresslevel=5, mtime=0), tag)
        found = here.web.sheets.keep(here.lang, state, sheet)
    return found


def draw(here: Visit, q: str) -> str:
    """The board as text, with the posts that fit the search."""
    rows = here.house.boards.rows(here.now)
    zone = network_zone(here.house)
    posts = [(row, _kept_post(here, row)) for row in rows]
    if q:
        posts = [(row, post) for row, post in posts if fits(q, place_keys(row.post.checkpoint))]
    home = _home(rows)
    groups = _groups(here, [one for one in posts if one[1].today is not None], home)
    without = _groups(here, [one for one in posts if one[1].today is None], home)
    # The same way may have posts of both kinds, and a page has each id once.
    idle = [replace(group, id=f"idle-{group.id}") for group in without]
    shown = [post for _, post in posts]
    return render(
        here,
        "pages/network.html",
        zone=zone,
        columns=_columns(groups),
        idle=idle,
        total=Total(
            places=sum(post.today or 0 for post in shown),
            open=sum(bool(post.today) for post in shown),
            full=sum(post.today == 0 for post in shown),
            idle=sum(post.today is None for post in shown),
        ),
        waits=waits_of(here),
        as_of=local(here.now, zone),
        q=q,
        stream="/live",
    )


def _kept_post(here: Visit, row: PostRow) -> BoardPost:
    """The row with its markup, drawn again only when its figures have changed."""
    key = (here.lang, row.post.checkpoint.id)
    places = row.places
    coming = next_of(here, row, looked=False)
    wait = short_wait(here, coming)
    state = (places.version, places.hour, row.waiting, row.due, wait) if places else None
    found = here.web.rows.find(key, state)
    if found is None:
        post = board_post(row, here.lang, wait, coming.start if coming else None)
        part = here.web.templates.environment(here.lang).get_template("parts/posts.html")
        module = part.module
        drawn = Markup(module.row(post))  # type: ignore[attr-defined]  # noqa: S704 - our own template
        found = here.web.rows.keep(key, state, replace(post, html=drawn))
    return found


def board_post(row: PostRow, lang: str, wait: str = "", first: Instant | None = None) -> BoardPost:
    """A post's row in a language; `wait` is what a truck would wait that books the first free window,
    which begins at `first`.
    """
    checkpoint, today, free = row.post.checkpoint, row.today, row.next_free
    return BoardPost(
        id=checkpoint.id,
        name=own_name(checkpoint, lang),
        there=there_name(checkpoint, lang),
        search=search_of(checkpoint),
        today=today.ordinary if today else None,
        next_free=free.on if free else None,
        days=day_views(row.places),
        waiting=row.waiting,
        due=row.due,
        next_hour=hour(local(first, zone_of(row.post))) if first is not None else "",
        wait=wait,
        state=shown_state(row),
        note="",
        html=None,
    )


def shown_state(row: PostRow) -> str:
    """A post without an ordinary place today is full, whatever the days behind it bring."""
    full_today = row.today is not None and row.next_free is not None and not row.today.ordinary
    return "full" if row.state == "open" and full_today else STATES[row.state]


def _home(rows: list[PostRow]) -> str:
    """The country with most lines."""
    lines = Counter(row.post.checkpoint.country for row in rows if row.post.line)
    every = Counter(row.post.checkpoint.country for row in rows)
    return max(every, key=lambda c: (lines[c], every[c]), default="")


def _groups(here: Visit, posts: list[tuple[PostRow, BoardPost]], home: str) -> list[Group]:
    """Posts by the way they lead; those of the home country come first."""
    found: dict[tuple[str, str], list[BoardPost]] = {}
    for row, post in posts:
        way = (row.post.checkpoint.country, neighbour_of(row.post.checkpoint))
        found.setdefault(way, []).append(post)
    groups = [_group(here, way, members, home) for way, members in found.items()]
    return sorted(groups, key=lambda g: (g.here != "", g.places is None, g.here, g.name))


def _group(here: Visit, way: tuple[str, str], posts: list[BoardPost], home: str) -> Group:
    say, lang = here.words, here.lang
    country, neighbour = way
    name = names.country(neighbour, lang) if neighbour else say.gettext(_UNSTATED)
    if country != home:
        name = say.say(_FROM_TO, here=names.country(country, lang), there=name)
    running = [post.today for post in posts if post.today is not None]
    return Group(
        id=f"to-{neighbour or 'x'}-{country}".lower()
        if country != home
        else f"to-{neighbour.lower()}",
        here="" if country == home else country,
        code=neighbour or "?",
        name=name,
        places=sum(running) if running else None,
        posts=sorted(posts, key=lambda post: post.name),
        days=next((post.days for post in posts if post.days), []),
    )


def _columns(groups: list[Group]) -> list[list[Group]]:
    """Two columns of nearly the same height; the longest group leads the right one."""
    if not groups:
        return []
    longest = max(groups, key=lambda group: len(group.posts))
    left: list[Group] = []
    right = [longest]
    for group in groups:
        if group is not longest:
            shorter = left if _height(left) <= _height(right) else right
            shorter.append(group)
    return [column for column in (left, right) if column]


def _height(column: list[Group]) -> int:
    return sum(len(group.posts) + 2 for group in column)


HANDLERS = (board, board_live)
