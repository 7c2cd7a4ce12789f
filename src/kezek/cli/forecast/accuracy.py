"""`kezek forecast accuracy`: what the forecasts of the last 30 days were worth, from the log alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.frame.installation import folder_option, opened
from kezek.cli.frame.output import answer, json_option, say
from kezek.planning.question import UNCORRECTED

if TYPE_CHECKING:
    from kezek.app.application import Application
    from kezek.app.checkpoint.checkpoint import ServedLine
    from kezek.app.forecast.accuracy import Accuracy
    from kezek.app.forecast.replay import Scores
    from kezek.planning.question import (
        Corrections,
        ErrorExample,
        LineForecast,
        LineState,
        TrainingResult,
    )

MEASURES = ("called", "crossed")


@click.command(short_help="Show how accurate the forecasts of the last 30 days were.")
@click.argument("checkpoints", nargs=-1)
@folder_option
@json_option
def accuracy(checkpoints: tuple[str, ...], folder: Path | None) -> None:
    """Show how accurate the forecasts of the last 30 days were, for all checkpoints or those named.

    Each forecast is made again from the log, as it was known when a truck arrived, and compared with
    what happened: the share of trucks inside the ranges of 80 and 90 %, the mean pinball loss in minutes
    beside that of the last truck's wait and of trucks ahead ÷ pace, and the typical error in minutes.
    It also shows what a learned correction would bring. That is learned from all the checkpoints that
    are asked about, and from a few hundred such trucks at least.
    """
    with opened(folder) as application:
        told = asyncio.run(_scores(application, checkpoints or _with_lines(application)))
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

    async def forecast(
        self, state: LineState, corrections: Corrections = UNCORRECTED
    ) -> LineForecast:
        from kezek.planning.forecast.correction import corrected_forecast

        return corrected_forecast(state, corrections)

    async def learn(self, examples: Sequence[ErrorExample]) -> TrainingResult:
        from kezek.planning.forecast.correction import learn

        return learn(examples)


def _with_lines(application: Application) -> list[str]:
    return [served.place for served in application.network.served().values()]


def _post(application: Application, checkpoint: str) -> ServedLine:
    from kezek.domain.kernel.refusal import Refused

    found = application.network.served_at(checkpoint)
    if isinstance(found, Refused):
        raise Failed(
            ExitCode.USAGE,
            "checkpoint_unknown",
            f"there is no line at {checkpoint!r}: `kezek board` lists the checkpoints",
        )
    return found


async def _scores(application: Application, checkpoints: Sequence[str]) -> dict[str, Scores]:
    from kezek.app.forecast.replay import pasts_of, scored, training_results_of

    # Not this machine's time: the past ends where the log does.
    planner, now = _Twin(), application.watch.at
    posts = {name: _post(application, name) for name in checkpoints}
    kept = {
        name: await pasts_of(application.store, planner, post, now) for name, post in posts.items()
    }
    results = await training_results_of(planner, kept)
    return {name: scored(pasts, now, results[name]) for name, pasts in kept.items()}


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
                f"typical error {good.error:.0f} min; {_correction(good)}"
            )


def _correction(good: Accuracy) -> str:
    if good.loss_corrected is None:
        return "no correction learned"
    if good.corrected:
        return f"corrected (without: loss {_minutes(good.loss_uncorrected)})"
    return f"not corrected (with: loss {_minutes(good.loss_corrected)})"


def _minutes(loss: float | None) -> str:
    return "unknown" if loss is None else f"{loss:.1f}"
