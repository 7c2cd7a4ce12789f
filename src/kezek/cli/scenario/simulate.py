"""`kezek simulate`: what happens if; the answer with its error bars and its seed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.frame.output import answer, json_option, print_table, say, wants_json
from kezek.cli.frame.progress import watched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kezek.planning.scenario.answer.answer import ScenarioAnswer
    from kezek.planning.scenario.sweep.pool import WorkerPool
    from kezek.planning.scenario.world.read import Point


@click.command(short_help="Play a scenario and tell what comes of it.")
@click.argument("scenario", required=False)
@click.option("--list", "listed", is_flag=True, help="List the scenarios that ship, by name.")
@click.option(
    "--calibrate", is_flag=True, help="Print the network's scenario, read from its board."
)
@click.option(
    "--replications", type=click.IntRange(1, 100_000), help="Runs; else the file's number."
)
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="Seed; else the file's.")
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    help="Threads of a run, or processes of a sweep; else one for each core.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the answer, its picture and its tables; a sweep needs one and goes on in it.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Write the tables as CSV into the folder.")
@click.option("--parquet", is_flag=True, help="Write the tables as Parquet into the folder.")
@click.option(
    "--dask", metavar="ADDRESS", help="Run a sweep on the Dask cluster of this scheduler."
)
@click.option("--behind", is_flag=True, hidden=True, help="Behind everything else; tell progress.")
@json_option
def simulate(
    scenario: str | None,
    *,
    listed: bool,
    calibrate: bool,
    replications: int | None,
    seed: int | None,
    threads: int | None,
    out: Path | None,
    as_csv: bool,
    parquet: bool,
    dask: str | None,
    behind: bool,
) -> None:
    """Run SCENARIO, a TOML file or the name of a shipped one, and print the result.

    A scenario with a [sweep] runs every combination of its values into the folder of --out. A run that
    was stopped continues where it was.
    """
    if listed:
        _list()
        return
    if calibrate:
        from kezek.cli.scenario.simulate_calibration import network_scenario

        text = network_scenario()
        answer({"scenario": text}, lambda: click.echo(text, nl=False))
        return
    if scenario is None:
        raise click.UsageError("name a scenario: a TOML file, or one that `--list` lists.")
    if (as_csv or parquet) and out is None:
        raise click.UsageError("--csv and --parquet need a folder: --out FOLDER.")
    points = _points(scenario, replications, seed)
    if points[0].change or dask:
        if out is None:
            raise click.UsageError("a sweep keeps its answers in a folder: --out FOLDER.")
        _sweep(points, out, threads or _cores(), dask, as_csv=as_csv, parquet=parquet)
        return
    _parquet_there(wanted=parquet)
    found = _play(points[0], threads or _cores(), out if behind else None)
    if out is not None:
        from kezek.cli.scenario.simulate_files import write

        write(out, [found], as_csv=as_csv, parquet=parquet)
    from kezek.cli.scenario.simulate_view import show

    answer(_plain(found), lambda: show(found))


def _list() -> None:
    import tomllib

    from kezek.planning.scenario.world.ground import shipped, studies

    rows = []
    for name in studies():
        file = tomllib.loads(shipped(name))
        rows.append({"name": name, "title": file["title"], "question": file.get("question", "")})
    answer(
        rows,
        lambda: print_table(("name", "title"), [(row["name"], row["title"]) for row in rows]),
    )


def _points(scenario: str, replications: int | None, seed: int | None) -> Sequence[Point]:
    """The file's points; every fault of it is printed with its line."""
    from kezek.app.scenario.ground import shipped_ground
    from kezek.planning.scenario.world.ground import shipped, studies
    from kezek.planning.scenario.world.problem import ScenarioWrong
    from kezek.planning.scenario.world.read import read_scenario

    if scenario in studies():
        text, file = shipped(scenario), f"{scenario}.toml"
    else:
        text, file = _text(Path(scenario)), scenario
    try:
        points = read_scenario(text, file, shipped_ground())
    except ScenarioWrong as wrong:
        problems = [
            {"file": p.file, "line": p.line, "field": p.field, "sentence": p.sentence}
            for p in wrong.problems
        ]
        if not wants_json(click.get_current_context()):
            click.echo(str(wrong), err=True)
        count = len(problems)
        told = "one problem" if count == 1 else f"{count} problems"
        raise Failed(
            ExitCode.FOUND,
            "scenario_wrong",
            f"{told} in the scenario; nothing was played",
            {"problems": problems},
        ) from None
    return [_with(point, replications, seed) for point in points]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise Failed(ExitCode.FOUND, "not_utf8", f"{path} is not UTF-8 text") from None
    except FileNotFoundError:
        raise Failed(
            ExitCode.WORLD,
            "no_scenario",
            f"there is no file {path}, and no scenario of that name ships: see `--list`",
        ) from None


