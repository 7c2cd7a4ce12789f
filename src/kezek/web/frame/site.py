"""What the frame of every page shows: languages, doors, clock, the demonstration's line, flashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from kezek.app.account.access import Person
from kezek.app.application import Application
from kezek.domain.account.actor import ANYWHERE, Role
from kezek.domain.kernel.instant import to_datetime
from kezek.i18n.catalogue import languages
from kezek.i18n.times import utc_offset
from kezek.web.frame.page_context import Flash, PageContext, PageRequest


@dataclass(frozen=True, slots=True)
class LangLink:
    code: str
    tag: str
    short: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Door:
    kind: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class SiteClock:
    at: datetime
    zone: str
    rate: int


@dataclass(frozen=True, slots=True)
class DemoLine:
    at: datetime
    rate: int


@dataclass(frozen=True, slots=True)
class Site:
    """The `site` of the templates; see templates/CONTEXT.md."""

    lang: str
    tag: str
    direction: str
    langs: list[LangLink]
    doors: list[Door]
    user: str | None
    clock: SiteClock | None
    demo: DemoLine | None
    flashes: list[Flash]


def site_of(visit: PageContext, zone: str = "") -> Site:
    """The frame for a request, with the clock of a zone (the network's own when none is named)."""
    application, person, path = visit.application, visit.person, visit.request.url.path
    zone = zone or application.network.zone
    at = to_datetime(visit.now, zone)
    demo = application.demo
    rate = demo.factor if demo else 1
    return Site(
        lang=visit.lang,
        tag=visit.words.tag,
        direction=visit.words.direction,
        langs=_langs(visit.request),
        doors=doors(application, person, path),
        user=person.account.name if person else None,
        clock=SiteClock(at, utc_offset(at), rate),
        # The board's moment is that of the network, whatever post is looked at.
        demo=DemoLine(to_datetime(demo.began, application.network.zone), rate) if demo else None,
        flashes=visit.take_flashes(),
    )


def _langs(request: PageRequest) -> list[LangLink]:
    query = [
        (name, value)
        for name, value in parse_qsl(request.scope.get("query_string", b"").decode("latin-1"))
        if name != "lang"
    ]
    return [
        LangLink(x.code, x.tag, x.short, x.name, "?" + urlencode([*query, ("lang", x.code)]))
        for x in languages()
    ]


_PUBLIC = (("board", "/"), ("book", "/book"), ("ticket", "/ticket"))
_CARRIER = (("carrier", "/carrier"), ("garage", "/carrier/garage"), ("bulk", "/carrier/bulk"))


def doors(application: Application, person: Person | None, path: str) -> list[Door]:
    """The pages that a person may enter, those for the own work first; the longest match is here."""
    found = _doors(application, person)
    fitting = [url for _, url in found if _within(path, url)]
    here = max(fitting, key=len, default="")
    return [Door(kind, url, url == here) for kind, url in found]


def _within(path: str, url: str) -> bool:
    if url == "/":
        return path == "/" or path.startswith("/checkpoints")
    if url == "/ticket" and path.startswith("/t/"):
        return True
    return path == url or path.startswith(url + "/")


def _doors(application: Application, person: Person | None) -> list[tuple[str, str]]:
    if person is None:
        return list(_PUBLIC)
    found: list[tuple[str, str]] = []
    if person.places(Role.CARRIER):
        found += _CARRIER
    if person.places(Role.CLERK):
        found.append(("clerk", "/clerk"))
    if person.places(Role.OFFICER, Role.SUPERVISOR):
        found.append(("console", _console(application, person)))
    agency = person.places(Role.AGENCY)
    if agency:
        found += [("agency", "/agency"), ("regulation", _regulation(application, agency))]
    if person.places(Role.ADMINISTRATOR, Role.AGENCY):
        found += [("users", "/users"), ("keys", "/keys"), ("log", "/log")]
    return [*found, ("board", "/")]


def _console(application: Application, person: Person) -> str:
    places = person.places(Role.OFFICER, Role.SUPERVISOR)
    known = sorted(place for place in places if application.network.post(place))
    return f"/console/{known[0]}" if len(known) == 1 and ANYWHERE not in places else "/console"


def _regulation(application: Application, places: frozenset[str]) -> str:
    codes = [code for code, rules in application.rules.items() if rules.authority in places]
    return f"/regulations/{codes[0] if codes else next(iter(application.rules), 'kz')}"
