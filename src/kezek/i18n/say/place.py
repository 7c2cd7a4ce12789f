"""How a line, and the place where a role holds, are named to a reader."""

from __future__ import annotations

from kezek.app.account.roster import RolePlace
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.domain.checkpoint.checkpoint import EXIT, line_id
from kezek.i18n import names


def line_name(served: ServedLine, lang: str) -> str:
    """The name of a line's post, and its direction unless it is the only one, out of the country."""
    name, line = served.names.own_name(lang), served.line
    if served.alone and line.direction == EXIT:
        return name
    return f"{name} · {direction_of(served, lang)}"


def direction_of(served: ServedLine, lang: str) -> str:
    """A line's direction in words; one that is not its post's first that way is told apart by its id."""
    line = served.line
    further = "" if line.id == line_id(line.checkpoint, line.direction) else line.id
    return names.direction(line.direction, further, lang)


def role_place(where: RolePlace | None, lang: str) -> str:
    """A post, an authority's country, or everywhere (empty)."""
    if where is None:
        return ""
    if where.names is not None:
        return where.names.own_name(lang)
    return names.country(where.country, lang) if where.country else where.id
