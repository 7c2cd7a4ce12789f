from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kezek.cli.frame.exit_code import ExitCode
from tests.cli.conftest import Call
from tests.cli.program import kezek

TABLE = ("--time", "at", "--value", "wait", "--series", "post")
HOURS = 24 * 8


def written(folder: Path, *extra: str) -> Path:
    """Two posts, hour by hour for eight days, with a daily wave; one more without a value."""
    lines = ["at,post,wait"]
    for hour in range(HOURS):
        stamp = f"2026-06-{1 + hour // 24:02}T{hour % 24:02}:00Z"
        swing = 20 * math.sin(2 * math.pi * hour / 24) + hour * 37 % 11
        lines += [f"{stamp},north,{40 + swing:.1f}", f"{stamp},south,{60 - swing:.1f}"]
    lines += ["2026-06-01T00:00Z,silent,", *extra]
    path = folder / "waits.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def backtest(run: Callable[..., Any], file: Path, *more: str, start: str = "2026-06-07"):
    return run("forecast", "backtest", file, *TABLE, "--from", start, *more)


def test_a_backtest_answers_with_a_row_for_each_series_and_horizon(tmp_path: Path):
    ran = backtest(kezek, written(tmp_path), "--horizons", "30m,3h,12h", "--json")
    assert ran.code == ExitCode.DONE, ran
    document, answer = ran.document, ran.document["answer"]
    rows = document["rows"]
    assert [(row["series"], row["horizon"]) for row in rows] == [
        (post, ahead) for post in ("north", "south") for ahead in ("3h", "12h")
    ]
    for row in rows:
        assert row["n"] > 30
        for number in ("model", "persistence", "climatology", "mae", "crps", "coverage_90"):
            assert isinstance(row[number], float), number
        told = row["skill_persistence"]
        assert told["at"] == pytest.approx(1 - row["model"] / row["persistence"])
        assert told["low"] <= told["at"] <= told["high"]
    skills = [1 - row["model"] / min(row["persistence"], row["climatology"]) for row in rows]
    assert document["mean_skill"] == pytest.approx(sum(skills) / len(skills))
    assert answer["empty"] == ["silent"]
    assert {(one["horizon"], one["reason"]) for one in answer["not_evaluable"]} == {
        ("30m", "finer_than_sampling")
    }


def test_people_are_told_what_was_repaired_and_left_out(call: Call, tmp_path: Path):
    ran = backtest(call, written(tmp_path, "2026-06-08T23:00Z,north,7"), "--horizons", "30m,3h")
    assert ran.code == ExitCode.DONE, ran
    assert "1 rows said something else of a moment said before" in ran.out
    assert "The series silent has no value and was left out." in ran.out
    assert "north, 30m: not evaluable" in ran.out


def test_a_fitted_model_forecasts_from_the_end_of_a_file(tmp_path: Path):
    file, model = written(tmp_path), tmp_path / "model.json"
    fitted = kezek("forecast", "fit", file, *TABLE, "--horizons", "3h", "--out", model, "--json")
    assert fitted.code == ExitCode.DONE, fitted
    assert fitted.document["answer"]["series"] == ["north", "south"]
    told = kezek("forecast", "predict", model, file, "--json").document["answer"]
    assert told["origin"] == "2026-06-08T23:00:00Z"
    assert [(row["series"], row["at"]) for row in told["rows"]] == [
        (post, "2026-06-09T02:00:00Z") for post in ("north", "south")
    ]
    for row in told["rows"]:
        assert len(row["quantiles"]) == 7
        assert row["quantiles"] == sorted(row["quantiles"])
    assert "north" in kezek("forecast", "predict", model, file).out


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("2026-06-12T12:00Z,north,-5", "wait: -5 is negative"),
        ("2026-06-12T12:00Z,north,NaN", "wait: 'NaN' is not a number"),
        ("2026-06-12T12:00,north,5", "at: 2026-06-12T12:00 has no offset and line 2 has one"),
        ("2026-06-12T12:00+06:00,north,5", "at: 2026-06-12T12:00+06:00 has another offset"),
        ("2026-06-12T12:00Z,north", "has 2 fields where the header has 3"),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_field(
    call: Call, tmp_path: Path, row: str, place: str
):
    file, out = written(tmp_path, row), tmp_path / "model.json"
    ran = call("forecast", "fit", file, *TABLE, "--out", out)
    assert ran.code == ExitCode.FOUND
    assert f"{file}, line {2 * HOURS + 3}" in ran.err
    assert place in ran.err
    assert not list(tmp_path.glob("model*")), "nothing half written"


