"""A rule set whose classes and pools no shipped one has, and a line under it."""

from __future__ import annotations

from functools import cache

from kezek.app.regulation.regulation import parse_regulation
from kezek.domain.checkpoint.checkpoint import Line
from kezek.domain.network.load import OpenLine
from kezek.domain.regulation.regulations import Regulations
from tests.world import ADMIN, TINY, rules

_HEAD = TINY[: TINY.index("[[class]]")]
_NOTE = 'basis = "invented"\nsource = ""\n'
_POOLS = """
[[pool]]
name = "open"
[[pool]]
name = "stable"
reserved = true
[[pool]]
name = "convoy"
reserved = true
"""
_CLASSES = f"""
[[class]]
name = "empty_trucks"
pool = "open"
fee_units = 1
label.en = "empty trucks"
label.ru = "порожние"
{_NOTE}
[[class]]
name = "live_animals"
pool = "stable"
fee_units = 2
cap_percent = 20
label.en = "live animals"
label.ru = "живой скот"
{_NOTE}
[[class]]
name = "buses"
pool = "convoy"
fee_units = 0
cap_places = 5
label.en = "buses"
{_NOTE}
[[class]]
name = "unannounced"
fee_units = 0
cap_places = 3
{_NOTE}
"""
YARD = (
    (_HEAD + _POOLS + _CLASSES)
    .replace('id = "xx-tiny"', 'id = "xx-yard"')
    .replace('"in_turn", "walk_in"', '"live_animals", "empty_trucks", "buses", "unannounced"')
    .replace("window_minutes = { value = 120", "window_minutes = { value = 60")
    .replace("misses_max = { value = 0", "misses_max = { value = 1")
)
LINE = "xx_c.entry"
# Of 96 places a fifth, rounded up, is for animals and five are for buses.
PLACES, RESERVED = 96, {"stable": 20, "convoy": 5}


@cache
def yard_rules() -> Regulations:
    """The rule sets of the world, and this one."""
    yard = parse_regulation(YARD, "yard")
    return Regulations({**rules(), yard.id: yard}, rules().known)


def opening() -> OpenLine:
    """The command that opens the line."""
    line = Line(LINE, "xx_c", "entry", "xx", "xx-yard", "Europe/Berlin", "ours", 0)
    return OpenLine("open the yard", ADMIN, line, PLACES)
