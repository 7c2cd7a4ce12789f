"""How an answer looks in a terminal: the figures, small charts, and who wins and loses."""

from __future__ import annotations

from collections.abc import Sequence

from kezek.cli.frame.output import print_table, say
from kezek.planning.scenario.answer.answer import Figure, PostAnswer, ScenarioAnswer

_BLOCKS = "▁▂▃▄▅▆▇█"
_MEDIAN, _P90 = 3, 5
_CHART = 96


def show(answer: ScenarioAnswer) -> None:
    """The whole answer; many checkpoints are told in a row each."""
    say(answer.title)
    if answer.question:
        say(answer.question)
    say(
        f"{answer.begins} until {answer.until}, {answer.replications} runs, seed {answer.seed}; "
        "± is one standard error; waits are from arrival until across."
    )
    say()
    if len(answer.posts) > 1:
        _network(answer)
        return
    post, other = answer.posts[0], answer.other[0] if answer.other else None
    for name, each in ((answer.this_title, post), (answer.other_title, other)):
        if each is not None and each.load > 1:
            say(f"{name}: load {each.load:.2f} at {each.tight}: {_overload(each)}")
    _summary(answer, post, other)
    for name, each in ((answer.this_title, post), (answer.other_title, other)):
        if each is not None:
            _charts(name, each)
    _bands(answer, post, other)
    _differences(answer)


def show_sweep(found: Sequence[ScenarioAnswer]) -> None:
    """A row a point: the first checkpoint's figures."""
    if not found:
        return
    paths = list(found[0].change)
    print_table(
        (*paths, "load", "wait", "±", "p90", "truck-hours", "most here"),
        [
            (
                *(a.change[path] for path in paths),
                f"{a.posts[0].load:.2f}",
                span(a.posts[0].wait.value),
                error(a.posts[0].wait),
                span(a.posts[0].groups[0].quantiles[_P90].value) if a.posts[0].groups else "",
                f"{a.posts[0].truck_hours.value:,.0f}",
                f"{a.posts[0].longest.value:.0f}",
            )
            for a in found
        ],
    )


def span(minutes: float) -> str:
    """Minutes as people say them: 45 min, 3 h 05, 2 d 04 h."""
    whole = round(minutes)
    if whole < 60:
        return f"{minutes:.1f} min" if minutes < 10 else f"{whole} min"
    hours, rest = divmod(whole, 60)
    if hours < 48:
        return f"{hours} h {rest:02d}"
    return f"{hours // 24} d {hours % 24:02d} h"


def error(figure: Figure) -> str:
    """One standard error of minutes; a dash where one run cannot tell."""
    return "-" if figure.error is None else span(figure.error)


def _summary(answer: ScenarioAnswer, post: PostAnswer, other: PostAnswer | None) -> None:
    beside = dict(rows(other)) if other else {}
    heads = (post.name, answer.this_title, *((answer.other_title,) if other else ()))
    print_table(
        heads,
        [(name, told, *((beside.get(name, ""),) if other else ())) for name, told in rows(post)],
    )
    say()


def _overload(post: PostAnswer) -> str:
    if post.tight == "calendar":
        return "more ask for a place than there are, so the wait for a place grows."
    return "more comes than can pass, so the line grows as long as that lasts."


def rows(post: PostAnswer) -> list[tuple[str, str]]:
    """The figures of a checkpoint by name, as they are told."""
    told = [
        ("load", f"{post.load:.2f} ({post.tight})"),
        ("trucks across", _count(post.trucks)),
        ("wait, mean", f"{span(post.wait.value)} ± {error(post.wait)}"),
    ]
    if post.groups:
        quantiles, beyond = post.groups[0].quantiles, post.groups[0].beyond
        told.append(("beyond the own time, mean", f"{span(beyond.value)} ± {error(beyond)}"))
        told += [
            (f"wait, {part}", f"{span(quantiles[at].value)} ± {error(quantiles[at])}")
            for part, at in (("half under", _MEDIAN), ("nine in ten under", _P90))
        ]
    told += [
        ("worst wait of a run", f"{span(post.worst.value)} ± {error(post.worst)}"),
        ("worst wait of all runs", span(post.worst_of_all)),
        ("most trucks here at once", _count(post.longest)),
        ("truck-hours", _count(post.truck_hours)),
        ("no-shows", _count(post.no_shows)),
        ("came too late or left", _count(post.lost)),
        ("days until a place", _until(post.calendar.until_place)),
        ("somebody has to come later until", post.calendar.late_until or "-"),
        ("without a place at the end", f"{post.calendar.left:,}"),
        ("walk-ins refused a day", f"{post.calendar.refused:,.0f}"),
    ]
    if post.release is not None:
        r = post.release
        told += [
            ("places by", "draw" if r.rule == "draw" else "first come"),
            ("places to bots", _percent(r.bots)),
            ("places to people at the fee", _percent(r.direct)),
            ("places resold", _percent(r.resold)),
            ("places left empty", _percent(r.empty)),
            ("days until a place, people", _count(r.days, digits=2)),
        ]
    return told


