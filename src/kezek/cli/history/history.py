"""`kezek forecast backtest`, `fit` and `predict`: forecasts of any file of wait times."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from kezek.cli.frame.command import CliCommand
from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.frame.moment import moment_of
from kezek.cli.frame.output import answer, json_option, print_table, say, wants_json
from kezek.cli.history.history_view import (
    document,
    figure,
    figures,
    forecast_document,
    instant,
    left_out_document,
    reading_document,
    span_text,
    tell_left_out,
    tell_reading,
    tell_report,
)

if TYPE_CHECKING:
    from kezek.planning.history.load.history_file import BadHistory, HistoryColumns
    from kezek.planning.history.series import WaitHistory

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_UNITS = {"m": 60, "h": 3600, "d": 86_400}
HORIZONS = "1h,3h,6h,12h,24h"
# The share of a history that is tested where no start is named.
_TESTED = 0.25


def _horizons(_context: Any, _parameter: Any, text: str) -> tuple[int, ...]:
    found = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d{1,5})([mhd])", part.strip())
        if match is None or int(match[1]) == 0:
            raise click.BadParameter(f"{part!r} is not a span like 30m, 6h or 2d.")
        found.append(int(match[1]) * _UNITS[match[2]])
    return tuple(sorted(set(found)))


def _zone(_context: Any, _parameter: Any, name: str | None) -> str | None:
    if name is not None:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise click.BadParameter(f"{name!r} is no time zone like Asia/Almaty.") from None
    return name


def _names(_context: Any, _parameter: Any, text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def table_options(command: F) -> F:
    """The options that say how a table of waits is read."""
    for option in (
        click.option(
            "--horizons",
            default=HORIZONS,
            callback=_horizons,
            metavar="SPAN[,SPAN…]",
            help="How far ahead: spans such as 30m, 6h or 2d.",
        ),
        click.option(
            "--tz",
            "zone",
            callback=_zone,
            metavar="ZONE",
            help="Time zone of stamps without an offset, and of the hours of the day.",
        ),
        click.option(
            "--series",
            default="",
            callback=_names,
            metavar="COL[,COL…]",
            help="Columns that name the series; without them the file is one series.",
        ),
        click.option("--value", required=True, metavar="COL", help="Column of the waits."),
        click.option("--time", required=True, metavar="COL", help="Column of the stamps."),
    ):
        command = option(command)
    return command


@click.command(
    cls=CliCommand, short_help="Forecast a history's last part, and say how good that was."
)
@click.argument("file", type=_FILE)
@table_options
@click.option(
    "--from",
    "start",
    metavar="DATE",
    help="First day (or moment) of the test; what lies before it is only learned from."
    " Without it the last quarter of the history is the test.",
)
@json_option
def backtest(
    *,
    file: Path,
    time: str,
    value: str,
    series: tuple[str, ...],
    zone: str | None,
    horizons: tuple[int, ...],
    start: str | None,
) -> None:
    """Forecast the last part of a history as if it were in the future, and say how good that was.

    At each origin only what had been measured by then is known. The forecast is compared with two
    baselines: persistence (the last value with its past errors) and climatology (the past by hour of
    the week). Losses are mean pinball losses over the quantiles 5, 10, 25, 50, 75, 90 and 95 %. The
    JSON document has "rows" and "mean_skill" at its top.
    """
    from kezek.planning.history.backtest import NothingToTest
    from kezek.planning.history.backtest import backtest as run

    history = _read(file, _columns(time, value, series), zone)
    begin = _start_of_test(start, history)
    try:
        report = run(history, horizons, begin)
    except NothingToTest as fault:
        raise click.UsageError(f"{file}: {fault}") from None
    body = document(report) | {"start": instant(begin)} | reading_document(history)
    answer(body, lambda: tell_report(report, history, begin), beside=figures(report))


@click.command(
    cls=CliCommand, short_help="Learn from a history and keep what was learned in a file."
)
@click.argument("file", type=_FILE)
@table_options
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Where the model is written: JSON, safe to load.",
)
@json_option
def fit(
    *,
    file: Path,
    time: str,
    value: str,
    series: tuple[str, ...],
    zone: str | None,
    horizons: tuple[int, ...],
    out: Path,
) -> None:
    """Learn from a whole history and keep what was learned in a file for `kezek forecast predict`."""
    from kezek.planning.history.backtest import NothingToTest
    from kezek.planning.history.fit import fit as fit_model
    from kezek.planning.history.fit import left_out
    from kezek.planning.history.model_file import save_model

    columns = _columns(time, value, series)
    history = _read(file, columns, zone)
    try:
        learned = fit_model(history, columns, horizons)
    except NothingToTest as fault:
        raise click.UsageError(f"{file}: {fault}") from None
    save_model(learned, out)
    left = left_out(history, horizons)
    silent = {one.series for one in left if one.horizon is None}
    body = {
        "model": str(out),
        "series": list(learned.series),
        "horizons": [span_text(one) for one in horizons],
        "until": instant(learned.until),
        "learned": learned.model is not None,
        "left_out": left_out_document(left),
    } | reading_document(history)

    def people() -> None:
        tell_reading(history)
        if learned.model is None:
            say("Too few values to learn from: the model is the two baselines alone.")
        tell_left_out(left, history.end)
        say(f"{out} forecasts {len(learned.series) - len(silent)} series from {body['until']}.")

    answer(body, people)


@click.command(cls=CliCommand, short_help="Forecast from the last sample of a history.")
@click.argument("model", type=_FILE)
@click.argument("file", type=_FILE)
@json_option
def predict(*, model: Path, file: Path) -> None:
    """Forecast from the last sample of FILE with a MODEL that `kezek forecast fit` wrote."""
    from kezek.planning.history.fit import OtherHistory, left_out
    from kezek.planning.history.fit import predict as predicted
    from kezek.planning.history.model_file import load_model
    from kezek.planning.question import QUANTILES

    learned = load_model(model)
    history = _read(file, learned.columns, learned.zone)
    try:
        told = predicted(learned, history)
    except OtherHistory as fault:
        raise click.UsageError(f"{file}: {fault}") from None
    left = left_out(history, learned.horizons, learned.series)
    body = {
        "origin": instant(history.end),
        "quantiles": list(QUANTILES),
        "rows": [forecast_document(one) for one in told],
        "left_out": left_out_document(left),
    } | reading_document(history)

    def people() -> None:
        tell_reading(history)
        tell_left_out(left, history.end)
        say(f"From {body['origin']}, in the unit of {learned.columns.value}:")
        heads = (f"{level:.0%}" for level in QUANTILES)
        print_table(
            ("series", "ahead", *heads),
            [
                (one.series, span_text(one.horizon), *(figure(value) for value in one.quantiles))
                for one in told
            ],
        )

    answer(body, people)


def _columns(time: str, value: str, series: tuple[str, ...]) -> HistoryColumns:
    from kezek.planning.history.load.history_file import HistoryColumns

    return HistoryColumns(time, value, series)


def _read(file: Path, columns: HistoryColumns, zone: str | None) -> WaitHistory:
    from kezek.planning.history.load.history_file import (
        BadHistory,
        UnknownColumn,
        load_history,
    )

    try:
        return load_history(file, columns, zone)
    except UnknownColumn as fault:
        raise click.UsageError(str(fault)) from None
    except BadHistory as fault:
        raise _bad(file, fault) from None


def _bad(file: Path, fault: BadHistory) -> Failed:
    """Each faulty cell on a line of its own, then the end of the run."""
    if not wants_json(click.get_current_context()):
        for problem in fault.problems:
            column = f", {problem.column}" if problem.column else ""
            click.echo(f"{file}, line {problem.line}{column}: {problem.sentence}", err=True)
    facts = [
        {
            "file": str(file),
            "line": problem.line,
            "column": problem.column,
            "sentence": problem.sentence,
        }
        for problem in fault.problems
    ]
    return Failed(ExitCode.FOUND, "bad_history", str(fault), {"problems": facts})


def _start_of_test(text: str | None, history: WaitHistory) -> int:
    """In UTC seconds; a date is its first moment in the history's zone, nothing the last quarter."""
    from kezek.domain.kernel.instant import SECOND

    if text is None:
        return history.end - round(_TESTED * (history.end - history.start))
    shape = "a date like 2026-06-13"
    return moment_of(text, "--from", zone=history.zone, shape=shape) // SECOND
