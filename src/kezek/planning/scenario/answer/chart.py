"""Charts of an answer as SVG, the same on a page and in the docs.

Values are shown by height, not by hue: bands have the text's colour, lighter where less is certain.
Elements have CSS classes and no colours; a page styles them, and `standalone` adds a style for light and
dark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

from kezek.domain.kernel.value import value
from kezek.planning.scenario.answer.answer import LineLength, PostAnswer, ScenarioAnswer

WIDTH, NARROW, PANEL, LEFT, RIGHT, TOP, FOOT = 640, 400, 150, 46, 8, 26, 22
_TICKS = 4
_HALF = 0.5
_MEDIAN = 3
_NICE = (1, 2, 3, 4, 5, 6, 8, 10)
_HOURS = 24
_DAY_ROOM = 64  # units of width that the label of a day needs

STYLE = """\
svg{color:#1b1a17;background:#fbfaf6;font-family:system-ui,sans-serif;font-size:12px}
.fan-95,.fan-75{fill:currentColor;stroke:none}.fan-95{opacity:.16}.fan-75{opacity:.34}
.fan-mid{stroke:currentColor;stroke-width:2;fill:none}
.course-this,.course-other{stroke:currentColor;fill:none;stroke-width:2}
.course-this{stroke-width:1.5;stroke-dasharray:6 4}
.axis{stroke:currentColor;stroke-width:1;opacity:.25}text{fill:currentColor;stroke:none}
.head{font-weight:640}.tick{opacity:.75}
@media(prefers-color-scheme:dark){svg{color:#ece9e1;background:#16150f}}
"""


@value(frozen=True, slots=True)
class ChartWords:
    """The words and the number format of a chart, in the reader's language."""

    waits: str = "wait by hour of arrival, hours"
    line: str = "trucks here, not yet across"
    until: str = "days until a place, by the day of asking"
    legend: str = "line: the median; strong: half of the cases; faint: nine in ten"
    number: Callable[[float], str] = "{:g}".format


@value(frozen=True, slots=True)
class Panel:
    """One plot: columns of quantiles (5, 25, 50, 75, 95 %) with labels by column."""

    title: str
    columns: tuple[tuple[float, ...], ...]
    labels: Mapping[int, str]
    stepped: bool


def answer_chart(answer: ScenarioAnswer, at: int = 0, words: ChartWords | None = None) -> str:
    """Both worlds of one checkpoint: waits by hour and the line over time, on common scales."""
    said = words or ChartWords()
    groups = _groups(answer, at, said)
    return drawn(groups, said, title=answer.title)


def answer_panels(
    answer: ScenarioAnswer, at: int = 0, words: ChartWords | None = None
) -> list[str]:
    """The same plots, each as a narrow SVG without a legend, for a page that arranges them."""
    said = words or ChartWords()
    return [
        _svg(_panel(panel, 0, top, NARROW, said.number), NARROW, TOP + PANEL + FOOT, panel.title)
        for group in _groups(answer, at, said)
        for top in (_top(group),)
        for panel in group
    ]


def _groups(answer: ScenarioAnswer, at: int, said: ChartWords) -> list[list[Panel]]:
    """Plots by common scale."""
    worlds = [(answer.this_title, answer.posts[at])]
    if answer.other:
        worlds.append((answer.other_title, answer.other[at]))
    waits = [_waits(f"{name}: {said.waits}", post) for name, post in worlds]
    lines = [_line(f"{name}: {said.line}", post.lengths) for name, post in worlds]
    return [waits, lines]


def course_chart(answer: ScenarioAnswer, at: int, words: ChartWords | None = None) -> str:
    """Both worlds of one checkpoint as two curves over time, the first one dashed.

    They show days until a place where these are known and not all 0, else the trucks present.
    """
    said = words or ChartWords()
    posts = [answer.posts[at], *(answer.other[at : at + 1])]
    courses = [[float(days) for days in post.calendar.course] for post in posts]
    days = all(courses) and any(map(any, courses))
    lengths = posts[0].lengths
    if days:
        marks = [length.at for length in lengths if length.at[11:16] == "00:00"]
        labels = {n: _short(mark) for n, mark in enumerate(marks[: len(courses[0])])}
    else:
        courses = [[length.quantiles[_MEDIAN] for length in post.lengths] for post in posts]
        labels = {n: _short(length.at) for n, length in enumerate(lengths) if _midnight(length)}
    title = said.until if days else said.line
    top = nice(max(map(max, filter(None, courses)), default=0.0))
    step = (WIDTH - LEFT - RIGHT) / max(1, max(map(len, courses), default=1) - 1)
    parts = [_frame(title, 0, top, WIDTH, said.number), _dated(labels, step, TOP + PANEL)]
    for name, course in zip(("course-this", "course-other"), courses, strict=False):
        line = "L".join(
            f"{_n(LEFT + step * n)} {_n(TOP + PANEL - PANEL * found / top)}"
            for n, found in enumerate(course)
        )
        parts.append(f'<path class="{name}" d="M{line}"/>' if line else "")
    return _svg("".join(parts), WIDTH, TOP + PANEL + FOOT, title)


def _midnight(length: LineLength) -> bool:
    return length.at[11:16] == "00:00"


def _short(at: str) -> str:
    """The day and month of an ISO moment."""
    return f"{at[8:10]}.{at[5:7]}"


def _dated(labels: Mapping[int, str], step: float, floor: float) -> str:
    return "".join(
        f'<text class="tick" x="{_n(LEFT + step * at)}" y="{_n(floor + 15)}" text-anchor="middle">'
        f"{label}</text>"
        for at, label in _with_room(labels, step)
    )


def drawn(groups: Sequence[Sequence[Panel]], said: ChartWords, *, title: str) -> str:
    """Panels below each other; the panels of a group share a scale."""
    parts, y = [], 0
    for group in groups:
        for panel in group:
            parts.append(_panel(panel, y, _top(group), WIDTH, said.number))
            y += TOP + PANEL + FOOT
    parts.append(f'<text class="tick" x="{LEFT}" y="{y + 14}">{escape(said.legend)}</text>')
    return _svg("".join(parts), WIDTH, y + 24, title)


def standalone(svg: str) -> str:
    """The SVG as a file of its own, with a style for light and dark."""
    head, mark, rest = svg.partition(">")
    return f"{head}{mark}<style>{STYLE}</style>{rest}\n"


def _svg(body: str, width: int, height: int, title: str) -> str:
    return (
        f'<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{escape(title, quote=True)}">{body}</svg>'
    )


def _top(group: Sequence[Panel]) -> float:
    """The upper end of the scale of a group."""
    return nice(max((c[4] for panel in group for c in panel.columns), default=0.0))


def nice(top: float) -> float:
    """The upper end of a scale, at least `top`, with ticks at round numbers or halves."""
    step = top / _TICKS
    if step <= _HALF:
        return _TICKS * _HALF
    size = 10.0 ** (len(str(int(step))) - 1)
    return _TICKS * next(size * one for one in _NICE if size * one >= step)


def _waits(title: str, post: PostAnswer) -> Panel:
    columns = tuple(
        tuple(hour.quantiles[at].value / 60 for at in (0, 2, 3, 4, 6)) for hour in post.hours
    )
    labels = {hour: f"{hour:02d}" for hour in range(0, _HOURS, 3)}
    return Panel(title, columns, labels, stepped=True)


def _line(title: str, lengths: Sequence[LineLength]) -> Panel:
    columns = tuple(tuple(length.quantiles[at] for at in (0, 2, 3, 4, 6)) for length in lengths)
    days = [at for at, length in enumerate(lengths) if _midnight(length)]
    labels = {at: _short(lengths[at].at) for at in days[:-1]}
    return Panel(title, columns, labels, stepped=False)


def _panel(panel: Panel, y: int, top: float, width: int, number: Callable[[float], str]) -> str:
    count = max(1, len(panel.columns))
    step = (width - LEFT - RIGHT) / (count if panel.stepped else max(1, count - 1))
    floor = y + TOP + PANEL

    def height(found: float) -> float:
        return floor - PANEL * found / top

    parts = [_frame(panel.title, y, top, width, number)]
    for at, label in _with_room(panel.labels, step):
        x = LEFT + step * (at + (0.5 if panel.stepped else 0))
        parts.append(
            f'<text class="tick" x="{_n(x)}" y="{floor + 15}" text-anchor="middle">{label}</text>'
        )
    draw = _bars if panel.stepped else _areas
    return "".join(parts) + draw(
        [
            [(LEFT + step * at, height(c)) for c in column]
            for at, column in enumerate(panel.columns)
        ],
        step,
    )


def _frame(title: str, y: int, top: float, width: int, number: Callable[[float], str]) -> str:
    """The title of a plot and its scale."""
    floor = y + TOP + PANEL
    parts = [f'<text class="head" x="{LEFT}" y="{y + 16}">{escape(title)}</text>']
    for tick in range(_TICKS + 1):
        level = top * tick / _TICKS
        up, mark = _n(floor - PANEL * level / top), escape(number(level))
        parts.append(f'<path class="axis" d="M{LEFT} {up}H{width - RIGHT}"/>')
        parts.append(
            f'<text class="tick" x="{LEFT - 6}" y="{up}" dy="4" text-anchor="end">{mark}</text>'
        )
    return "".join(parts)


def _with_room(labels: Mapping[int, str], step: float) -> list[tuple[int, str]]:
    """As many labels as fit beside each other; hours, of two letters, always fit."""
    found = list(labels.items())
    if len(found) < 2 or len(found[0][1]) < 3:
        return found
    apart = (found[1][0] - found[0][0]) * step
    return found[:: max(1, round(_DAY_ROOM / apart + 0.5))]


def _bars(columns: Sequence[Sequence[tuple[float, float]]], step: float) -> str:
    """A bar for each hour: the ranges of 90 and 50 %, and the median."""
    wide = step * 0.7
    parts = []
    for column in columns:
        left = column[0][0] + (step - wide) / 2
        low, lower, mid, upper, high = (y for _, y in column)
        for name, above, below in (("fan-95", high, low), ("fan-75", upper, lower)):
            parts.append(
                f'<rect class="{name}" x="{_n(left)}" y="{_n(above)}" width="{_n(wide)}" '
                f'height="{_n(below - above)}"/>'
            )
        parts.append(f'<path class="fan-mid" d="M{_n(left)} {_n(mid)}h{_n(wide)}"/>')
    return "".join(parts)


def _areas(columns: Sequence[Sequence[tuple[float, float]]], _step: float) -> str:
    """A fan over time: the ranges of 90 and 50 %, and the median."""
    if not columns:
        return ""
    parts = []
    for name, low, high in (("fan-95", 0, 4), ("fan-75", 1, 3)):
        there = "L".join(f"{_n(c[high][0])} {_n(c[high][1])}" for c in columns)
        back = "L".join(f"{_n(c[low][0])} {_n(c[low][1])}" for c in reversed(columns))
        parts.append(f'<path class="{name}" d="M{there}L{back}Z"/>')
    mid = "L".join(f"{_n(c[2][0])} {_n(c[2][1])}" for c in columns)
    return "".join(parts) + f'<path class="fan-mid" d="M{mid}"/>'


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
