"""The samples with the longest values that their types allow: what fits with these fits with any."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from functools import cache
from types import SimpleNamespace as V
from typing import Any
from zoneinfo import ZoneInfo

from kezek.app.checkpoint.name_file import read_names
from kezek.app.checkpoint.network import read_checkpoints, shipped_checkpoints, shipped_names
from kezek.app.checkpoint.place_name import names_by_post
from kezek.i18n import times
from kezek.web.frame.page import names_in
from kezek.web.server.templates import Templates
from tests.web.looks.album import Sample
from tests.web.looks.samples import samples

# An hour that comes twice is told with its offset.
TWICE = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Chisinau"))
COUNT = 12_345
# What counts trucks or places, by the name it has in the contexts of the templates.
COUNTS = {
    "ahead", "before", "booked", "called", "count", "crossed", "drivers", "due", "exceptions", "first",
    "full", "hidden", "idle", "left", "moves_left", "open", "overtaken", "place", "places", "posts_of",
    "per_hour", "refused", "releases", "reserve", "set_aside", "today", "waiting",
}  # fmt: skip
MINUTES = {"low", "high", "through_low", "through_high", "opens_in", "left"}


def longest(name: str, lang: str) -> str:
    """The sample of a page in a language, each value as long as it may be."""
    page, frame = samples()[name]
    shown = {key: _stretched(key, one, lang) for key, one in names_in(page).items()}
    if "as_of" in shown:
        shown["as_of"] = names_in(page)["as_of"]
    whole = replace(frame, site=replace(frame.site, lang=lang))
    environment = Templates(lambda asset: f"/static/{asset}").environment(lang)
    return Sample(replace(page, **shown), whole).render(environment)


def _stretched(name: str, value: Any, lang: str) -> Any:
    if name == "html":
        return None  # a row that was drawn already is drawn anew
    if is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
        return V(**{key: _stretched(key, one, lang) for key, one in value.items()})
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return type(value)(*(_stretched(key, one, lang) for key, one in value._asdict().items()))
    if isinstance(value, dict):
        return {key: _stretched(key, one, lang) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_stretched(name, one, lang) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, datetime):
        return value if name in ("date", "day") else TWICE
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)):
        return _figure(name, value)
    if isinstance(value, str):
        return _text(name, value, lang)
    return value


def _figure(name: str, value: float) -> float:
    if name in MINUTES:
        return 60 * 23 + 55
    return COUNT if name in COUNTS and isinstance(value, int) else value


def _text(name: str, value: str, lang: str) -> str:
    if name in ("name", "there", "post") and value:
        return names(lang)[name == "there"]
    if name == "wait":
        return f"{times.number(95.5, lang)}–{times.number(120, lang)} h"
    if name == "next_hour":
        return times.hour(TWICE)
    if name == "code" and len(value) == 4:
        return "MMMM"
    if name == "tail":
        return "WWW"
    return value


@cache
def names(lang: str) -> tuple[str, str]:
    """The longest names of a checkpoint and of what stands across the border."""
    listed = read_checkpoints(shipped_checkpoints()).rows
    names = read_names(shipped_names(), {row.id for row in listed}).rows
    posts = names_by_post([row.checkpoint for row in listed], names).values()
    own = max((post.own_name(lang) for post in posts), key=len)
    return own, max((post.opposite_name(lang) or "" for post in posts), key=len)
