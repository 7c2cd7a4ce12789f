"""The Jinja environments: one per language, made when first asked for.

Parts are imported without context, so that Jinja keeps their compiled module; what they need of the
language stands in their environment's globals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import CodeType
from typing import Protocol

import jinja2
from jinja2.bccache import Bucket
from markupsafe import Markup

from kezek.i18n import names, times
from kezek.i18n.catalogue import tag_of, words


class FeeView(Protocol):
    """A fee as the `money` filter reads it."""

    units: int
    unit: str
    minor: int
    currency: str


class _Compiled(jinja2.BytecodeCache):
    """Compiled templates in memory: every language runs the same code with other words."""

    def __init__(self) -> None:
        self._codes: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._codes.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None, "what is kept has been compiled"
        self._codes[bucket.key] = (bucket.checksum, bucket.code)


_COMPILED = _Compiled()


class Templates:
    """Renders templates in a language.  `asset` gives addresses."""

    def __init__(self, asset: Callable[[str], str]) -> None:
        self._asset = asset
        self._by_lang: dict[str, jinja2.Environment] = {}

    def render(self, lang: str, template: str, context: Mapping[str, object]) -> str:
        """A whole page."""
        return self.environment(lang).get_template(template).render(context)

    def environment(self, lang: str) -> jinja2.Environment:
        """The environment of a language."""
        found = self._by_lang.get(lang)
        if found is None:
            found = self._by_lang[lang] = self._make(lang)
        return found

    def _make(self, lang: str) -> jinja2.Environment:
        env = jinja2.Environment(
            loader=jinja2.PackageLoader("kezek.web", "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            auto_reload=False,
            bytecode_cache=_COMPILED,
        )
        env.policies["ext.i18n.trimmed"] = True
        say = words(lang)
        env.install_gettext_callables(  # type: ignore[attr-defined]
            say.gettext, say.ngettext, newstyle=True
        )
        env.globals["asset"] = self._asset
        env.filters |= _filters(lang)
        return env


def _filters(lang: str) -> dict[str, Callable[..., str | list[str]]]:
    def day(on: date, style: str = "") -> str:
        return times.day(on, style, lang)

    def stamp(at: datetime) -> str:
        return times.stamp(at, lang)

    def number(value: float) -> str:
        return times.number(value, lang)

    def vehicle_class(name: str) -> str:
        return names.vehicle_class(name, lang)

    def money(fee: FeeView, part: str = "money") -> str:
        if part == "law":
            return f"{times.number(fee.units, lang)} {names.fee_unit(fee.unit, lang)}"
        return times.money(fee.minor, fee.currency, lang)

    def named(name: str) -> str:
        return _named(name, lang)

    return {
        "named": named,
        "day": day,
        "hour": times.hour,
        "stamp": stamp,
        "iso": _iso,
        "number": number,
        "money": money,
        "vehicle_class": vehicle_class,
        "groups": groups_of,
    }


def _named(name: str, lang: str) -> str:
    """A name, marked where it is in another language: it is pronounced and directed in its own."""
    language = getattr(name, "lang", "") or lang
    if language == lang:
        return name
    return Markup('<bdi lang="{}">{}</bdi>').format(tag_of(language), str(name))


def groups_of(plate: str) -> list[str]:
    """Runs of digits and of letters, as a plate has them: 914 DMG 11."""
    return re.findall(r"\d+|\D+", plate)


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