def _count(figure: Figure, *, digits: int = 0) -> str:
    told = f"{figure.value:,.{digits}f}"
    return told if figure.error is None else f"{told} ± {figure.error:,.{max(1, digits)}f}"


def _until(days: float | None) -> str:
    return "cannot be told: full, and the demand is not known" if days is None else f"{days:.1f}"


def _percent(figure: Figure) -> str:
    return f"{_count(figure, digits=1)} %"


def _charts(name: str, post: PostAnswer) -> None:
    medians = [hour.quantiles[_MEDIAN].value for hour in post.hours]
    highs = [hour.quantiles[_P90].value for hour in post.hours]
    top = max([*highs, 1.0])
    say(f"{name or post.name}")
    say(f"  wait by hour of arrival   nine in ten under  {_bars(highs, top)}  top {span(top)}")
    say(f"                            half under         {_bars(medians, top)}  00 to 23 o'clock")
    lengths = post.lengths[:: max(1, -(-len(post.lengths) // _CHART))]
    high = [length.quantiles[_P90] for length in lengths]
    most = max([*high, 1.0])
    say(f"  trucks here, over time    nine in ten under  {_bars(high, most)}  top {most:,.0f}")
    half = _bars([length.quantiles[_MEDIAN] for length in lengths], most)
    say(f"                            half under         {half}")
    say()


def _bars(found: Sequence[float], top: float) -> str:
    return "".join(_BLOCKS[min(7, int(8 * each / top))] if each > 0 else " " for each in found)


def _bands(answer: ScenarioAnswer, post: PostAnswer, other: PostAnswer | None) -> None:
    heads = ("trucks that waited", answer.this_title, *((answer.other_title,) if other else ()))
    rows = []
    for at, band in enumerate(post.bands):
        told = f"up to {span(band.until)}" if band.until else "longer"
        more = (_count(other.bands[at].trucks),) if other else ()
        rows.append((told, _count(band.trucks), *more))
    print_table(heads, rows)
    say()


def _differences(answer: ScenarioAnswer) -> None:
    if not answer.differences:
        return
    say(f"Who wins and loses with “{answer.other_title}”, on the same random numbers:")
    print_table(
        ("group", "mean wait", "±", ""),
        [
            (
                d.group,
                f"{'+' if d.minutes.value > 0 else '−'}{span(abs(d.minutes.value))}",
                error(d.minutes),
                {"wins": "wins", "loses": "loses", "same": "no difference to be seen"}[d.verdict],
            )
            for d in answer.differences
        ],
    )
    for pair in answer.paired:
        say(
            f"Truck by truck: {_percent(pair.better)} wait shorter, {_percent(pair.worse)} longer, "
            "by a minute or more."
        )


def _network(answer: ScenarioAnswer) -> None:
    print_table(
        ("checkpoint", "load", "trucks", "wait", "±", "nine in ten", "most here", "truck-hours"),
        [
            (
                post.name,
                f"{post.load:.2f}",
                f"{post.trucks.value:,.0f}",
                span(post.wait.value),
                error(post.wait),
                span(post.groups[0].quantiles[_P90].value) if post.groups else "",
                f"{post.longest.value:,.0f}",
                f"{post.truck_hours.value:,.0f}",
            )
            for post in answer.posts
        ],
    )
    if answer.other:
        say()
        say(f"With “{answer.other_title}”, all trucks:")
        print_table(
            ("checkpoint", "mean wait", "±", ""),
            [
                (
                    d.checkpoint,
                    f"{'+' if d.minutes.value > 0 else '−'}{span(abs(d.minutes.value))}",
                    error(d.minutes),
                    d.verdict,
                )
                for d in answer.differences
                if d.group == "all"
            ],
        )
