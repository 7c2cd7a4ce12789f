"""`kezek forecast accuracy`: what the forecasts of the last 30 days were worth, from the log alone."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.exit_code import ExitCode
from kezek.cli.fault import Failed
from kezek.cli.installation import folder_option, opened
from kezek.cli.output import answer, json_option, say

if TYPE_CHECKING:
    from kezek.app.accuracy import Accuracy
    from kezek.app.house import House
    from kezek.app.replay import Scores
    from kezek.planning.question import LineForecast, LineState

MEASURES = ("called", "crossed")


@click.command()
@click.argument("checkpoints", nargs=-1)
@folder_option
@json_option
def accuracy(checkpoints: tuple[str, ...], folder: Path | None) -> None:
    """What forecasts of the last 30 days were worth, for all checkpoints or those named.

    Each forecast is made again from the log, as it was known when a truck arrived, and held against what
    came: the share of trucks inside the ranges of 80 and 90 %, the mean pinball loss in minutes beside
    that of the last truck's wait and of trucks ahead ÷ pace, and the typical error in minutes.
    """
    with opened(folder) as house:
        told = {name: _scores(house, name) for name in checkpoints or _with_lines(house)}
    body = [
        {
            "checkpoint": name,
            **{measure: _shown(getattr(scores, measure)) for measure in MEASURES},
        }
        for name, scores in told.items()
    ]
    answer({"accuracy": body}, lambda: _print(told))


class _Twin:
    """The twin in this process: whoever runs a command waits for it anyway."""

    state = "ready"

    async def run(self) -> None:
        """There is no process to keep."""

    async def forecast(self, state: LineState) -> LineForecast:
        from kezek.planning.forecast.twin import forecast

        return forecast(state)


def _with_lines(house: House) -> list[str]:
    return [name for name, post in house.network.posts().items() if post.line is not None]


def _scores(house: House, checkpoint: str) -> Scores:
    from kezek.app.replay import scores_of

    post = house.network.post(checkpoint)
    if post is None or post.line is None:
        raise Failed(
            ExitCode.USAGE,
            "checkpoint_unknown",
            f"there is no line at {checkpoint!r}: `kezek board` lists the checkpoints",
        )
    # Not this machine's time: the past ends where the log does.
    return asyncio.run(scores_of(house.store, _Twin(), post, house.watch.at))


def _shown(good: Accuracy | None) -> dict[str, Any] | None:
    return None if good is None else asdict(good)


def _print(told: dict[str, Scores]) -> None:
    for name, scores in told.items():
        for measure in MEASURES:
            good: Accuracy | None = getattr(scores, measure)
            if good is None:
                say(f"{name:20} {measure:8} too few trucks have crossed to tell")
                continue
            say(
                f"{name:20} {measure:8} {good.trucks} trucks; inside 80 %: {good.inside80:.0%}, "
                f"90 %: {good.inside90:.0%}; loss {good.loss:.1f} min (last wait "
                f"{_minutes(good.loss_last_wait)}, pace {_minutes(good.loss_by_pace)}); "
                f"typical error {good.error:.0f} min"
            )


def _minutes(loss: float | None) -> str:
    return "unknown" if loss is None else f"{loss:.1f}"
