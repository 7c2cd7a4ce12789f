"""How the answers of `kezek forecast` look: to people a table, to machines a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kezek.cli.frame.output import print_table, say

if TYPE_CHECKING:
    from kezek.planning.history.backtest import BacktestReport, BacktestRow
    from kezek.planning.history.fit import LeftOut, Prediction
    from kezek.planning.history.score import Interval
    from kezek.planning.history.series import WaitHistory

_UNITS = (("h", 3600), ("m", 60))
_REASONS = {
    "finer_than_sampling": "the horizon is finer than the series is sampled",
    "no_truth_after_start": "no value a horizon after the start of the test",
}


def instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def span_text(seconds: int) -> str:
    """As it is typed: 6h."""
    for unit, length in _UNITS:
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    raise AssertionError("a horizon is whole minutes")


def reading_document(history: WaitHistory) -> dict[str, Any]:
    return {"empty": list(history.empty), "repairs": asdict(history.repairs), "zone": history.zone}


def tell_reading(history: WaitHistory) -> None:
    """What was left out and put right while the file was read."""
    repairs = history.repairs
    for count, sentence in (
        (repairs.empty, "rows without a value were left out"),
        (repairs.repeated, "rows were repeated and count once"),
        (
            repairs.contradicting,
            "rows said something else of a moment said before; the later one counts",
        ),
        (repairs.unordered, "rows came before their time and were put in order"),
        (repairs.ambiguous, "stamps lay in an hour that came twice; the order of rows tells which"),
        (repairs.skipped_hour, "stamps lay in an hour that the clock skipped and were left out"),
    ):
        if count:
            say(f"{count:,} {sentence}.")
    for name in history.empty:
        say(f"The series {name} has no value and was left out.")


_LEFT_OUT = {
    "too_few_values": "has too few values and is not forecast",
    "stopped": "has stopped and is not forecast",
    "finer_than_sampling": "is sampled more coarsely than this horizon and is not forecast",
    "not_learned": "was not in the history that the model learned from and is not forecast",
    "not_in_file": "is known to the model and is not in this file",
}


def tell_left_out(left: Sequence[LeftOut], end: int) -> None:
    """Each series that is not forecast, with the reason and the age of its last value."""
    for one in left:
        ahead = "" if one.horizon is None else f", {span_text(one.horizon)}"
        say(f"{one.series}{ahead}: {_LEFT_OUT[one.reason]}{_last(one, end)}.")


def _last(one: LeftOut, end: int) -> str:
    if one.reason != "stopped" or one.last is None:
        return ""
    hours = (end - one.last) // 3600
    ago = f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
    return f"; its last value is of {instant(one.last)}, {ago} before the file's end"


def left_out_document(left: Sequence[LeftOut]) -> list[dict[str, Any]]:
    return [
        {
            "series": one.series,
            "reason": one.reason,
            "horizon": None if one.horizon is None else span_text(one.horizon),
            "last_at": None if one.last is None else instant(one.last),
        }
        for one in left
    ]


def figures(report: BacktestReport) -> dict[str, Any]:
    """What stands at the top of a backtest's document: losses by row, and their mean skill."""
    return {"rows": [_row(row) for row in report.rows], "mean_skill": report.mean_skill}


def document(report: BacktestReport) -> dict[str, Any]:
    from kezek.planning.question import QUANTILES

    return {
        "skill_of_sums": report.skill_of_sums,
        "skills": (
            "mean_skill: mean over rows of 1 - model/min(persistence, climatology);"
            " skill_of_sums: 1 - the sum of model over the sum of min(persistence, climatology)"
        ),
        "coverage_80": report.coverage_80,
        "coverage_90": report.coverage_90,
        "n": report.n,
        "fits": report.fits,
        "quantiles": list(QUANTILES),
        "not_evaluable": [
            {"series": one.series, "horizon": span_text(one.horizon), "reason": one.reason}
            for one in report.missing
        ],
    }


def _row(row: BacktestRow) -> dict[str, Any]:
    """`model`, `persistence` and `climatology` are mean pinball losses."""
    return {
        "series": row.series,
        "horizon": span_text(row.horizon),
        "n": row.n,
        "model": row.model.pinball,
        "persistence": row.persistence.pinball,
        "climatology": row.climatology.pinball,
        **{name: value for name, value in asdict(row.model).items() if name != "pinball"},
        "skill_persistence": asdict(row.skill_persistence),
        "skill_climatology": asdict(row.skill_climatology),
        "baselines": {
            "persistence": asdict(row.persistence),
            "climatology": asdict(row.climatology),
        },
    }


def forecast_document(prediction: Prediction) -> dict[str, Any]:
    return {
        "series": prediction.series,
        "horizon": span_text(prediction.horizon),
        "at": instant(prediction.target),
        "quantiles": list(prediction.quantiles),
    }


def tell_report(report: BacktestReport, history: WaitHistory, start: int) -> None:
    """The verdict first, then what it is made of."""
    tested = f"Tested from {instant(start)}: {report.n:,} forecasts, {report.fits} models."
    if report.mean_skill is None:
        say(f"{tested} The better baseline never lost, so no skill can be told.")
    else:
        word = "below" if report.mean_skill >= 0 else "above"
        say(
            f"{tested} The loss lies {abs(report.mean_skill):.1%} {word} the better baseline"
            f" (mean of the rows; {report.skill_of_sums:+.1%} by the sum of losses)."
        )
    say(
        f"{report.coverage_80:.1%} lay in 80 % intervals, {report.coverage_90:.1%} in 90 % intervals."
    )
    say()
    tell_reading(history)
    for one in report.missing:
        say(f"{one.series}, {span_text(one.horizon)}: not evaluable, {_REASONS[one.reason]}.")
    print_table(
        (
            *("series", "ahead", "n", "MAE", "pinball", "CRPS", "in 80 %", "in 90 %"),
            *("width 80", "width 90", "persistence", "skill", "climatology", "skill"),
        ),
        [_cells(row) for row in report.rows],
    )
    say()
    say(
        "Pinball: mean over seven quantiles. Skill: 1 - model/baseline, with 90 % of a block bootstrap."
    )


def _cells(row: BacktestRow) -> Sequence[object]:
    model = row.model
    return (
        row.series,
        span_text(row.horizon),
        row.n,
        figure(model.mae),
        figure(model.pinball),
        figure(model.crps),
        f"{model.coverage_80:.1%}",
        f"{model.coverage_90:.1%}",
        figure(model.width_80),
        figure(model.width_90),
        figure(row.persistence.pinball),
        _range(row.skill_persistence),
        figure(row.climatology.pinball),
        _range(row.skill_climatology),
    )


def figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 999.5 else f"{value:.3g}"


def _range(interval: Interval) -> str:
    if interval.at is None:
        return "none: it never lost"
    if interval.low is None or interval.high is None:
        return f"{interval.at:+.0%}"
    return f"{interval.at:+.0%} ({interval.low:+.0%} to {interval.high:+.0%})"
