"""Events of the log as the rows of a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from kezek.app.account.event_view import EventView, event_views
from kezek.domain.kernel.event import Logged
from kezek.i18n.say import event as say
from kezek.i18n.say.place import line_name
from kezek.web.frame.format import local, zone_of
from kezek.web.frame.page_context import PageContext


class LogEntry(NamedTuple):
    """A line of the templates' log; `kind` is `mind` for what is out of the ordinary."""

    position: int
    at: datetime
    actor: str
    text: str
    reason: str
    kind: str


def entries(here: PageContext, events: Sequence[Logged], *, posts: bool = True) -> list[LogEntry]:
    """The events, each with the clock of its post; `posts` names the post in every line."""
    application = here.application
    told = event_views(application.store.reader, application.network, application.rules, events)
    return [_entry(here, event, posts=posts) for event in told]


def _entry(here: PageContext, event: EventView, *, posts: bool) -> LogEntry:
    zone = zone_of(event.served) if event.served else here.application.network.zone
    place = line_name(event.served, here.lang) if event.served and posts else ""
    text = say.what(event, here.words, zone)
    return LogEntry(
        position=event.position,
        at=local(event.at, zone),
        actor=say.who(event.actor, here.words),
        text=f"{place}: {text}" if place else text,
        reason=say.reason(event, here.words, zone),
        kind="mind" if event.exceptional else "",
    )
