"""Backtests the five real histories and writes their tables into docs/lab/forecast.md.

The histories are other people's and not part of the repository: `.venv/bin/python tools/forecasts.py
FOLDER` reads them from FOLDER.  Answers are kept in build/forecasts/ and used again; `--fresh` forgets
them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "lab" / "forecast.md"
KEPT = ROOT / "build" / "forecasts"
PART = re.compile(r"(<!-- from the backtests -->\n).*?(<!-- end -->)", re.DOTALL)
HORIZONS = "1h,3h,6h,12h,24h"

# Name, what it is, file, options; the test is the last quarter of each history's time.
HISTORIES = (
    (
        "granica",
        "Physical wait of trucks leaving Poland for Ukraine, minutes",
        "plua_granica_physical_wait.csv",
        "--time scraped_at_utc --value trucks_exit_min --series crossing_id --from 2026-07-20",
    ),
    (
        "echerha",
        "Wait in the electronic queue of trucks to Poland, seconds, as the service estimates it",
        "uapl_echerha_virtual_queue_trucks.csv",
        "--time scraped_at_utc --value virtual_wait_s --series echerha_id --from 2026-07-16",
    ),
    (
        "dpsu",
        "Trucks counted before the crossing, Ukraine to Poland",
        "uapl_dpsu_physical_queue.csv",
        "--time scraped_at_utc --value trucks_waiting --series crossing_id --from 2026-07-21",
    ),
    (
        "peace arch",
        "Delay of cars by hour, Peace Arch southbound, minutes",
        "us_ca_peace_arch_south_cars_hourly.csv",
        "--time hour_local --value avg_delay_min --tz America/Vancouver --from 2016-10-01",
    ),
    (
        "baja",
        "Wait of cars into the United States at five ports, minutes",
        "us_mx_baja_cars_wait_lanes.csv",
        (
            "--time timestamp_local --value wait_min --series port,lane_type"
            " --tz America/Tijuana --from 2025-12-02"
        ),
    ),
)


def answer_of(folder: Path, name: str, file: str, options: str) -> dict[str, Any]:
    """The backtest's answer, computed or kept."""
    kept = KEPT / f"{name.replace(' ', '_')}.json"
    if not kept.exists():
        command = [sys.executable, "-m", "kezek", "forecast", "backtest", str(folder / file)]
        command += [*options.split(), "--horizons", HORIZONS, "--json"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own command
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_text(ran.stdout, encoding="utf-8")
    document = json.loads(kept.read_text(encoding="utf-8"))
    return document["answer"] | {"rows": document["rows"]}


def table(*rows: Sequence[str]) -> str:
    head, *body = rows
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *body]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def skill(row: dict[str, Any]) -> float | None:
    best = min(row["persistence"], row["climatology"])
    return 1 - row["model"] / best if best else None


def mean_skill(rows: Sequence[dict[str, Any]]) -> str:
    told = [one for one in map(skill, rows) if one is not None]
    return f"{sum(told) / len(told):+.1%}" if told else "–"


def sums(rows: Sequence[dict[str, Any]]) -> str:
    best = sum(min(row["persistence"], row["climatology"]) for row in rows)
    return f"{1 - sum(row['model'] for row in rows) / best:+.1%}"


def summary(answers: dict[str, dict[str, Any]]) -> str:
    heads = ("history", "n", "3–24 h, mean of rows", "of sums", "worst row", "worse by over 2 %")
    lines = [(*heads, "in 80 %", "in 90 %")]
    for name, answer in answers.items():
        rows = answer["rows"]
        far = [row for row in rows if row["horizon"] != "1h"]
        told = [one for one in map(skill, rows) if one is not None]
        worse = sum(one < -0.02 for one in told)
        lines.append(
            (
                name,
                f"{answer['n']:,}",
                mean_skill(far),
                sums(far),
                f"{min(told):+.0%}",
                f"{worse} of {len(told)} rows",
                f"{answer['coverage_80']:.1%}",
                f"{answer['coverage_90']:.1%}",
            )
        )
    return table(*lines)


def history(name: str, about: str, answer: dict[str, Any]) -> str:
    horizons = HORIZONS.split(",")
    found = {(row["series"], row["horizon"]): row for row in answer["rows"]}
    series = list(dict.fromkeys(row["series"] for row in answer["rows"]))
    lines = [("series", *horizons)]
    for one in series:
        cells = []
        for horizon in horizons:
            row = found.get((one, horizon))
            if row is None:
                cells.append("–")
                continue
            told = skill(row)
            mark = "never lost" if told is None else f"{told:+.0%}"
            cells.append(f"{row['model']:.3g} ({mark}), {row['coverage_90']:.0%}")
        lines.append((one, *cells))
    lines.append(
        ("all", *(mean_skill([r for r in answer["rows"] if r["horizon"] == h]) for h in horizons))
    )
    return f"### {name}\n\n{about}.\n\n{table(*lines)}"


def main() -> None:
    arguments = [one for one in sys.argv[1:] if one != "--fresh"]
    if len(arguments) != 1:
        raise SystemExit("name the folder of the histories: tools/forecasts.py FOLDER [--fresh]")
    if "--fresh" in sys.argv:
        for kept in KEPT.glob("*.json"):
            kept.unlink()
    folder = Path(arguments[0])
    answers = {name: answer_of(folder, name, file, options) for name, _, file, options in HISTORIES}
    parts = [summary(answers)]
    parts += [history(name, about, answers[name]) for name, about, _, _ in HISTORIES]
    text = PAGE.read_text(encoding="utf-8")
    new = PART.sub(lambda found: f"{found[1]}{chr(10).join(parts)}{found[2]}", text)
    PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