def test_a_bad_row_is_named_to_a_machine_too(call: Call, tmp_path: Path):
    ran = backtest(call, written(tmp_path, "2026-06-12T12:00Z,north,x"), "--json")
    (problem,) = ran.document["problem"]["facts"]["problems"]
    assert (problem["line"], problem["column"]) == (2 * HOURS + 3, "wait")
    assert ran.code == ExitCode.FOUND


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--horizons", "soon"), "not a span"),
        (("--horizons", "0h"), "not a span"),
        (("--horizons", "900h"), "longer than the whole history"),
        (("--tz", "Mars/Olympus"), "no time zone"),
        (("--from", "someday"), "not a date"),
        (("--from", "2027-01-01"), "after the history"),
        (("--from", "2026-01-01"), "before the history"),
        (("--value", "delay"), "no column 'delay'; it has: at, post, wait"),
    ],
)
def test_a_wrong_option_is_a_sentence_about_it(
    call: Call, tmp_path: Path, options: tuple[str, ...], said: str
):
    ran = backtest(call, written(tmp_path), *options)
    assert ran.code == ExitCode.USAGE
    assert said in " ".join(ran.err.split())


def test_what_is_no_model_is_refused(call: Call, tmp_path: Path):
    ran = call("forecast", "predict", written(tmp_path), written(tmp_path))
    assert ran.code == ExitCode.WORLD
    assert "no model" in ran.err


def test_without_a_start_the_last_quarter_is_tested_and_the_verdict_comes_first(
    call: Call, tmp_path: Path
):
    ran = call("forecast", "backtest", written(tmp_path), *TABLE, "--horizons", "3h")
    assert ran.code == ExitCode.DONE, ran
    first = ran.out.splitlines()[0]
    assert first.startswith("Tested from 2026-06-06T23:15:00Z: ")
    assert "the better baseline" in first


def test_all_that_is_missing_is_named_at_once(call: Call, tmp_path: Path):
    ran = call("forecast", "fit", written(tmp_path))
    assert ran.code == ExitCode.USAGE
    assert "Missing: --time, --value, --out." in ran.err
    ran = call("forecast", "backtest")
    assert "Missing: FILE, --time, --value." in ran.err


def test_a_series_that_stopped_or_is_too_short_is_named_and_not_forecast(tmp_path: Path):
    lines = ["at,post,wait"]
    for hour in range(24 * 30):
        stamp = f"2026-06-{1 + hour // 24:02}T{hour % 24:02}:00Z"
        lines.append(f"{stamp},north,{40 + hour % 24}")
        if hour < 24 * 5:
            lines.append(f"{stamp},south,{60 - hour % 24}")
    file, model = tmp_path / "waits.csv", tmp_path / "model.json"
    file.write_text("\n".join([*lines, "2026-06-30T12:00Z,lone,5"]) + "\n", encoding="utf-8")
    fitted = kezek("forecast", "fit", file, *TABLE, "--horizons", "3h", "--out", model)
    assert f"{model} forecasts 1 series" in fitted.out
    told = kezek("forecast", "predict", model, file, "--json").document["answer"]
    assert [row["series"] for row in told["rows"]] == ["north"]
    assert {(one["series"], one["reason"], one["last_at"]) for one in told["left_out"]} == {
        ("lone", "too_few_values", "2026-06-30T12:00:00Z"),
        ("south", "stopped", "2026-06-05T23:00:00Z"),
    }
    spoken = kezek("forecast", "predict", model, file).out
    assert "south: has stopped and is not forecast; its last value is of" in spoken
    assert "25 days before the file's end" in spoken
    assert "lone: has too few values" in spoken
