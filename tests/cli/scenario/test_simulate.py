"""`kezek simulate`: an answer for people and for programs, files whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kezek.cli import main
from kezek.planning.scenario.world.ground import studies
from tests.draft import DRAFT, ground_with_draft
from tests.planning.scenario.play.test_play import COMPARE
from tests.planning.scenario.world.ground import HEAD, OWN


def simulate(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["simulate", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "scenario.toml"
    path.write_text(HEAD + OWN + COMPARE)
    return path


def test_an_answer_is_told_with_its_errors_and_its_seed(file):
    told = simulate(file, "--seed", "12", "--threads", "2")
    assert told.exit_code == 0, told.output
    for words in (
        "4 runs, seed 12",
        "wait by hour of arrival",
        "trucks here, over time",
        "nine in ten under",
        "worst wait of a run",
        "truck-hours",
        "trucks that waited",
        "Who wins and loses with “one lane less”",
        "Truck by truck",
    ):
        assert words in told.output


def test_as_json_it_is_exact_and_the_same_again(file):
    first, second = (simulate(file, "--json", "--threads", n) for n in ("1", "3"))
    assert first.output == second.output
    answer = json.loads(first.output)["answer"]
    assert answer["seed"] == 1
    assert len(answer["posts"]) == len(answer["other"]) == 1
    assert answer["posts"][0]["wait"]["error"] > 0


def test_a_draft_is_played_beside_the_rules_in_force(file, monkeypatch):
    monkeypatch.setattr("kezek.app.scenario.ground.shipped_ground", ground_with_draft)
    change = (
        f'[compare]\ntitle = "draft"\n[compare.change]\n"checkpoint.*.regulation" = "{DRAFT}"\n'
    )
    file.write_text(HEAD + OWN + change)
    told = simulate(file, "--json", "--threads", "1")
    answer = json.loads(told.output)["answer"]
    assert answer["other_title"] == "draft"
    as_it_is, by_draft = (answer[world][0] for world in ("posts", "other"))
    assert as_it_is["trucks"]["value"] > 0 < by_draft["trucks"]["value"]
    assert as_it_is["groups"] != by_draft["groups"]
    file.write_text(HEAD + OWN.replace('"kz"', '"kz@2028-01-01"'))
    assert "kz@2028-01-01" in simulate(file).output


def test_a_folder_holds_the_answer_its_picture_and_its_tables(file, tmp_path):
    out = tmp_path / "out"
    told = simulate(file, "--replications", "2", "--out", out, "--csv", "--parquet")
    assert told.exit_code == 0, told.output
    names = ("summary", "groups", "hours", "lengths", "bands", "differences")
    tables = {f"{name}.{form}" for name in names for form in ("csv", "parquet")}
    assert {path.name for path in out.iterdir()} == {"answer.json", "kz_own.svg", *tables}


def test_a_wrong_scenario_is_told_by_line_and_field_and_leaves_nothing(file, tmp_path):
    file.write_text(HEAD + OWN.replace("lanes = 2", "lanes = -2"))
    told = simulate(file, "--out", tmp_path / "out")
    assert told.exit_code == 7
    assert (
        f"{file}:14: checkpoint[0].stage[0].lanes: expected a whole number >= 0, found -2"
        in told.output
    )
    assert "Traceback" not in told.output
    assert not (tmp_path / "out").exists()
    problem = json.loads(simulate(file, "--json").output)["problem"]
    assert problem["code"] == "scenario_wrong"
    assert problem["facts"]["problems"][0]["line"] == 14


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "name a scenario"),
        (("nowhere.toml",), 4, "there is no file nowhere.toml"),
        (("network", "--csv"), 2, "--out FOLDER"),
        (("network", "--dask", "tcp://127.0.0.1:9"), 2, "--out FOLDER"),
    ],
)
def test_a_wrong_command_line_says_what_to_do(arguments, code, words):
    told = simulate(*arguments)
    assert told.exit_code == code
    assert words in told.output


def test_a_sweep_needs_a_folder_and_goes_on_in_it(file, tmp_path):
    file.write_text(HEAD + OWN + '[sweep.change]\n"demand.factor" = [0.5, 1.0]\n')
    assert "--out FOLDER" in simulate(file).output
    out = tmp_path / "out"
    first = simulate(file, "--out", out, "--csv", "--threads", "1")
    assert first.exit_code == 0, first.output
    assert "2 points are in" in first.output
    again = json.loads(simulate(file, "--out", out, "--json").output)["answer"]
    assert (again["played"], again["found"]) == (0, 2)
    assert (out / "summary.csv").read_text().startswith("demand.factor,world,checkpoint,load")


def test_a_folder_of_another_sweep_is_refused(file, tmp_path):
    file.write_text(HEAD + OWN + '[sweep.change]\n"demand.factor" = [0.5]\n')
    assert simulate(file, "--out", tmp_path / "out", "--threads", "1").exit_code == 0
    refused = simulate(file, "--out", tmp_path / "out", "--seed", "99")
    assert refused.exit_code == 4
    assert "another scenario" in refused.output


def test_ctrl_c_says_what_is_there_and_how_to_go_on(file, tmp_path, monkeypatch):
    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    file.write_text(HEAD + OWN + '[sweep.change]\n"demand.factor" = [0.5, 1.0]\n')
    monkeypatch.setattr("kezek.planning.scenario.sweep.sweep.play_missing", pressed)
    stopped = simulate(file, "--out", tmp_path / "out", "--threads", "1")
    assert stopped.exit_code == 130
    assert "stopped; 0 of 2 points are in" in stopped.output
    monkeypatch.setattr("kezek.planning.scenario.play.play.play", pressed)
    assert simulate("network").exit_code == 130


def test_what_ships_is_listed_by_name():
    told = simulate("--list", "--json")
    assert [row["name"] for row in json.loads(told.output)["answer"]] == list(studies())


def test_the_server_is_told_how_far_it_has_come(file, tmp_path, monkeypatch):
    monkeypatch.setattr("kezek.cli.scenario.simulate.os.nice", lambda _: 0)
    assert simulate(file, "--out", tmp_path, "--behind").exit_code == 0
    assert (tmp_path / "progress").read_text() == "4 4"