def _with(point: Point, replications: int | None, seed: int | None) -> Point:
    """The point with what the command line says otherwise."""
    from dataclasses import replace

    import msgspec

    said: dict[str, Any] = {}
    if replications is not None:
        said["replications"] = replications
    if seed is not None:
        said["seed"] = seed
    other = point.other and msgspec.structs.replace(point.other, **said)
    return replace(point, world=msgspec.structs.replace(point.world, **said), other=other)


def _play(point: Point, threads: int, told: Path | None) -> ScenarioAnswer:
    """One point, in threads; Ctrl-C stops between two runs.

    Where it is `told` how far it has come, it also stands behind everything else on the machine.
    """
    from kezek.app.scenario.ground import shipped_ground
    from kezek.planning.scenario.play.play import job_of, play

    stop = threading.Event()
    if told is not None:
        os.nice(10)
    with watched("runs") as bar:
        job = job_of(point, shipped_ground().regulations)
        runs = point.world.replications * len(job.world)
        bar.expect(runs)
        advance = bar.advance if told is None else _teller(told, runs)
        try:
            return play(job, threads=threads, advance=advance, stop=stop)
        except KeyboardInterrupt:
            stop.set()
            raise


def _teller(folder: Path, runs: int) -> Callable[[int], None]:
    """Keeps how far it has come in the folder's file `progress`: finished runs, all runs."""
    from kezek.planning.scenario.sweep.atomic_file import write_whole

    played, step = 0, max(1, runs // 50)

    def advance(more: int) -> None:
        nonlocal played
        played += more
        if played % step == 0 or played == runs:
            write_whole(folder / "progress", f"{played} {runs}".encode())

    advance(0)
    return advance


def _sweep(
    points: Sequence[Point],
    out: Path,
    processes: int,
    dask: str | None,
    *,
    as_csv: bool,
    parquet: bool,
) -> None:
    from kezek.app.scenario.ground import shipped_ground
    from kezek.cli.scenario.simulate_files import write_tables
    from kezek.planning.scenario.sweep.pool import LocalPool
    from kezek.planning.scenario.sweep.sweep import open_sweep, play_missing

    _parquet_there(wanted=parquet)
    sweep = open_sweep(points, out)
    missing = len(sweep.missing())
    done = len(points) - missing
    if missing:
        pool = _cluster(dask) if dask else LocalPool(min(processes, missing))
        try:
            with watched("points") as bar:
                bar.expect(len(points))
                bar.advance(done)
                play_missing(sweep, shipped_ground().regulations, pool, bar.advance)
        except KeyboardInterrupt:
            left = len(sweep.missing())
            click.echo(
                f"kezek: stopped; {len(points) - left} of {len(points)} points are in {out}: "
                "the same command goes on",
                err=True,
            )
            raise
    found = list(sweep.answers())
    write_tables(out, found, as_csv=as_csv, parquet=parquet)
    body = {"folder": str(out), "points": len(points), "played": missing, "found": done}

    def people() -> None:
        from kezek.cli.scenario.simulate_view import show_sweep

        show_sweep(found)
        say(f"{len(points)} points are in {out}; {done} of them were there already.")

    answer(body, people)


def _cluster(address: str) -> WorkerPool:
    """The workers of a Dask cluster, which is an extra."""
    try:
        from kezek.planning.scenario.sweep.cluster import ClusterPool
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in {"distributed", "dask"}:
            raise
        raise Failed(
            ExitCode.USAGE,
            "not_installed",
            "a cluster needs Dask, which is not installed: run"
            " \".venv/bin/python -m pip install -e '.[cluster]'\" in the project's folder",
        ) from None
    return ClusterPool(address)


def _parquet_there(*, wanted: bool) -> None:
    """Fail before anything is played, not after."""
    if wanted and find_spec("pyarrow") is None:
        from kezek.planning.scenario.answer.export import PARQUET_MISSING

        raise Failed(ExitCode.USAGE, "not_installed", PARQUET_MISSING)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def _plain(found: ScenarioAnswer) -> Any:
    import msgspec

    return msgspec.to_builtins(found)
