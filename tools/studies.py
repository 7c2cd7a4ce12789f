"""Plays the shipped studies and writes what came of them into `docs/studies/`.

`.venv/bin/python tools/studies.py [NAME …]` plays them as they ship, which takes minutes; a test plays
them in small and holds the pages against that.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from kezek.planning.scenario.answer.answer import ScenarioAnswer

PAGES = Path(__file__).parents[1] / "docs" / "studies"
PART = re.compile(r"(<!-- from the study -->\n).*?(<!-- end -->)", re.DOTALL)


def played(name: str, replications: int | None = None) -> ScenarioAnswer:
    """The answer of a study; with fewer replications than its file says, where asked."""
    import msgspec

    from kezek.app.scenario.ground import shipped_ground
    from kezek.planning.scenario.play.play import job_of, play
    from kezek.planning.scenario.world.ground import shipped
    from kezek.planning.scenario.world.read import Point, read_scenario

    ground = shipped_ground()
    (point,) = read_scenario(shipped(name), f"{name}.toml", ground)
    if replications is not None:
        worlds = [
            world and msgspec.structs.replace(world, replications=replications)
            for world in (point.world, point.other)
        ]
        point = Point(point.change, *worlds)
    return play(job_of(point, ground.regulations), threads=len(os.sched_getaffinity(0)))


def part(answer: ScenarioAnswer) -> Iterator[str]:
    """The figures of a page, in Markdown."""
    from kezek.cli.scenario.simulate_view import error, rows, span

    first = answer.posts[0]
    yield (
        f"{answer.begins} until {answer.until}, {answer.replications} runs, seed {answer.seed}; "
        "± is one standard error.\n\n"
    )
    beside = dict(rows(answer.other[0]))
    yield f"| {first.name} | {answer.this_title} | {answer.other_title} |\n| --- | --- | --- |\n"
    for name, told in rows(first):
        yield f"| {name} | {told} | {beside.get(name, '')} |\n"
    yield f"\n| with “{answer.other_title}” | mean wait | ± | |\n| --- | --- | --- | --- |\n"
    for gap in answer.differences:
        sign = "+" if gap.minutes.value > 0 else "−"
        told = f"{sign}{span(abs(gap.minutes.value))}"
        yield f"| {gap.group} | {told} | {error(gap.minutes)} | {gap.verdict} |\n"


def write(name: str) -> None:
    """The page's part, its picture and its table."""
    from kezek.planning.scenario.answer.chart import answer_chart, standalone
    from kezek.planning.scenario.answer.export import as_csv, tables

    answer = played(name)
    page = PAGES / f"{name}.md"
    text = PART.sub(lambda at: at[1] + "".join(part(answer)) + at[2], page.read_text("utf-8"))
    page.write_text(text, "utf-8")
    (PAGES / f"{name}.svg").write_text(standalone(answer_chart(answer)), "utf-8")
    (PAGES / f"{name}.csv").write_bytes(as_csv(tables([answer])["summary"]))


if __name__ == "__main__":
    from kezek.planning.scenario.world.ground import NETWORK, studies

    for study in sys.argv[1:] or [name for name in studies() if name != NETWORK]:
        write(study)
